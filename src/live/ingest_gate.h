// The first moments of a publisher: holds samples back until it is known which tracks there are
// and where the first keyframe is, so that the first part is complete and nothing has to be
// announced twice. Bounded in time and bytes.
#pragma once

#include <map>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "live/live.h"
#include "live/stream.h"

namespace live {

struct GatedSample {
  TrackKey track;
  media::Sample sample;  // in the source clock
};

class IngestGate {
 public:
  explicit IngestGate(SourceClock clock) : clock_(clock) {}

  /// A track was announced, for the first time or again.
  void set_track(TrackKey key) { tracks_[key]; }
  void set_encoder(const EncoderInfo& info) { may_have_audio_ = info.may_have_audio; }

  /// kUnsupported: there is audio but no video. kLimit: too much without a keyframe.
  base::Expected<void> add(TrackKey track, const media::Sample& sample, base::WallTime now);
  /// True once everything is known.
  bool is_open() const;
  /// When the first sample that will be played arrived.
  base::WallTime first_arrival() const { return first_arrival_; }
  /// Time between the first two frames of a video track in source ticks, 0 if not known.
  media::Ticks frame_interval(TrackKey track) const;
  /// Pictures before the first keyframe, which were dropped.
  std::uint64_t undecodable() const { return undecodable_; }
  /// What was held back: the first keyframe, then everything in order of arrival. A timeline that
  /// starts with it drops the sound that is older, and nothing else.
  std::vector<GatedSample> take();

 private:
  struct TrackState {
    std::size_t frames = 0;
    media::Ticks first = 0;
    media::Ticks second = 0;
    media::Ticks last = 0;
  };
  double seconds(media::Ticks ticks) const {
    return static_cast<double>(ticks) / clock_.ticks_per_second;
  }

  const SourceClock clock_;
  std::map<TrackKey, TrackState> tracks_;
  std::vector<GatedSample> held_;
  std::size_t held_bytes_ = 0;
  std::size_t undecodable_ = 0;  // pictures before the first keyframe
  bool may_have_audio_ = true;
  base::WallTime first_arrival_;
};

}  // namespace live
