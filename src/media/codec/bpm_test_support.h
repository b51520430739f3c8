// Broadcast performance metrics as an encoder writes them, for tests.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "media/codec/hex_test_support.h"
#include "media/codec/nal.h"
#include "media/types.h"

namespace media::testing {

inline constexpr std::string_view kBpmCountedAt = "2026-05-05T12:00:00.100Z";

inline void write_bpm_time(base::ByteWriter& out, std::uint8_t event, std::string_view time) {
  out.u8(1);
  out.u8(event);
  out.text(time);
  out.u8(0);
}

inline base::Bytes bpm_counters(std::string_view uuid,
                                std::initializer_list<std::uint32_t> values) {
  base::ByteWriter out(from_hex(uuid));
  out.u8(0);
  write_bpm_time(out, 4, kBpmCountedAt);
  out.u8(static_cast<std::uint8_t>(values.size() - 1));
  std::uint8_t tag = 1;
  for (const std::uint32_t value : values) {
    out.u8(tag++);
    out.u32(value);
  }
  return out.take();
}

inline void write_nal_unit(base::ByteWriter& out, base::ByteSpan unit) {
  out.u32(static_cast<std::uint32_t>(unit.size()));
  out.bytes(unit);
}

/// Payloads of user_data_unregistered.
inline base::Bytes bpm_times(std::string_view composed, std::string_view interleaved) {
  base::ByteWriter out(from_hex("0aecffe752724e2fa62fd19cd61a93b5"));
  out.u8(3);
  write_bpm_time(out, 1, composed);
  write_bpm_time(out, 2, "2026-05-05T12:00:00.001Z");
  write_bpm_time(out, 3, "2026-05-05T12:00:00.002Z");
  write_bpm_time(out, 4, interleaved);
  return out.take();
}

inline base::Bytes bpm_session(std::uint32_t rendered, std::uint32_t lagged, std::uint32_t dropped,
                               std::uint32_t output) {
  return bpm_counters("ca60e71c6a8b4388a377151df7bf8ac2", {rendered, lagged, dropped, output});
}

inline base::Bytes bpm_rendition(std::uint32_t input, std::uint32_t skipped, std::uint32_t output) {
  return bpm_counters("f1fbc1d5101e4fb5a61eb8ce3c07b8c0", {input, skipped, output});
}

/// One SEI unit with these messages of user_data_unregistered, escaped, without its length.
inline base::Bytes sei_unit(Codec codec, const std::vector<base::Bytes>& messages,
                            bool behind = false) {
  base::ByteWriter payload;
  for (const base::Bytes& message : messages) {
    payload.u8(5);
    std::size_t size = message.size();
    for (; size >= 255; size -= 255) payload.u8(255);
    payload.u8(static_cast<std::uint8_t>(size));
    payload.bytes(message);
  }
  payload.u8(0x80);
  const base::Bytes escaped = add_emulation_prevention(payload.take());
  base::ByteWriter unit;
  if (codec == Codec::kHevc) {
    unit.u16(behind ? 0x5001 : 0x4E01);
  } else {
    unit.u8(0x06);
  }
  unit.bytes(escaped);
  return unit.take();
}

/// A keyframe of a few octets with four-byte lengths, and each message in a unit of its own behind
/// its slice.
inline base::Bytes picture_with_sei(Codec codec, const std::vector<base::Bytes>& messages) {
  base::ByteWriter out;
  write_nal_unit(out, codec == Codec::kHevc ? from_hex("2601af") : from_hex("6588af"));
  for (const base::Bytes& message : messages) write_nal_unit(out, sei_unit(codec, {message}));
  return out.take();
}

}  // namespace media::testing
