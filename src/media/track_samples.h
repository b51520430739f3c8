// What a muxer is given: the samples of one stretch of time (a part, or a whole segment), track by
// track, already on the stream's timeline. Both container views take the same values.
#pragma once

#include <cstdint>
#include <span>

#include "base/slice.h"
#include "media/types.h"

namespace media {

/// One track's share of a part. Refers to values that outlive the muxer's call.
struct TrackSamples {
  const Track* track = nullptr;
  /// In decoding order, durations filled in; may be empty.
  std::span<const Sample> samples;
};

/// Timed metadata as both containers carry it: a finished ID3 tag at a media time.
struct Id3Cue {
  std::uint32_t id = 0;  // the same in every rendition, so that players can drop repetitions
  Ticks time = 0;        // presentation time, 90 kHz
  base::Slice tag;
};

}  // namespace media
