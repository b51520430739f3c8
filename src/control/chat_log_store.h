// How far the chat logs of each room have come, in the database. A *lane* is a room and one of its
// logging configurations: what is said there is delivered in order. Functions are called on a
// worker's thread; those that change something, inside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"
#include "io/sql.h"

namespace control {

/// Makes the tables.
base::Expected<void> migrate_chat_logs(io::SqlConnection& sql);

namespace chat_logs {

struct LaneKey {
  chat::RoomId room;
  std::string configuration;
  auto operator<=>(const LaneKey&) const = default;
};

struct Lane {
  LaneKey key;
  std::string destination;  // JSON, as in CreateLoggingConfiguration
  /// Everything up to this one is delivered.
  std::int64_t position = 0;
  /// Of the object that was begun; 0: none. It is finished with exactly these entries.
  std::int64_t planned = 0;
  /// Somebody else is at work here until then.
  base::WallTime leased_until{};
  std::string owner;  // who that is
  /// The room was deleted, or does not use this configuration any more.
  bool is_ending = false;
  bool has_mark = false;
};

/// A place in the order of lanes.
struct Cursor {
  std::string room;
  std::int64_t number = -1;
};

/// Lanes of rooms behind `cursor`, which is moved on; begins anew (with an empty cursor) when
/// there are no more.
base::Expected<std::vector<Lane>> next_lanes(io::SqlConnection& sql, Cursor& cursor,
                                             std::size_t limit);
/// Lanes that are marked although their room does not use the configuration any more. Those whose
/// configuration is gone too have no destination.
base::Expected<std::vector<Lane>> detached_lanes(io::SqlConnection& sql, std::size_t limit);

/// The first mark of a lane; stays as it is if there is one.
base::Expected<void> add_mark(io::SqlConnection& sql, const Lane& lane);
/// Takes the lane until `until` and plans an object up to `planned`. False if somebody else has it
/// or the lane is not as it was.
base::Expected<bool> claim(io::SqlConnection& sql, const Lane& lane, std::int64_t planned,
                           std::string_view owner, base::WallTime now, base::WallTime until);
/// Delivered up to what was planned; nobody has the lane any more. False if somebody else took it
/// meanwhile.
base::Expected<bool> advance(io::SqlConnection& sql, const LaneKey& lane, std::string_view owner);
/// Nobody has the lane any more; what was planned stays.
base::Expected<void> release(io::SqlConnection& sql, const LaneKey& lane, std::string_view owner);
base::Expected<void> remove_mark(io::SqlConnection& sql, const LaneKey& lane);

/// Whether everything that was said in the room has been delivered, so that it may be forgotten.
base::Expected<bool> is_delivered(io::SqlConnection& sql, const chat::RoomId& room);

}  // namespace chat_logs
}  // namespace control
