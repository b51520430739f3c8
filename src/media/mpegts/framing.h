// How samples look inside MPEG-TS: NAL units behind start codes with parameter sets in the stream
// (Annex B), AAC frames behind ADTS headers.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "media/types.h"

namespace media::mpegts {

inline constexpr std::array<std::uint8_t, 4> kStartCode = {0, 0, 0, 1};

/// Start code and delimiter of an access unit that may have slices of any type.
base::ByteSpan access_unit_delimiter(Codec codec);

/// What a NAL unit is to the muxer.
enum class Unit { kDelimiter, kSequenceParameters, kOther };

/// `codec` is H.264 or HEVC; `nal` is not empty.
Unit classify(Codec codec, base::ByteSpan nal);

/// Start code and unit for every parameter set of an H.264 or HEVC track's configuration.
base::Expected<base::Bytes> annex_b_parameter_sets(const Track& track);

/// Largest frame that ADTS can frame, with its header.
inline constexpr std::size_t kMaxAdtsFrame = 0x1FFF;

/// The ADTS header (ISO/IEC 13818-7 section 6.2) that frames of one configuration get.
class AdtsTemplate {
 public:
  /// An empty template, for tracks that are not AAC.
  AdtsTemplate() = default;
  /// From an AudioSpecificConfig. kMalformed if broken, kUnsupported where ADTS has no number for
  /// its object type, sampling rate or channels.
  static base::Expected<AdtsTemplate> create(base::ByteSpan config);

  /// The header of a raw frame of `size` bytes; with it no more than kMaxAdtsFrame.
  std::array<std::uint8_t, 7> header_of(std::size_t size) const;

 private:
  std::array<std::uint8_t, 7> empty_{};
};

}  // namespace media::mpegts
