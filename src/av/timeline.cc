#include "av/timeline.h"

#include "av/encoder.h"
#include "av/tone.h"
#include "base/check.h"

namespace av {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

// The first frame of the grid that is due at or after `time`.
std::int64_t frame_at(base::WallTime time, std::int64_t frame_rate) {
  return (time.time_since_epoch().count() * frame_rate + kMicroseconds - 1) / kMicroseconds;
}

}  // namespace

Timeline::Timeline(base::WallTime now, int frame_rate, int group_seconds)
    : frame_rate_(frame_rate),
      group_frames_(static_cast<std::int64_t>(frame_rate) * group_seconds),
      first_frame_(frame_at(now, frame_rate)),
      first_sample_(sample_of(first_frame_)),
      frame_(first_frame_) {
  CHECK(frame_rate > 0 && group_seconds > 0);
}

base::WallTime Timeline::time_of(std::int64_t frame) const {
  return base::WallTime(std::chrono::microseconds(frame * kMicroseconds / frame_rate_));
}

std::int64_t Timeline::sample_of(std::int64_t pts) const {
  return pts * kSampleRate / frame_rate_;
}

bool Timeline::flashes() const {
  return frame_ % frame_rate_ * 1000 / frame_rate_ < kBurst.count();
}

bool Timeline::audio_due() const {
  return audio_pts_ < sample_of(pts() + 1);
}

void Timeline::take_audio() {
  audio_pts_ += kAudioFrameSamples;
}

std::int64_t Timeline::advance(base::WallTime now) {
  const std::int64_t next = frame_ + 1;
  const std::int64_t current = frame_at(now, frame_rate_);
  const std::int64_t ahead = current - next;
  std::int64_t left_out = 0;
  if (ahead > 10 * frame_rate_ || ahead < -frame_rate_) {
    // The clock was set: the picture follows it, the stream's own time goes on.
    const std::int64_t next_pts = next - first_frame_;
    first_frame_ = current - next_pts;
    first_sample_ = sample_of(first_frame_);
    frame_ = current;
  } else if (ahead * 4 > frame_rate_) {
    left_out = ahead;
    frame_ = current;
    const std::int64_t missed = sample_of(pts()) - audio_pts_;
    audio_pts_ += missed / kAudioFrameSamples * kAudioFrameSamples;
  } else {
    frame_ = next;
  }
  const std::int64_t group = pts() / group_frames_;
  keyframe_due_ = group != last_group_;
  last_group_ = group;
  return left_out;
}

}  // namespace av
