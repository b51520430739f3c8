// Which renditions are made of a broadcast: pure planning from what the source is and what the
// channel's type asks for. docs/renditions.md has the tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/live.h"
#include "media/types.h"

namespace live {

struct PlannedRendition {
  std::string name;         // "480p30", "audio_only"; unique in its ladder
  std::uint32_t width = 0;  // even; 0 for sound alone
  std::uint32_t height = 0;
  double frame_rate = 0;             // as it will be; 0 if the source does not say
  std::uint32_t max_frame_rate = 0;  // every so many pictures are left out above it
  std::uint32_t video_bitrate = 0;   // bit/s
  std::uint32_t audio_bitrate = 0;   // bit/s; 0: the source's sound as it is, or none
  /// RFC 6381, as it is expected to be.
  std::vector<std::string> codecs;
  bool operator==(const PlannedRendition&) const = default;
};

struct LadderPlan {
  std::vector<PlannedRendition> renditions;  // from the top
  /// Viewers are offered the source itself beside them.
  bool offers_source = true;
  bool operator==(const LadderPlan&) const = default;
};

/// `audio` is null for a broadcast without sound. Nothing is ever larger than the source.
LadderPlan plan_ladder(PublishGrant::Ladder ladder, bool constrained_bandwidth,
                       const media::VideoFormat& video, const media::Track* audio);

}  // namespace live
