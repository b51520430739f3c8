// An event loop: one thread runs it, and everything that belongs to it (connections, timers) is
// made, used and destroyed on that thread. The one call for other threads is post().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/time.h"
#include "io/deferred.h"

namespace boost::asio {
class io_context;
}

namespace base {
class Slice;
}

namespace io {

class BulkWatch;
class CoarseTimers;
class EpollSet;

/// Told by the loop that its descriptor is ready. May destroy itself and others meanwhile.
class Watcher {
 public:
  /// `events` are EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP bits.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// How soon a watcher must be told.
enum class Urgency : std::uint8_t {
  kPrompt,  // at once
  kBulk,    // within some milliseconds where that saves wake-ups (see BulkWatch)
};

class Loop {
 public:
  using Task = std::move_only_function<void()>;

  /// `index` tells loops of a group apart; it has no other meaning.
  explicit Loop(unsigned index = 0);
  /// Tasks that were posted and never ran are destroyed here without being run.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Works on the calling thread until stop(). May be called again afterwards.
  void run();
  /// Handles what is ready, or waits up to `timeout` for something. True if anything was handled.
  /// For tests and programs with a main loop of their own.
  bool run_once(std::chrono::milliseconds timeout);
  /// Makes run() return after the handler that is running. From any thread.
  void stop();
  /// Queues `task` to run on this loop, in the order of the posts of one thread. From any thread.
  void post(Task task);

  /// True on the loop's thread, and on every thread while no thread runs the loop (set-up, tests).
  bool is_current() const;
  unsigned index() const { return index_; }

  /// Monotonic time, read once per handler: cheap enough for every packet.
  base::MonotonicTime now() const;
  /// Monotonic time, read now.
  static base::MonotonicTime precise_now();
  static base::WallTime wall_now();

  /// Timers with a granularity of one second that cost 72 bytes each: idle connections.
  CoarseTimers& coarse_timers() { return *coarse_timers_; }

  // For the other files of io only.
  boost::asio::io_context& context();
  /// Level-triggered. The watcher stays registered until unwatch() with the same urgency; `watcher`
  /// must outlive that.
  void watch(int descriptor, std::uint32_t events, Watcher& watcher,
             Urgency urgency = Urgency::kPrompt);
  void rewatch(int descriptor, std::uint32_t events, Watcher& watcher,
               Urgency urgency = Urgency::kPrompt);
  void unwatch(int descriptor, Watcher& watcher, Urgency urgency = Urgency::kPrompt);
  /// Calls `deferred.on_deferred()` once, after the handler that is running.
  void defer(Deferred& deferred);
  /// Memory to read into, shared by all connections of the loop; valid until the next read.
  std::span<std::uint8_t> read_scratch() { return read_scratch_; }
  /// Memory to gather small pieces into one TLS record.
  std::span<std::uint8_t> record_scratch() { return record_scratch_; }
  /// An empty output queue that keeps its memory, for the next connection that needs one.
  std::vector<base::Slice>& spare_queue() { return *spare_queue_; }

 private:
  struct Reactor;

  void run_tasks();
  void run_deferred();
  void wait_for_descriptors();
  EpollSet& set_for(Urgency urgency);

  const unsigned index_;
  std::unique_ptr<Reactor> reactor_;
  std::atomic<bool> stopped_{false};
  std::atomic<const void*> runner_{nullptr};  // marks the thread that runs the loop

  std::mutex tasks_mutex_;
  std::vector<Task> tasks_;          // guarded by tasks_mutex_
  std::vector<Task> running_tasks_;  // keeps its memory between rounds

  DeferredList deferred_;
  bool deferred_scheduled_ = false;
  mutable base::MonotonicTime now_{};
  mutable bool now_is_fresh_ = false;

  std::vector<std::uint8_t> read_scratch_;
  std::vector<std::uint8_t> record_scratch_;
  std::unique_ptr<std::vector<base::Slice>> spare_queue_;
  std::unique_ptr<CoarseTimers> coarse_timers_;
  std::unique_ptr<BulkWatch> bulk_;  // made when first needed
};

/// Loops on threads of their own: the media loops of the program.
class LoopGroup {
 public:
  /// Makes `count` loops (0: one per core), not running yet.
  explicit LoopGroup(unsigned count = 0);
  /// Stops and joins if that was not done.
  ~LoopGroup();
  LoopGroup(const LoopGroup&) = delete;
  LoopGroup& operator=(const LoopGroup&) = delete;

  /// Starts one thread per loop, named `loop-<index>`; returns when all of them run.
  void start();
  /// Stops every loop and waits for its thread. Objects of the loops must be gone or be destroyed
  /// afterwards by the caller, while the loops still exist.
  void stop_and_join();

  std::size_t size() const { return loops_.size(); }
  Loop& at(std::size_t index) { return *loops_.at(index); }

 private:
  struct Threads;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Threads> threads_;
};

}  // namespace io
