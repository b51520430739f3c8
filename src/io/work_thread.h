// One thread that does what it is given, in order, with a bound on what may wait: for files, hashes
// and whatever else would block a loop. Owned by one object on one loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace io {

class WorkThread {
 public:
  struct Limits {
    /// Tasks and octets that may wait. A task with more octets is let through alone.
    std::size_t tasks = 256;
    std::size_t octets = std::size_t{128} << 20;
  };
  /// A task gives what is to be done once it counts as waiting no more (or nothing): whoever hears
  /// of the end finds room for the next.
  using Tell = std::move_only_function<void()>;
  using Task = std::move_only_function<Tell()>;

  /// `name` has at most 15 characters.
  WorkThread(const char* name, const Limits& limits);
  /// Waits for the task that has begun; the others are destroyed.
  ~WorkThread();
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  /// False if too much waits: the task is not kept.
  bool give(std::size_t octets, Task task);
  /// Set when the end waits for the task that has begun, which may look at it from time to time.
  const std::atomic<bool>& stopping() const { return stopping_; }

 private:
  struct Waiting {
    std::size_t octets = 0;
    Task task;
  };
  void run();

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::atomic<bool> stopping_{false};  // set with mutex_ held
  std::deque<Waiting> waiting_;        // guarded by mutex_
  std::size_t octets_ = 0;             // of these and of what is being done; guarded by mutex_
  std::thread thread_;                 // last: it uses the others
};

}  // namespace io
