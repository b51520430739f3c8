// A thread for what may take a few milliseconds and must not hold up a media loop: starting and
// reaping children, reading and writing a small file. Tasks run one after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace io {

class Chores {
 public:
  using Task = std::move_only_function<void()>;

  Chores();
  /// Runs what is queued, then ends.
  ~Chores();
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  /// From any thread. The task must not throw.
  void run(Task task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;  // guarded by mutex_
  bool ending_ = false;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace io
