// Timeouts in whole seconds for many objects: a wheel with one slot a second. Pushing a deadline
// back, which an active connection does with every request, only stores a number. On a loop.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.h"

namespace io {

class CoarseTimers;
class Loop;
class Timer;

/// One timeout, owned by whoever waits. Destroying it cancels it.
class CoarseTimer {
 public:
  explicit CoarseTimer(Loop& loop);
  ~CoarseTimer() { cancel(); }
  CoarseTimer(const CoarseTimer&) = delete;
  CoarseTimer& operator=(const CoarseTimer&) = delete;

  /// Calls `expired` once on the loop, not before `after` and within two seconds of it, unless
  /// start() or cancel() is called again before. `expired` may destroy the timer or start it anew.
  void start(std::chrono::seconds after, std::move_only_function<void()> expired);
  /// Moves the deadline of a running timer and keeps its function; no effect if it is not running.
  void restart(std::chrono::seconds after);
  void cancel();
  bool is_running() const { return next_ != nullptr; }

 private:
  friend class CoarseTimers;
  void unlink();

  CoarseTimer* previous_ = nullptr;
  CoarseTimer* next_ = nullptr;
  CoarseTimers* const timers_;
  std::uint32_t deadline_ = 0;   // in ticks
  std::uint32_t scheduled_ = 0;  // the tick whose slot holds it; never after deadline_
  std::move_only_function<void()> expired_;
};
static_assert(sizeof(CoarseTimer) <= 72);

/// The wheel; Loop::coarse_timers() gives it.
class CoarseTimers {
 public:
  explicit CoarseTimers(Loop& loop);
  ~CoarseTimers();
  CoarseTimers(const CoarseTimers&) = delete;
  CoarseTimers& operator=(const CoarseTimers&) = delete;

  /// Timers that are running.
  std::size_t size() const { return size_; }

 private:
  friend class CoarseTimer;
  static constexpr std::uint32_t kSlots = 256;

  std::uint32_t tick_for(std::chrono::seconds after) const;
  void link(CoarseTimer& timer);
  void arm();
  void on_tick();
  void handle_slot(std::uint32_t tick);

  Loop& loop_;
  const base::MonotonicTime origin_;
  std::unique_ptr<Timer> ticker_;
  std::unique_ptr<std::array<CoarseTimer*, kSlots>> slots_;  // circular lists, or null
  std::uint32_t handled_ = 0;                                // the last tick that was handled
  std::size_t size_ = 0;
};

}  // namespace io
