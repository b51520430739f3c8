#include "control/chat_log_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "control/chat_log_layout.h"

namespace control {
namespace {

// Times are microseconds since 1970 in UTC.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE chat_log_marks (
  room $TEXT NOT NULL,
  configuration $TEXT NOT NULL,
  position BIGINT NOT NULL,
  planned BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  owner $TEXT NOT NULL,
  leased_until BIGINT NOT NULL,
  PRIMARY KEY (room, configuration)
);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

}  // namespace

base::Expected<void> migrate_chat_logs(io::SqlConnection& sql) {
  return io::migrate(sql, "chat_logs", kMigrations);
}

namespace chat_logs {
namespace {

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::Expected<std::int64_t> change(io::SqlConnection& sql, std::string_view statement,
                                    std::initializer_list<io::SqlValue> values) {
  auto done = sql.run(statement, values);
  if (!done) return base::fail(std::move(done.error()));
  return done->changed;
}

base::Expected<void> done(base::Expected<std::int64_t> changed) {
  if (!changed) return base::fail(std::move(changed.error()));
  return {};
}

base::Expected<bool> is_one(base::Expected<std::int64_t> changed) {
  if (!changed) return base::fail(std::move(changed.error()));
  return *changed == 1;
}

// The tables of rooms and configurations (schema.cc) and of what was said (chat_history_schema.cc)
// are read here only. Columns: room, number, configuration, destination, the mark's position (or
// what comes instead of it), planned, ends_at, leased_until, owner, the time of the next entry,
// deleted_at.
std::string select_lanes(std::string_view which) {
  // Without a mark a lane begins when the room or the configuration was changed last.
  static constexpr std::string_view kPosition =
      "coalesce(m.position, "
      "CASE WHEN c.updated_at > r.updated_at THEN c.updated_at ELSE r.updated_at END * 1000 - 1)";
  return fmt::format(
      "SELECT l.room_id, l.number, l.configuration_id, c.destination, {0}, "
      "m.planned, m.ends_at, m.leased_until, m.owner, "
      "(SELECT e.at FROM chat_entries e WHERE e.room = l.room_id AND e.position > {0} "
      "ORDER BY e.position LIMIT 1), r.deleted_at "
      "FROM room_logging l JOIN rooms r ON r.id = l.room_id "
      "JOIN logging_configurations c ON c.id = l.configuration_id LEFT JOIN chat_log_marks m "
      "ON m.room = l.room_id AND m.configuration = l.configuration_id {1}",
      kPosition, which);
}

// All but the last column.
Lane lane_of(const io::SqlResult& rows, std::size_t row) {
  const auto time = [&](std::size_t column) {
    return base::WallTime(std::chrono::microseconds(rows.integer(row, column)));
  };
  Lane lane;
  lane.key = {chat::RoomId(rows.text(row, 0)), rows.text(row, 2)};
  lane.destination = rows.text(row, 3);
  lane.position = rows.integer(row, 4);
  if (!rows.is_null(row, 5)) {
    lane.has_mark = true;
    lane.planned = rows.integer(row, 5);
    lane.ends_at = rows.integer(row, 6);
    lane.leased_until = time(7);
    lane.owner = rows.text(row, 8);
  }
  if (!rows.is_null(row, 9)) lane.next_at = time(9);
  return lane;
}

}  // namespace

base::Expected<std::vector<Lane>> next_lanes(io::SqlConnection& sql, Cursor& cursor,
                                             std::size_t limit) {
  static const std::string kSelect =
      select_lanes("WHERE (l.room_id, l.number) > ($1, $2) ORDER BY l.room_id, l.number LIMIT $3");
  auto rows = sql.run(kSelect, {cursor.room, cursor.number, static_cast<std::int64_t>(limit)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<Lane> lanes;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    lanes.push_back(lane_of(*rows, row));
    lanes.back().room_is_deleted = !rows->is_null(row, 10);
  }
  cursor = {};
  if (lanes.size() == limit) cursor = {rows->text(limit - 1, 0), rows->integer(limit - 1, 1)};
  return lanes;
}

base::Expected<std::vector<Lane>> detached_lanes(io::SqlConnection& sql, std::size_t limit) {
  auto rows = sql.run(
      "SELECT m.room, 0, m.configuration, coalesce(c.destination, ''), m.position, m.planned, "
      "m.ends_at, m.leased_until, m.owner, "
      "(SELECT e.at FROM chat_entries e WHERE e.room = m.room AND e.position > m.position "
      "ORDER BY e.position LIMIT 1) FROM chat_log_marks m "
      "LEFT JOIN logging_configurations c ON c.id = m.configuration "
      "WHERE NOT EXISTS (SELECT 1 FROM room_logging l "
      "WHERE l.room_id = m.room AND l.configuration_id = m.configuration) "
      "ORDER BY m.room, m.configuration LIMIT $1",
      {static_cast<std::int64_t>(limit)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<Lane> lanes;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    lanes.push_back(lane_of(*rows, row));
    lanes.back().is_detached = true;
  }
  return lanes;
}

base::Expected<void> add_mark(io::SqlConnection& sql, const Lane& lane) {
  return done(change(sql,
                     "INSERT INTO chat_log_marks (room, configuration, position, planned, ends_at, "
                     "owner, leased_until) VALUES ($1, $2, $3, 0, 0, '', 0) "
                     "ON CONFLICT (room, configuration) DO NOTHING",
                     {lane.key.room.str(), lane.key.configuration, lane.position}));
}

base::Expected<void> set_end(io::SqlConnection& sql, const LaneKey& lane, std::int64_t position) {
  return done(
      change(sql, "UPDATE chat_log_marks SET ends_at = $3 WHERE room = $1 AND configuration = $2",
             {lane.room.str(), lane.configuration, position}));
}

base::Expected<void> remove_mark(io::SqlConnection& sql, const LaneKey& lane) {
  return done(change(sql, "DELETE FROM chat_log_marks WHERE room = $1 AND configuration = $2",
                     {lane.room.str(), lane.configuration}));
}

base::Expected<bool> claim(io::SqlConnection& sql, const Lane& lane, std::int64_t planned,
                           const std::string& owner, base::WallTime now, base::WallTime until) {
  return is_one(change(sql,
                       "UPDATE chat_log_marks SET planned = $3, owner = $4, leased_until = $5 "
                       "WHERE room = $1 AND configuration = $2 AND position = $6 "
                       "AND planned = $7 AND (owner = '' OR owner = $4 OR leased_until <= $8)",
                       {lane.key.room.str(), lane.key.configuration, planned, owner,
                        microseconds(until), lane.position, lane.planned, microseconds(now)}));
}

base::Expected<bool> advance(io::SqlConnection& sql, const LaneKey& lane,
                             const std::string& owner) {
  return is_one(change(sql,
                       "UPDATE chat_log_marks SET position = planned, planned = 0, owner = '', "
                       "leased_until = 0 WHERE room = $1 AND configuration = $2 AND owner = $3 "
                       "AND planned > 0",
                       {lane.room.str(), lane.configuration, owner}));
}

base::Expected<void> release(io::SqlConnection& sql, const LaneKey& lane,
                             const std::string& owner) {
  return done(change(sql,
                     "UPDATE chat_log_marks SET owner = '', leased_until = 0 "
                     "WHERE room = $1 AND configuration = $2 AND owner = $3",
                     {lane.room.str(), lane.configuration, owner}));
}

base::Expected<bool> is_delivered(io::SqlConnection& sql, const chat::RoomId& room) {
  static const std::string kSelect = select_lanes("WHERE l.room_id = $1");
  auto rows = sql.run(kSelect, {room.str()});
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const Lane lane = lane_of(*rows, row);
    const auto destination = parse_chat_log_destination(lane.destination);
    // What cannot be read will never be delivered.
    if (!destination || destination->kind == ChatLogDestination::Kind::kNone) continue;
    if (lane.next_at) return false;
  }
  return true;
}

}  // namespace chat_logs
}  // namespace control
