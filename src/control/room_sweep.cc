#include "control/room_sweep.h"

#include "control/chat_history.h"
#include "control/chat_log_store.h"

namespace control {
namespace {

// What was said just before the end needs a moment to get into the database.
constexpr std::chrono::minutes kSettled{10};
constexpr std::int64_t kMostRooms = 20;

base::Expected<void> run(io::SqlConnection& sql, std::string_view statement,
                         std::initializer_list<io::SqlValue> values) {
  auto done = sql.run(statement, values);
  if (!done) return base::fail(std::move(done.error()));
  return {};
}

base::Expected<void> sweep_room(io::SqlConnection& sql, const chat::RoomId& room) {
  auto delivered = chat_logs::is_delivered(sql, room);
  if (!delivered) return base::fail(std::move(delivered.error()));
  if (!*delivered) return {};
  auto more = chat_history::remove_room(sql, room);
  if (!more) return base::fail(std::move(more.error()));
  if (*more) return {};
  return run(sql, "DELETE FROM rooms WHERE id = $1", {room.str()});
}

}  // namespace

base::Expected<void> sweep_rooms(io::SqlConnection& sql, base::WallTime now) {
  const std::int64_t time = now.time_since_epoch().count();
  if (auto bans = run(sql, "DELETE FROM room_bans WHERE until_at <= $1", {time}); !bans) {
    return bans;
  }
  const std::int64_t settled = time - std::chrono::microseconds(kSettled).count();
  auto rows = sql.run(
      "SELECT id FROM rooms WHERE deleted_at IS NOT NULL AND deleted_at < $1 "
      "ORDER BY deleted_at LIMIT $2",
      {settled, kMostRooms});
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t row = 0; row < rows->size(); ++row) {
    if (auto swept = sweep_room(sql, chat::RoomId(rows->text(row, 0))); !swept) return swept;
  }
  return {};
}

}  // namespace control
