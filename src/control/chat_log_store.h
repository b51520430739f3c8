// How far the chat logs of each room have come, in the database. A *lane* is a room and one of its
// logging configurations: what is said there is delivered in order. Functions are called on a
// worker's thread; those that change something, inside a transaction.
#pragma once

#include <compare>
#include <cstddef>
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
  /// JSON, as in CreateLoggingConfiguration; empty: the configuration is gone.
  std::string destination;
  /// Everything up to this one is delivered. Without a mark: what was said before the room used
  /// the configuration.
  std::int64_t position = 0;
  /// The last entry of the object that was begun; 0: none. It is finished with exactly these.
  std::int64_t planned = 0;
  /// Nothing behind this one is delivered; 0: no end.
  std::int64_t ends_at = 0;
  /// Somebody is at work here until then, if `owner` is not empty.
  base::WallTime leased_until{};
  std::string owner;
  bool has_mark = false;
  /// When the first entry behind `position` was said; nothing: there is none.
  std::optional<base::WallTime> next_at;
  bool room_is_deleted = false;
  /// The room does not use the configuration any more.
  bool is_detached = false;
};

/// A place in the order of lanes.
struct Cursor {
  std::string room = {};
  std::int64_t number = -1;
};

/// Lanes behind `cursor`, which moves behind them; back to the beginning when there are no more.
base::Expected<std::vector<Lane>> next_lanes(io::SqlConnection& sql, Cursor& cursor,
                                             std::size_t limit);
/// Lanes with marks whose rooms do not use the configuration any more.
base::Expected<std::vector<Lane>> detached_lanes(io::SqlConnection& sql, std::size_t limit);

/// The first mark of a lane; stays as it is if there is one.
base::Expected<void> add_mark(io::SqlConnection& sql, const Lane& lane);
/// Nothing behind `position` is to be delivered (0: everything).
base::Expected<void> set_end(io::SqlConnection& sql, const LaneKey& lane, std::int64_t position);
base::Expected<void> remove_mark(io::SqlConnection& sql, const LaneKey& lane);

/// Takes the lane until `until` and plans its next object, up to `planned`. False if somebody else
/// has it, or it is not as `lane` says.
base::Expected<bool> claim(io::SqlConnection& sql, const Lane& lane, std::int64_t planned,
                           const std::string& owner, base::WallTime now, base::WallTime until);
/// What was planned is delivered; nobody has the lane any more. False if somebody else took it.
base::Expected<bool> advance(io::SqlConnection& sql, const LaneKey& lane, const std::string& owner);
/// Nobody has the lane any more; what was planned stays.
base::Expected<void> release(io::SqlConnection& sql, const LaneKey& lane, const std::string& owner);

/// Whether all that was said in the room has been delivered, so that it may be forgotten.
base::Expected<bool> is_delivered(io::SqlConnection& sql, const chat::RoomId& room);

}  // namespace chat_logs
}  // namespace control
