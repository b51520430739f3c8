// H.264 (ITU-T H.264, ISO/IEC 14496-10): decoder configuration records and the few facts about
// pictures that a live server needs. Pure functions on views; nothing here decodes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::h264 {

/// nal_unit_type, table 7-1; those that matter here.
enum class NalType : std::uint8_t {
  kSlice = 1,
  kPartitionA = 2,
  kIdrSlice = 5,
  kSei = 6,
  kSps = 7,
  kPps = 8,
  kAccessUnitDelimiter = 9,
  kEndOfSequence = 10,
  kEndOfStream = 11,
  kFiller = 12,
};

/// Type of a unit; any value of 0 to 31 may come back, also such without a name above.
/// `nal` must not be empty.
inline NalType nal_type(base::ByteSpan nal) {
  return static_cast<NalType>(nal.front() & 0x1F);
}

/// A sequence parameter set (7.3.2.1.1), as far as it is needed.
struct Sps {
  std::uint8_t profile_idc = 0;
  std::uint8_t constraint_flags = 0;
  std::uint8_t level_idc = 0;
  std::uint8_t id = 0;  // 0 to 31
  std::uint8_t chroma_format_idc = 1;
  std::uint8_t bit_depth_luma = 8;
  std::uint8_t bit_depth_chroma = 8;
  std::uint32_t width = 0;   // after cropping
  std::uint32_t height = 0;  // of a frame (two fields), after cropping
  double frame_rate = 0;     // from the VUI timing, 0 if absent or absurd
  bool reorders = true;      // false only if the set rules B-frames' reordering out
  bool interlaced = false;   // pictures may be fields
};

/// Parses an SPS NAL unit with its header byte. kMalformed if it breaks the syntax or has an
/// impossible picture size. A broken VUI is not an error: what it would have said stays unknown.
base::Expected<Sps> parse_sps(base::ByteSpan nal);

/// pic_parameter_set_id of a PPS NAL unit with its header byte.
base::Expected<std::uint8_t> pps_id(base::ByteSpan nal);

/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1); views into the parsed bytes.
struct DecoderConfig {
  unsigned length_size = 4;  // 1, 2 or 4
  std::vector<base::ByteSpan> sps;
  std::vector<base::ByteSpan> pps;
};

/// kMalformed if the record is cut short, has no SPS or PPS, or units of other types in their
/// place.
base::Expected<DecoderConfig> parse_decoder_config(base::ByteSpan avcc);

/// Builds a record with 4-byte lengths, including the fields of the High profiles.
/// At most 31 SPS and 255 PPS, each at most 65,535 bytes (kLimit).
base::Expected<base::Bytes> build_decoder_config(std::span<const base::ByteSpan> sps,
                                                 std::span<const base::ByteSpan> pps);

/// Everything a Track says about H.264, with id 0 and time scale 90,000. Its `config` is `avcc`
/// itself, or a rewritten record if that announced another length size than 4.
base::Expected<Track> make_track(const base::Slice& avcc);

/// How a decoder may enter at a sample.
enum class RandomAccess {
  kNone,
  /// No IDR and no SEI, yet its first slice is intra: playable where the encoder calls it a key.
  kIntra,
  /// A recovery point SEI (open GOP, intra refresh): shows a clean picture at once or soon.
  kRecoveryPoint,
  kIdr,
};

/// Looks at the units of a sample with 4-byte lengths.
RandomAccess random_access(base::ByteSpan sample);

/// "High", "4.1" and "avc1.64001F" for a set's leading bytes.
std::string profile_name(const Sps& sps);
std::string level_name(const Sps& sps);
std::string codec_string(const Sps& sps);

}  // namespace media::h264
