// One advertising break of a stream, from the moment it was asked for until the broadcast is back:
// when it begins, the slate that is shown meanwhile, and what playlists say about it.
//
// It begins with the next segment. If there is a slate it covers the broadcast, whose publisher is
// heard but not shown; when its time is up it goes on until the broadcast can return with a
// keyframe, so that nothing is missing. Without a slate the broadcast goes on between the marks.
// Owned by a Channel; on its home loop.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "io/timer.h"
#include "live/slate_player.h"
#include "live/stream.h"

namespace io {
class Loop;
}

namespace live {

/// What a break asks of its channel.
class AdBreakHost {
 public:
  virtual ~AdBreakHost() = default;
  /// The publisher is not to be shown from now on; returns where its media ends (90 kHz).
  virtual media::Ticks hide_publisher() = 0;
  /// The slate has been shown for as long as it should: the publisher is to return with its next
  /// keyframe; if there is none, the slate ends (uncover()).
  virtual void on_slate_over() = 0;
  /// There may be something new for viewers.
  virtual void publish() = 0;
};

class AdBreak {
 public:
  /// `stream` can be played and outlives this; `slate` may be null.
  AdBreak(io::Loop& loop, AdBreakHost& host, Stream& stream, std::shared_ptr<const Slate> slate,
          std::string id, std::chrono::seconds duration);

  /// When it begins, as far as that can be known.
  base::WallTime starts_at() const { return starts_at_; }
  /// Call before a sample of the broadcast is added: a slate may have to begin in its place.
  void before(TrackKey track, const media::Sample& sample);
  /// Call when the stream has moved on.
  void advance();
  /// The slate is shown: nothing else may be added to the stream.
  bool covers() const { return player_.has_value(); }
  /// Its time is up: the publisher that comes next may be shown.
  bool may_return() const { return phase_ > Phase::kRunning; }
  /// How long it goes on at least.
  base::Duration remaining() const;
  /// Ends the slate; returns where it ends (90 kHz). What follows stands behind a break.
  media::Ticks uncover();
  /// The broadcast is back: another one may be asked for.
  bool is_over() const { return phase_ >= Phase::kMarkingEnd; }
  /// Nothing is left to do: it can be destroyed.
  bool is_done() const { return phase_ == Phase::kDone; }

 private:
  enum class Phase {
    kAnnounced,   // waits for a segment to end
    kRunning,     // its time is not up
    kReturning,   // waits for a keyframe; the slate goes on
    kMarkingEnd,  // waits for the first segment behind it
    kDone
  };

  void cover();
  void mark_start(base::WallTime date);
  void mark_end();
  void play();
  void on_time_up();

  io::Loop& loop_;
  AdBreakHost& host_;
  Stream& stream_;
  const std::shared_ptr<const Slate> slate_;
  const std::string id_;
  const std::chrono::seconds duration_;
  Phase phase_ = Phase::kAnnounced;
  base::WallTime starts_at_;
  std::uint64_t first_msn_ = 0;  // of the segment that it begins with
  base::MonotonicTime ends_at_{};
  std::optional<SlatePlayer> player_;
  io::Timer timer_;
};

}  // namespace live
