// Writes down what is said in chat rooms, in the order of each room, while rooms go on: entries
// come from any loop, wait on this one's and go to the database many at once. While the database is
// away they wait; beyond a bound the oldest are given up. Made and destroyed on its loop, or while
// loops do not run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"

namespace io {
class Loop;
class SqlWorkers;
}  // namespace io

namespace control {

class ChatJournal {
 public:
  struct Options {
    /// Of entries that are not written yet; beyond, the oldest are dropped.
    std::size_t max_entries = 100'000;
    std::size_t max_octets = 64 << 20;
    /// In one transaction.
    std::size_t max_batch = 1'000;
    /// Between attempts while the database is away.
    base::Duration pause = std::chrono::seconds(1);
    /// How long a flush waits.
    base::Duration patience = std::chrono::seconds(5);
    /// How long entries are kept (looked after every hour, once started); 0: for ever.
    base::Duration keep = std::chrono::hours(24 * 30);
    /// UTC; null: the system's clock.
    std::function<base::WallTime()> now = {};
  };
  struct Figures {
    std::size_t waiting = 0;  // now
    std::size_t waiting_octets = 0;
    std::uint64_t written = 0;  // since the start
    std::uint64_t dropped = 0;
  };

  static std::unique_ptr<ChatJournal> create(io::Loop& loop, io::SqlWorkers& sql, Options options);
  virtual ~ChatJournal() = default;

  /// From any thread; never blocks. For chat::Above::record.
  virtual void record(std::vector<chat::Entry> entries) = 0;
  /// From any thread. `done` is called on the journal's loop once everything that was recorded
  /// before is in the database (or dropped); kTimeout if that takes too long.
  using Flushed = std::move_only_function<void(base::Expected<void>)>;
  virtual void flush(Flushed done) = 0;

  // On the journal's loop.

  /// Begins to forget what is too old.
  virtual void start() = 0;
  virtual void stop() = 0;
  /// Called with entries after they were committed, in the order of each room, on the journal's
  /// loop; must not block. The token ends it.
  using Observer = std::function<void(std::span<const chat::Entry>)>;
  virtual std::uint64_t observe(Observer observer) = 0;
  virtual void forget_observer(std::uint64_t token) = 0;
  /// Everything that had reached this loop before this instant was written, or dropped.
  virtual base::WallTime written_until() const = 0;
  virtual Figures figures() const = 0;
};

}  // namespace control
