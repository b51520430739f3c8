// AV1 (AV1 Bitstream & Decoding Process, 5.3 to 5.5) and its ISO BMFF binding (av1C).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::av1 {

/// obu_type; those that matter here.
inline constexpr std::uint8_t kObuSequenceHeader = 1;
inline constexpr std::uint8_t kObuTemporalDelimiter = 2;

struct Obu {
  std::uint8_t type = 0;
  base::ByteSpan whole;  // with header and size
  base::ByteSpan payload;
};

/// Walks the OBUs of a temporal unit. One without a size reaches to the end.
class Obus {
 public:
  explicit Obus(base::ByteSpan data) : data_(data), reader_(data) {}
  /// The next OBU; nothing at the end, or with ok() == false where sizes do not fit.
  std::optional<Obu> next();
  bool ok() const { return reader_.ok(); }

 private:
  base::ByteSpan data_;
  base::ByteReader reader_;
};

/// sequence_header_obu (5.5), as far as it is needed.
struct SequenceHeader {
  std::uint8_t profile = 0;
  std::uint8_t level_index = 0;  // of operating point 0
  bool high_tier = false;
  std::uint8_t bit_depth = 8;
  bool monochrome = false;
  bool subsampling_x = true;
  bool subsampling_y = true;
  std::uint8_t chroma_position = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  double frame_rate = 0;  // 0 unless pictures are said to come at equal intervals
};

/// Parses the payload of a sequence header OBU.
base::Expected<SequenceHeader> parse_sequence_header(base::ByteSpan payload);

/// AV1CodecConfigurationRecord that holds the first sequence header OBU of `temporal_unit`;
/// kNotFound if there is none.
base::Expected<base::Bytes> build_config(base::ByteSpan temporal_unit);

/// Everything a Track says about AV1, with id 0. kNotFound if the record has no sequence header:
/// then build_config makes a complete one from the first keyframe.
base::Expected<Track> make_track(const base::Slice& av1c);

/// The temporal unit without the temporal delimiters that ISO BMFF leaves out: a part of `unit`
/// where they stand in front, a copy where they do not. kMalformed if OBU sizes do not fit.
base::Expected<base::Slice> without_temporal_delimiters(const base::Slice& unit);

/// "av01.0.04M.08"
std::string codec_string(const SequenceHeader& header);

}  // namespace media::av1
