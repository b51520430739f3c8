// Threads that run straight-line code that waits: each has a connection to the database for reading
// and takes one task after the other. Unlike the workers of SqlWorkers they may wait for writes and
// for other programs. What may wait is bounded. Safe from every thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "io/sql.h"

namespace io {

class SqlCrew {
 public:
  using Task = std::move_only_function<void(SqlConnection&)>;

  struct Options {
    const char* name = "crew";  // of the threads; at most 15 characters
    std::size_t threads = 2;
    std::size_t max_waiting = 2'000;
  };
  static base::Expected<std::unique_ptr<SqlCrew>> create(SqlDatabase& database, Options options);
  /// Waits for the tasks that have begun; the others are destroyed.
  ~SqlCrew();
  SqlCrew(const SqlCrew&) = delete;
  SqlCrew& operator=(const SqlCrew&) = delete;

  /// False if too many wait: the task was destroyed.
  [[nodiscard]] bool give(Task task);
  std::size_t waiting() const;

 private:
  explicit SqlCrew(Options options) : options_(options) {}
  void run(SqlConnection& sql);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<Task> tasks_;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::vector<std::unique_ptr<SqlConnection>> connections_;
  std::vector<std::thread> threads_;  // last: they use the others
};

}  // namespace io
