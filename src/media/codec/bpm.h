// Broadcast performance metrics: what an encoder (OBS Studio and others with "enhanced
// broadcasting") says of itself in SEI messages of its keyframes, user_data_unregistered (H.264
// D.1.7, HEVC D.2.7) with one of three UUIDs.
//
//   message     timestamps(), and for session and rendition metrics: counters()
//   timestamps  u8: count - 1 in the low four bits; for each: u8 type, u8 event, then by type
//               1: RFC 3339 text with a zero behind it, 2: u64 milliseconds since 1970,
//               3: u64 nanoseconds of difference
//   counters    u8: count - 1 in the low four bits; for each: u8 tag, u32 value, counted since the
//               message before
//
// No state, any thread; nothing here fails: what cannot be read is passed over.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "media/types.h"

namespace media {

/// Counts of the whole broadcast, since the report before.
struct BpmSession {
  std::uint32_t rendered = 0;
  std::uint32_t lagged = 0;
  std::uint32_t dropped = 0;
  std::uint32_t output = 0;
  bool operator==(const BpmSession&) const = default;
};

/// Counts of the rendition that carries the message, since the report before.
struct BpmRendition {
  std::uint32_t input = 0;
  std::uint32_t skipped = 0;
  std::uint32_t output = 0;
  bool operator==(const BpmRendition&) const = default;
};

/// What the messages of one picture say.
struct BpmReport {
  // When the picture was composed and when it was handed to the network, by the encoder's clock.
  std::optional<base::WallTime> composed;
  std::optional<base::WallTime> interleaved;
  std::optional<BpmSession> session;
  std::optional<BpmRendition> rendition;
  bool operator==(const BpmReport&) const = default;
};

/// Reads the payload of one user_data_unregistered message into `report`. False, and nothing
/// changed, if it is another's or malformed.
bool read_bpm_message(base::ByteSpan payload, BpmReport& report);

/// Reads a picture of H.264 or HEVC with four-byte lengths: a step for each NAL unit, and more only
/// where there is a SEI unit of a size that these have. Nothing if it tells nothing.
std::optional<BpmReport> read_bpm(Codec codec, base::ByteSpan sample);

}  // namespace media
