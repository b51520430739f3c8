#include "control/room_record.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "control/call.h"
#include "control/chat_history.h"
#include "control/moderation_json.h"
#include "control/platform.h"

namespace control {

namespace json = boost::json;

namespace {

constexpr std::string_view kColumns =
    "id, name, max_rate, max_length, review_uri, review_fallback, moderation, pinned, tags, "
    "created_at, updated_at";

base::Expected<std::vector<std::string>> load_logging(io::SqlConnection& sql,
                                                      const std::string& room) {
  auto rows = sql.run(
      "SELECT configuration_id FROM room_logging WHERE room_id = $1 ORDER BY number", {room});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<std::string> ids;
  for (std::size_t row = 0; row < rows->size(); ++row) ids.push_back(rows->text(row, 0));
  return ids;
}

base::Expected<void> save_logging(io::SqlConnection& sql, const RoomRow& room) {
  if (auto gone = sql.run("DELETE FROM room_logging WHERE room_id = $1", {room.id}); !gone) {
    return base::fail(std::move(gone.error()));
  }
  for (std::size_t i = 0; i < room.logging.size(); ++i) {
    auto kept =
        sql.run("INSERT INTO room_logging (room_id, number, configuration_id) VALUES ($1, $2, $3)",
                {room.id, static_cast<std::int64_t>(i), room.logging[i]});
    if (!kept) return base::fail(std::move(kept.error()));
  }
  return {};
}

std::string time_text(std::int64_t microseconds) {
  return base::to_rfc3339(base::WallTime(std::chrono::microseconds(microseconds)));
}

base::Expected<void> add_people(io::SqlConnection& sql, chat::RoomRecord& record,
                                base::WallTime now) {
  auto bans = sql.run(
      "SELECT user_id, until_at, reason FROM room_bans WHERE room_id = $1 AND "
      "(until_at IS NULL OR until_at > $2)",
      {record.id.str(), std::int64_t{now.time_since_epoch().count()}});
  if (!bans) return base::fail(std::move(bans.error()));
  for (std::size_t row = 0; row < bans->size(); ++row) {
    chat::Ban& ban = record.bans.emplace_back();
    ban.user_id = bans->text(row, 0);
    if (!bans->is_null(row, 1)) {
      ban.until = base::WallTime(std::chrono::microseconds(bans->integer(row, 1)));
    }
    ban.reason = bans->text(row, 2);
  }
  auto roles =
      sql.run("SELECT user_id, role FROM room_roles WHERE room_id = $1", {record.id.str()});
  if (!roles) return base::fail(std::move(roles.error()));
  for (std::size_t row = 0; row < roles->size(); ++row) {
    record.roles.emplace_back(roles->text(row, 0),
                              chat::role_of(roles->text(row, 1)).value_or(chat::Role::kNone));
  }
  return {};
}

}  // namespace

base::Expected<std::optional<RoomRow>> load_room(io::SqlConnection& sql, std::string_view id) {
  static const std::string statement =
      fmt::format("SELECT {} FROM rooms WHERE id = $1 AND deleted_at IS NULL", kColumns);
  auto rows = sql.run(statement, {std::string(id)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  RoomRow room;
  room.id = rows->text(0, 0);
  room.name = rows->text(0, 1);
  room.max_rate = rows->integer(0, 2);
  room.max_length = rows->integer(0, 3);
  room.review_uri = rows->text(0, 4);
  room.review_fallback = rows->text(0, 5);
  room.moderation = rows->text(0, 6);
  room.pinned = rows->text(0, 7);
  room.tags = rows->text(0, 8);
  room.created_at = rows->integer(0, 9);
  room.updated_at = rows->integer(0, 10);
  auto logging = load_logging(sql, room.id);
  if (!logging) return base::fail(std::move(logging.error()));
  room.logging = std::move(*logging);
  return room;
}

base::Expected<void> insert_room(io::SqlConnection& sql, const RoomRow& room) {
  auto made = sql.run(
      "INSERT INTO rooms (id, name, max_rate, max_length, review_uri, review_fallback, moderation, "
      "pinned, tags, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {room.id, room.name, room.max_rate, room.max_length, room.review_uri, room.review_fallback,
       room.moderation, room.pinned, room.tags, room.created_at, room.updated_at});
  if (!made) return base::fail(std::move(made.error()));
  return save_logging(sql, room);
}

base::Expected<void> update_room(io::SqlConnection& sql, const RoomRow& room) {
  auto updated = sql.run(
      "UPDATE rooms SET name = $2, max_rate = $3, max_length = $4, review_uri = $5, "
      "review_fallback = $6, moderation = $7, pinned = $8, tags = $9, updated_at = $10 "
      "WHERE id = $1",
      {room.id, room.name, room.max_rate, room.max_length, room.review_uri, room.review_fallback,
       room.moderation, room.pinned, room.tags, room.updated_at});
  if (!updated) return base::fail(std::move(updated.error()));
  return save_logging(sql, room);
}

base::Expected<std::optional<Banned>> find_ban(io::SqlConnection& sql, const std::string& room,
                                               const std::string& user, base::WallTime now) {
  auto rows = sql.run(
      "SELECT until_at FROM room_bans WHERE room_id = $1 AND user_id = $2 AND "
      "(until_at IS NULL OR until_at > $3)",
      {room, user, std::int64_t{now.time_since_epoch().count()}});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  Banned banned;
  if (!rows->is_null(0, 0)) {
    banned.until = base::WallTime(base::WallTime::duration(rows->integer(0, 0)));
  }
  return banned;
}

std::unexpected<ApiError> no_such_room(std::string_view arn) {
  auto error = not_found(fmt::format("there is no room {}", arn));
  const auto parsed = parse_arn(arn);
  error.error().resource_id = parsed ? parsed->id : std::string_view();
  error.error().resource_type = "ROOM";
  return error;
}

std::unexpected<ApiError> no_such_logging_configuration(std::string_view arn) {
  auto error = not_found(fmt::format("there is no logging configuration {}", arn));
  const auto parsed = parse_arn(arn);
  error.error().resource_id = parsed ? parsed->id : std::string_view();
  error.error().resource_type = "LOGGING_CONFIGURATION";
  return error;
}

ApiResult<RoomRow> room_named(Call& call, std::string_view member) {
  const std::string arn = text_of(call.input, member);
  auto room = load_room(call.sql, own_id(call.platform.home, "room", arn));
  if (!room) return internal(room.error());
  if (!*room) return no_such_room(arn);
  return std::move(**room);
}

json::object room_object(const Home& home, const RoomRow& room) {
  json::object object{{"arn", make_arn(home, "room", room.id)},
                      {"id", room.id},
                      {"name", room.name},
                      {"createTime", time_text(room.created_at)},
                      {"updateTime", time_text(room.updated_at)},
                      {"maximumMessageRatePerSecond", room.max_rate},
                      {"maximumMessageLength", room.max_length},
                      {"tags", parse_kept(room.tags)}};
  if (!room.review_uri.empty()) {
    object["messageReviewHandler"] =
        json::object{{"uri", room.review_uri}, {"fallbackResult", room.review_fallback}};
  }
  json::array logging;
  for (const std::string& id : room.logging) {
    logging.emplace_back(make_arn(home, "logging-configuration", id));
  }
  object["loggingConfigurationIdentifiers"] = std::move(logging);
  return object;
}

base::Expected<chat::RoomRecord> load_room_record(io::SqlConnection& sql, const Home& home,
                                                  const chat::RoomId& room, std::size_t history,
                                                  base::WallTime now) {
  auto row = load_room(sql, room.str());
  if (!row) return base::fail(std::move(row.error()));
  if (!*row) return base::fail(base::ErrorCode::kNotFound, "there is no such room");
  chat::RoomRecord record;
  record.id = room;
  record.arn = make_arn(home, "room", room.str());
  record.max_rate = static_cast<std::int32_t>((*row)->max_rate);
  record.max_length = static_cast<std::int32_t>((*row)->max_length);
  if (!(*row)->review_uri.empty()) {
    record.review = chat::Review{(*row)->review_uri, (*row)->review_fallback != "DENY"};
  }
  const json::value kept = parse_kept((*row)->moderation);
  auto moderation = read_moderation(kept.as_object());
  if (!moderation) return base::fail(std::move(moderation.error()));
  record.moderation = std::move(*moderation);
  if (const std::int64_t rate = integer_of(kept.as_object(), "maximumMessageRatePerSecond", 0);
      rate > 0) {
    record.max_rate = static_cast<std::int32_t>(rate);
  }
  if (auto added = add_people(sql, record, now); !added) return base::fail(added.error());
  if (!(*row)->pinned.empty()) {
    auto pinned = chat_history::find(sql, room, (*row)->pinned);
    if (!pinned) return base::fail(std::move(pinned.error()));
    if (*pinned && !(*pinned)->deleted_at) record.pinned = std::move((*pinned)->entry);
  }
  auto last = chat_history::last_position(sql, room);
  if (!last) return base::fail(std::move(last.error()));
  record.last_position = *last;
  if (history > 0) {
    auto entries = chat_history::newest_entries(sql, room, history);
    if (!entries) return base::fail(std::move(entries.error()));
    record.history = std::move(*entries);
  }
  return record;
}

}  // namespace control
