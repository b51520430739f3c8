#include "control/room_change.h"

#include <boost/json/serialize.hpp>

#include "control/call.h"
#include "control/chat_history.h"
#include "control/room_record.h"

namespace control {
namespace {

constexpr std::int64_t kMaxBans = 100'000;  // of one room

std::int64_t number_of(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::Expected<void> run(io::SqlConnection& sql, std::string_view statement,
                         std::initializer_list<io::SqlValue> values) {
  auto done = sql.run(statement, values);
  if (!done) return base::fail(std::move(done.error()));
  return {};
}

base::Expected<void> ban(io::SqlConnection& sql, const std::string& room, const chat::Ban& ban,
                         base::WallTime now) {
  // Those that are over make room first.
  if (auto pruned = run(sql, "DELETE FROM room_bans WHERE room_id = $1 AND until_at <= $2",
                        {room, number_of(now)});
      !pruned) {
    return pruned;
  }
  auto counted = sql.run("SELECT count(*) FROM room_bans WHERE room_id = $1", {room});
  if (!counted) return base::fail(std::move(counted.error()));
  if (counted->integer(0, 0) >= kMaxBans) {
    return base::fail(base::ErrorCode::kLimit, "this room bans too many users: lift some bans");
  }
  io::SqlValue until;
  if (ban.until) until = number_of(*ban.until);
  return run(sql,
             "INSERT INTO room_bans (room_id, user_id, until_at, reason, created_at) VALUES "
             "($1, $2, $3, $4, $5) ON CONFLICT (room_id, user_id) DO UPDATE SET "
             "until_at = excluded.until_at, reason = excluded.reason, "
             "created_at = excluded.created_at",
             {room, ban.user_id, until, ban.reason, number_of(now)});
}

base::Expected<void> lift_ban(io::SqlConnection& sql, const std::string& room,
                              const std::string& user) {
  auto lifted = sql.run("DELETE FROM room_bans WHERE room_id = $1 AND user_id = $2 RETURNING 1",
                        {room, user});
  if (!lifted) return base::fail(std::move(lifted.error()));
  if (lifted->empty()) return base::fail(base::ErrorCode::kNotFound, "this user is not banned");
  return {};
}

base::Expected<void> pin(io::SqlConnection& sql, const chat::RoomId& room,
                         const std::string& message) {
  auto found = chat_history::find(sql, room, message);
  if (!found) return base::fail(std::move(found.error()));
  if (!*found || (*found)->deleted_at || (*found)->entry.kind != chat::Entry::Kind::kMessage) {
    return base::fail(base::ErrorCode::kNotFound, "there is no such message in this room");
  }
  return run(sql, "UPDATE rooms SET pinned = $2 WHERE id = $1", {room.str(), message});
}

base::Expected<void> set_slow_mode(io::SqlConnection& sql, const RoomRow& room,
                                   std::chrono::seconds slow_mode) {
  boost::json::value kept = parse_kept(room.moderation);
  kept.as_object()["slowModeSeconds"] = slow_mode.count();
  return run(sql, "UPDATE rooms SET moderation = $2 WHERE id = $1",
             {room.id, boost::json::serialize(kept)});
}

}  // namespace

base::Expected<void> change_room(io::SqlConnection& sql, const chat::RoomId& room,
                                 const chat::RoomChange& change, base::WallTime now) {
  auto row = load_room(sql, room.str());
  if (!row) return base::fail(std::move(row.error()));
  if (!*row) return base::fail(base::ErrorCode::kNotFound, "there is no such room");
  switch (change.kind) {
    case chat::RoomChange::Kind::kBan:
      return ban(sql, room.str(), change.ban, now);
    case chat::RoomChange::Kind::kUnban:
      return lift_ban(sql, room.str(), change.ban.user_id);
    case chat::RoomChange::Kind::kPin:
      return pin(sql, room, change.message_id);
    case chat::RoomChange::Kind::kUnpin:
      return run(sql, "UPDATE rooms SET pinned = '' WHERE id = $1", {room.str()});
    case chat::RoomChange::Kind::kSlowMode:
      return set_slow_mode(sql, **row, change.slow_mode);
  }
  return {};
}

}  // namespace control
