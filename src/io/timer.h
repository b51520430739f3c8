// A precise timer of a loop, for pacing and deadlines of a few objects. For tens of thousands of
// idle timeouts use CoarseTimer.
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace io {

class Loop;

/// Made, used and destroyed on its loop; destroying it cancels it.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Calls `expired` once, after at least `after`. Starting again replaces what was waiting.
  /// `expired` may destroy the timer or start it anew.
  void start(base::Duration after, std::move_only_function<void()> expired);
  /// The same at a point in time; at once (but not from inside this call) if that has passed.
  void start_at(base::MonotonicTime when, std::move_only_function<void()> expired);
  void cancel();
  bool is_running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait that is under way
};

}  // namespace io
