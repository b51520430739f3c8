// When the test card's frames and audio are due: a grid that is fixed to the wall clock, so that
// the card never drifts from it, flashes exactly at whole seconds and goes on in step after a
// stall. Pure arithmetic; the clock is an argument.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace av {

class Timeline {
 public:
  /// Starts at the next frame due after `now`.
  Timeline(base::WallTime now, int frame_rate, int group_seconds);

  /// The frame to draw next, counted from 1970 at the frame rate.
  std::int64_t frame() const { return frame_; }
  /// When it is due.
  base::WallTime due() const { return time_of(frame_); }
  /// Its presentation time in frames since the start.
  std::int64_t pts() const { return frame_ - first_frame_; }
  /// True for the first frame and the first at or after each `group_seconds` from it.
  bool is_keyframe() const { return keyframe_due_; }
  /// True for frames in the first 80 ms of a second.
  bool flashes() const;
  /// Audio frames (of kAudioFrameSamples) that begin before the current frame ends and were not
  /// taken yet. After a stall the missed ones are not made up for.
  bool audio_due() const;
  /// Number of the next audio frame's first sample since 1970, and its time since the start.
  std::int64_t audio_sample() const { return first_sample_ + audio_pts_; }
  std::int64_t audio_pts() const { return audio_pts_; }
  void take_audio();

  /// Goes to the next frame; if `now` is more than a quarter of a second later than that, or more
  /// than a second earlier (the clock was set), to the frame due now. Never goes back in pts.
  /// Returns the frames left out.
  std::int64_t advance(base::WallTime now);

 private:
  base::WallTime time_of(std::int64_t frame) const;
  std::int64_t sample_of(std::int64_t pts) const;

  std::int64_t frame_rate_;
  std::int64_t group_frames_;
  std::int64_t first_frame_;
  std::int64_t first_sample_;
  std::int64_t frame_;
  std::int64_t last_group_ = 0;
  bool keyframe_due_ = true;
  std::int64_t audio_pts_ = 0;
};

}  // namespace av
