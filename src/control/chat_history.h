// What was said in chat rooms, in the database: messages and events in the order of each room,
// whether a message was deleted, and the reactions to it. Functions are called on a worker's
// thread; those that change something, inside a transaction.
//
// Positions rise within a room and are nanoseconds since 1970 or a little more (chat::Entry), so
// that a place in time is found as a position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"
#include "io/sql.h"

namespace control {

/// Makes the tables.
base::Expected<void> migrate_chat_history(io::SqlConnection& sql);

/// An entry as it is kept: a message or an event.
struct KeptEntry {
  chat::Entry entry;
  /// When an event deleted this message: it stays for logs and moderators, not for viewers.
  std::optional<base::WallTime> deleted_at = {};
  /// JSON, number by reaction; empty: none.
  std::string reactions = {};
};

/// A room in which something was said, which may be gone since.
struct SpokenRoom {
  chat::RoomId room;
  std::int64_t last_position = 0;
  base::WallTime first_at{};  // of the first entry there ever was
  base::WallTime last_at{};
};

namespace chat_history {

/// The most that one call gives.
inline constexpr std::size_t kMostEntries = 10'000;

/// Keeps messages and events, marks messages as deleted by the events among them, and notes
/// reactions. What is there already stays as it is: the same call may be made again. kInvalid if
/// one of the texts is not UTF-8 or holds a zero octet: nothing may be kept then.
base::Expected<void> insert(io::SqlConnection& sql, std::span<const chat::Entry> entries);

/// The last `count` that were not deleted, oldest first: for RoomRecord::history.
base::Expected<std::vector<chat::Entry>> newest_entries(io::SqlConnection& sql,
                                                        const chat::RoomId& room,
                                                        std::size_t count);
/// Everything behind `position` in order, deleted messages too: for logs.
base::Expected<std::vector<chat::Entry>> entries_after(io::SqlConnection& sql,
                                                       const chat::RoomId& room,
                                                       std::int64_t position, std::size_t limit);

/// Which entries of a room.
struct Choice {
  chat::RoomId room;
  std::string user_id = {};                  // empty: of everybody, and events
  base::WallTime from = {};                  // inclusive
  std::optional<base::WallTime> until = {};  // exclusive
  /// Between these, both exclusive: where the page before ended.
  std::int64_t after = 0;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  enum class Order : std::uint8_t { kOldestFirst, kNewestFirst } order = Order::kOldestFirst;
  enum class Deleted : std::uint8_t { kHide, kShow } deleted = Deleted::kHide;
  std::size_t limit = 100;  // at most kMostEntries
};
/// A page, in the order asked for; the next begins behind (before) the last one's position.
base::Expected<std::vector<KeptEntry>> page(io::SqlConnection& sql, const Choice& choice);

/// Also a deleted one; nothing if it is not kept (any more).
base::Expected<std::optional<KeptEntry>> find(io::SqlConnection& sql, const chat::RoomId& room,
                                              std::string_view id);

/// A place among the entries of all rooms in the order of time.
struct Place {
  base::WallTime at{};
  chat::RoomId room;
  std::int64_t position = 0;
};
/// Entries of all rooms behind `place` and before `until` (exclusive), by time, room, position;
/// deleted ones too.
base::Expected<std::vector<chat::Entry>> everything_after(io::SqlConnection& sql,
                                                          const Place& place, base::WallTime until,
                                                          std::size_t limit);
/// The same backwards: before `place` and not before `from`, newest first.
base::Expected<std::vector<chat::Entry>> everything_before(io::SqlConnection& sql,
                                                           const Place& place, base::WallTime from,
                                                           std::size_t limit);

/// 0 if nothing was ever said: for RoomRecord::last_position.
base::Expected<std::int64_t> last_position(io::SqlConnection& sql, const chat::RoomId& room);
base::Expected<std::optional<SpokenRoom>> find_room(io::SqlConnection& sql,
                                                    const chat::RoomId& room);
/// Rooms in the order of their ids, behind `after`.
base::Expected<std::vector<SpokenRoom>> list_rooms(io::SqlConnection& sql,
                                                   const chat::RoomId& after, std::size_t limit);

/// One step of forgetting a room; true if there may be more to do.
base::Expected<bool> remove_room(io::SqlConnection& sql, const chat::RoomId& room);
/// One step of forgetting what is older, and rooms where nothing was said since; true if there may
/// be more to do.
base::Expected<bool> prune(io::SqlConnection& sql, base::WallTime older_than);

}  // namespace chat_history
}  // namespace control
