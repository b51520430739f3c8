// A few frames of real footage in every codec Rostrum carries, for tests of containers: a 64x48
// test card at 30 frames/s and a 440 Hz tone, as x264, x265, libaom, libvpx, LAME, libopus and
// FFmpeg's AAC and FLAC encoders made them. Test code only.
#pragma once

#include <vector>

#include "media/types.h"

namespace media::footage {

struct Clip {
  Track track;
  std::vector<Sample> samples;  // in decoding order, the first one at dts 0

  /// Decoding time of all samples together.
  Ticks duration() const;
};

/// H.264 has B-frames and a keyframe every 6 of its 12 frames; HEVC one every 4 of 8, no B-frames.
Clip clip(Codec codec);

/// The clip played `times` times in a row, starting at `start`.
Clip repeated(const Clip& clip, int times, Ticks start = 0);

}  // namespace media::footage
