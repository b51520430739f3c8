// Plays a slate on a stream's timeline, over and over, as fast as the clock goes. Owned by an
// AdBreak; `now` is an argument.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "live/slate.h"

namespace live {

class SlatePlayer {
 public:
  /// The clip begins at `start` (stream time, 90 kHz), which is `now`.
  SlatePlayer(std::shared_ptr<const Slate> slate, media::Ticks start, base::MonotonicTime now)
      : slate_(std::move(slate)), start_(start), end_(start), began_(now) {}

  struct Due {
    media::TrackKind kind = media::TrackKind::kVideo;
    media::Sample sample;  // on the stream's timeline, in the track's time scale
  };
  /// The next sample, if its time has come. A clip that is far behind goes on from where it is.
  std::optional<Due> next(base::MonotonicTime now);
  /// Where the samples that were given end, 90 kHz.
  media::Ticks end() const { return end_; }

 private:
  const std::shared_ptr<const Slate> slate_;
  media::Ticks start_;  // of the present turn
  media::Ticks end_;
  media::Ticks played_ = 0;  // length of the turns before
  base::MonotonicTime began_;
  std::size_t next_ = 0;
};

}  // namespace live
