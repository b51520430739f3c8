// VP9: VPCodecConfigurationRecord (WebM project, "VP Codec ISO Media File Format Binding") and the
// uncompressed frame header (VP9 bitstream specification, 6.2).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::vp9 {

struct FrameHeader {
  std::uint8_t profile = 0;
  bool keyframe = false;
  std::uint32_t width = 0;  // of keyframes, else 0
  std::uint32_t height = 0;
};

base::Expected<FrameHeader> parse_frame_header(base::ByteSpan frame);

/// Everything a Track says about VP9, with id 0, except the size of the picture, which only a
/// keyframe tells (0 here). A record in a full box (version and flags in front) is accepted.
base::Expected<Track> make_track(const base::Slice& record);

}  // namespace media::vp9
