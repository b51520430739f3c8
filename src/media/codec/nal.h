// What H.264 and HEVC share: NAL units in both framings (length prefixes as in ISO BMFF and FLV,
// start codes as in Annex B), emulation prevention, and SEI messages. All of it works on views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"

namespace media {

/// Walks NAL units that carry their length in front (ISO/IEC 14496-15). Empty units are passed
/// over. A length that exceeds what remains ends the walk with ok() == false.
class LengthPrefixedNals {
 public:
  /// `length_size` is 1, 2 or 4 bytes. `sample` must outlive the walk.
  LengthPrefixedNals(base::ByteSpan sample, unsigned length_size)
      : reader_(sample), length_size_(length_size) {}

  /// The next unit with its header, without its length; nothing at the end or after a failure.
  std::optional<base::ByteSpan> next();
  bool ok() const { return reader_.ok(); }

 private:
  base::ByteReader reader_;
  unsigned length_size_;
};

/// Walks NAL units between start codes (H.264 and HEVC Annex B). Bytes before the first start code
/// are passed over, as are trailing zeros and empty units. Any bytes are a valid byte stream.
class AnnexBNals {
 public:
  explicit AnnexBNals(base::ByteSpan stream);
  std::optional<base::ByteSpan> next();

 private:
  base::ByteSpan stream_;
  std::size_t unit_begin_ = 0;  // first byte after a start code; stream_.size() at the end
};

/// The payload with emulation prevention bytes (the 3 of 00 00 03) taken out.
base::Bytes remove_emulation_prevention(base::ByteSpan escaped);
/// The opposite: puts a 3 wherever 00 00 00..03 would arise.
base::Bytes add_emulation_prevention(base::ByteSpan raw);

/// The sample with 4-byte lengths. With `length_size` 4 the bytes stay where they are and are only
/// checked; otherwise they are copied. Fails (kMalformed) when lengths do not fit the sample, or it
/// holds no unit at all.
base::Expected<base::Slice> with_four_byte_lengths(const base::Slice& sample, unsigned length_size);

/// One supplemental enhancement message; `payload` is free of emulation prevention.
struct SeiMessage {
  std::uint32_t type = 0;
  base::ByteSpan payload;
};

/// Payload types that Rostrum looks for; the same in H.264 and HEVC.
inline constexpr std::uint32_t kSeiUserDataRegistered = 4;    // ITU-T T.35: captions (GA94)
inline constexpr std::uint32_t kSeiUserDataUnregistered = 5;  // UUID and bytes
inline constexpr std::uint32_t kSeiRecoveryPoint = 6;

/// Walks the messages of one SEI NAL unit. Owns the unescaped bytes: payloads live as long as this.
class SeiMessages {
 public:
  /// `header_size` is 1 for H.264, 2 for HEVC.
  SeiMessages(base::ByteSpan nal, std::size_t header_size);
  SeiMessages(const SeiMessages&) = delete;
  SeiMessages& operator=(const SeiMessages&) = delete;

  /// The next message; nothing at the end or where sizes do not fit.
  std::optional<SeiMessage> next();

 private:
  base::Bytes rbsp_;
  base::ByteReader reader_;
};

/// CEA-608/708 cc_data triplets of a caption message (ATSC A/53 Part 4, 6.2.3): country 0xB5,
/// provider 0x31, "GA94", type 3. Empty if the message is anything else.
/// The triplets begin kCaptionHeaderSize bytes into the payload.
inline constexpr std::size_t kCaptionHeaderSize = 10;
base::ByteSpan caption_bytes(const SeiMessage& message);

}  // namespace media
