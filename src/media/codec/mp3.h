// MPEG audio frame headers (ISO/IEC 11172-3 2.4.1.3, 13818-3), layer III: MP3 has no other
// configuration.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "media/types.h"

namespace media::mp3 {

struct FrameHeader {
  std::uint32_t sample_rate = 0;  // Hz
  std::uint32_t channels = 0;
  std::uint32_t frame_samples = 0;  // 1152, or 576 below 32 kHz
  std::uint32_t bitrate = 0;        // bit/s; 0 for free format
  std::size_t frame_size = 0;       // bytes with the header; 0 for free format
};

inline constexpr std::size_t kHeaderSize = 4;

/// Parses the header at the front of `data`. kMalformed if it is none, kUnsupported for layers I
/// and II.
base::Expected<FrameHeader> parse_header(base::ByteSpan data);

/// Everything a Track says about MP3, with id 0 and the sample rate as time scale.
Track make_track(const FrameHeader& header);

}  // namespace media::mp3
