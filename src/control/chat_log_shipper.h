// Brings what is said in rooms with logging configurations to their destinations: objects in an
// io::ObjectStore, laid out as the service does it (control/chat_log_layout.h). It reads from the
// database and marks there how far it has come, so neither a restart nor a store that cannot be
// reached loses anything or delivers it twice; several servers with one database share the work.
// On its loop, far away from chat: what waits stays in the database.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/time.h"

namespace io {
class Loop;
class ObjectStore;
class SqlWorkers;
}  // namespace io

namespace control {

struct ChatLogSettings {
  /// Of the account and region that names of objects hold.
  std::string account = "000000000000";
  std::string region = "local";
  /// An object for each such stretch of time in which something was said: 1 s to 1 h, a divisor of
  /// an hour.
  std::chrono::seconds s3_interval = std::chrono::minutes(5);
  std::chrono::seconds firehose_interval{10};
  /// Octets of lines in one object, before compression: a stretch with more becomes several. At
  /// least one line, however long. 1 KiB to 16 MiB.
  std::size_t max_object = std::size_t{1} << 20;
  /// How often it looks for something to deliver.
  std::chrono::milliseconds look_every{2'000};
  /// Nothing younger than this is delivered: what several servers record at the same time reaches
  /// the database in any order.
  std::chrono::milliseconds settle{2'000};
};

class ChatLogShipper {
 public:
  struct Options {
    ChatLogSettings settings = {};
    /// UTC, from any thread; null: the system's clock.
    std::function<base::WallTime()> now = {};
    /// From 0 to 1, on the loop; null: the system's randomness.
    std::function<double()> random = {};
  };
  /// Attempts that failed since the start, for a logging configuration.
  struct Errors {
    std::uint64_t access_denied = 0;  // LogDestinationAccessDeniedError
    std::uint64_t not_found = 0;      // LogDestinationResourceNotFoundErrors
    std::uint64_t other = 0;
    /// LogDestinationErrors
    std::uint64_t all() const { return access_denied + not_found + other; }
  };

  /// `loop`, `sql` and `store` outlive it; the store belongs to the same loop. The tables must be
  /// there (migrate_chat_logs, migrate_chat_history, migrate_schema).
  static std::unique_ptr<ChatLogShipper> create(io::Loop& loop, io::SqlWorkers& sql,
                                                io::ObjectStore& store, Options options);
  virtual ~ChatLogShipper() = default;

  // On its loop.

  virtual void start() = 0;
  /// Gives up what is under way; it is delivered again, under the same names, after the next start.
  virtual void stop() = 0;
  /// Delivers everything that is in the database now, without waiting for intervals: before a
  /// server ends, behind ChatJournal::flush, and in tests. Destinations that fail are tried once.
  /// `done` is called once, not from inside; at once if it was not started. Give up by stop().
  virtual void flush(std::move_only_function<void()> done) = 0;
  /// By the id of the logging configuration; those that never failed are not in it.
  virtual const std::map<std::string, Errors>& errors() const = 0;
};

}  // namespace control
