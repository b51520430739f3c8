// The threads that talk to the database: readers that run straight-line blocking code, and one
// writer that puts the writes that wait into one transaction (group commit), so that each is
// durable before it is answered and the disk is asked once for all of them. Safe from every thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/error.h"
#include "io/sql.h"

namespace io {

class SqlWorkers {
 public:
  using Read = std::move_only_function<void(SqlConnection&)>;
  /// Runs on the writer's thread, inside a transaction that it must not end; an error undoes what
  /// this one wrote, and nothing else. May run again if the database asks for the transaction to be
  /// repeated, or its connection was lost before the commit.
  using Write = std::move_only_function<base::Expected<void>(SqlConnection&)>;
  /// Called on the writer's thread once what was written is durable, or with the error; in the
  /// order of the writes. May call write() and read(), not wait for them.
  using Done = std::move_only_function<void(base::Expected<void>)>;

  struct Options {
    std::size_t readers = 2;
    /// Tasks that may wait, for readers and for the writer each.
    std::size_t max_waiting = 10'000;
    /// Writes in one transaction.
    std::size_t max_batch = 256;
  };

  /// Opens one connection a thread and starts them.
  static base::Expected<std::unique_ptr<SqlWorkers>> create(SqlDatabase& database,
                                                            const Options& options);
  /// Runs what waits, then joins. What comes meanwhile is refused: kClosed, or false.
  virtual ~SqlWorkers() = default;

  /// False if too many wait: `task` was destroyed without being run. A transaction that the task
  /// leaves open is undone.
  [[nodiscard]] virtual bool read(Read task) = 0;
  /// If too many wait, `done` gets kLimit at once, on this thread.
  virtual void write(Write work, Done done) = 0;
  /// write(), waiting for the end. Never from a worker or a media loop.
  base::Expected<void> write_and_wait(Write work);
  /// read(), waiting for room in the queue and for the end. Never from a worker or a media loop.
  void read_and_wait(Read task);

 protected:
  /// read(), waiting for room.
  virtual void read_patiently(Read task) = 0;
};

}  // namespace io
