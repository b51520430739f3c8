// When the sessions of a loop's members end: one timer for all of them, sixteen octets each. On
// its loop.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/time.h"
#include "chat/chat.h"
#include "io/timer.h"

namespace chat {

class SessionEnds {
 public:
  /// `ended` is called when a session is over, perhaps for a member that has gone; `is_here` tells.
  SessionEnds(io::Loop& loop, std::function<void(MemberId)> ended,
              std::function<bool(MemberId)> is_here)
      : timer_(loop), ended_(std::move(ended)), is_here_(std::move(is_here)) {}

  /// `members`: how many there are, so that those that have gone are forgotten in time.
  void add(MemberId member, base::WallTime ends_at, std::size_t members);
  std::size_t size() const { return heap_.size(); }

 private:
  struct End {
    base::WallTime at{};
    MemberId member{};
  };
  void arm();
  void on_timer();
  void forget_gone();

  io::Timer timer_;
  std::function<void(MemberId)> ended_;
  std::function<bool(MemberId)> is_here_;
  std::vector<End> heap_;  // the earliest in front
  base::WallTime armed_for_{};
};

}  // namespace chat
