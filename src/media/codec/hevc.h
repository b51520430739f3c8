// HEVC (ITU-T H.265): decoder configuration records and what a live server needs to know of
// pictures. Pure functions on views.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::hevc {

/// nal_unit_type, table 7-1; those that matter here.
enum class NalType : std::uint8_t {
  kFirstIrap = 16,  // 16 to 21: BLA, IDR and CRA pictures
  kLastIrap = 21,
  kLastVcl = 31,
  kVps = 32,
  kSps = 33,
  kPps = 34,
  kAccessUnitDelimiter = 35,
  kEndOfSequence = 36,
  kEndOfStream = 37,
  kFiller = 38,
  kPrefixSei = 39,
  kSuffixSei = 40,
};

/// Type of a unit; also values without a name above. `nal` must not be empty.
inline NalType nal_type(base::ByteSpan nal) {
  return static_cast<NalType>((nal.front() >> 1) & 0x3F);
}

/// profile_tier_level (7.3.3), general part.
struct ProfileTierLevel {
  std::uint8_t profile_space = 0;
  bool high_tier = false;
  std::uint8_t profile_idc = 0;
  std::uint32_t compatibility_flags = 0;
  std::uint64_t constraint_flags = 0;  // 48 bits
  std::uint8_t level_idc = 0;          // 30 times the level
};

/// A sequence parameter set (7.3.2.2), as far as it is needed.
struct Sps {
  ProfileTierLevel profile;
  std::uint8_t id = 0;  // 0 to 15
  std::uint8_t temporal_layers = 1;
  bool temporal_id_nested = false;
  std::uint8_t chroma_format_idc = 1;
  std::uint8_t bit_depth_luma = 8;
  std::uint8_t bit_depth_chroma = 8;
  std::uint32_t width = 0;  // after the conformance window
  std::uint32_t height = 0;
  double frame_rate = 0;  // from the VUI timing, 0 if absent or absurd
  bool reorders = true;   // sps_max_num_reorder_pics of the highest layer
};

/// Parses an SPS NAL unit with its two header bytes. kMalformed if it breaks the syntax up to the
/// picture reordering; what comes later may be broken and stays unknown then.
base::Expected<Sps> parse_sps(base::ByteSpan nal);

/// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1); views into the parsed bytes.
struct DecoderConfig {
  unsigned length_size = 4;  // 1, 2 or 4
  std::vector<base::ByteSpan> vps;
  std::vector<base::ByteSpan> sps;
  std::vector<base::ByteSpan> pps;
};

/// kMalformed if cut short or without SPS; kLimit for more than 64 units.
base::Expected<DecoderConfig> parse_decoder_config(base::ByteSpan hvcc);

/// Builds a record with 4-byte lengths. SPS and PPS must be there (kMalformed); at most 64 units of
/// at most 65,535 bytes (kLimit).
base::Expected<base::Bytes> build_decoder_config(std::span<const base::ByteSpan> vps,
                                                 std::span<const base::ByteSpan> sps,
                                                 std::span<const base::ByteSpan> pps);

/// Everything a Track says about HEVC, with id 0; 4-byte lengths as in h264.h.
base::Expected<Track> make_track(const base::Slice& hvcc);

/// True if the first picture of a sample with 4-byte lengths is an IRAP picture (BLA, IDR, CRA).
bool is_keyframe(base::ByteSpan sample);

/// "Main", "3.1" and "hvc1.1.6.L93.B0" (ISO/IEC 14496-15, annex E).
std::string profile_name(const ProfileTierLevel& profile);
std::string level_name(const ProfileTierLevel& profile);
std::string codec_string(const ProfileTierLevel& profile);

}  // namespace media::hevc
