// Logging configurations of chat: where the rooms that name them write what was said.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.h"
#include "base/time.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/room_record.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;
constexpr std::string_view kColumns = "id, name, destination, tags, created_at, updated_at";

std::string time_text(std::int64_t microseconds) {
  return base::to_rfc3339(base::WallTime(std::chrono::microseconds(microseconds)));
}

// A destination is only a name until something is written: there is nothing that could be made
// ready first.
json::object whole(const Home& home, const io::SqlResult& rows, std::size_t row) {
  return {{"arn", make_arn(home, "logging-configuration", rows.text(row, 0))},
          {"id", rows.text(row, 0)},
          {"name", rows.text(row, 1)},
          {"createTime", time_text(rows.integer(row, 4))},
          {"updateTime", time_text(rows.integer(row, 5))},
          {"destinationConfiguration", parse_kept(rows.text(row, 2))},
          {"state", "ACTIVE"},
          {"tags", parse_kept(rows.text(row, 3))}};
}

ApiResult<io::SqlResult> named(Call& call) {
  static const std::string statement =
      fmt::format("SELECT {} FROM logging_configurations WHERE id = $1", kColumns);
  const std::string arn = text_of(call.input, "identifier");
  auto rows = call.sql.run(statement,
                           {std::string(own_id(call.platform.home, "logging-configuration", arn))});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return no_such_logging_configuration(arn);
  return std::move(*rows);
}

ApiObject create(Call& call) {
  auto counted = call.sql.run("SELECT count(*) FROM logging_configurations");
  if (!counted) return internal(counted.error());
  const std::int64_t most = quota(call, "chat/loggingConfigurations");
  if (counted->integer(0, 0) >= most) {
    auto error =
        quota_exceeded(fmt::format("there may be at most {} logging configurations", most));
    error.error().limit = most;
    return error;
  }
  static const std::string statement = fmt::format(
      "INSERT INTO logging_configurations ({}) VALUES ($1, $2, $3, $4, $5, $5) RETURNING {}",
      kColumns, kColumns);
  auto made =
      call.sql.run(statement, {base::random_alphanumeric(kIdLength), text_of(call.input, "name"),
                               json_of(call.input, "destinationConfiguration", "{}"),
                               json_of(call.input, "tags", "{}"),
                               std::int64_t{call.now.time_since_epoch().count()}});
  if (!made) return internal(made.error());
  return whole(call.platform.home, *made, 0);
}

ApiObject get(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  return whole(call.platform.home, *rows, 0);
}

ApiObject update(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  static const std::string statement = fmt::format(
      "UPDATE logging_configurations SET name = $2, destination = $3, updated_at = $4 "
      "WHERE id = $1 RETURNING {}",
      kColumns);
  auto updated =
      call.sql.run(statement, {rows->text(0, 0), text_of(call.input, "name", rows->text(0, 1)),
                               json_of(call.input, "destinationConfiguration", rows->text(0, 2)),
                               std::int64_t{call.now.time_since_epoch().count()}});
  if (!updated) return internal(updated.error());
  return whole(call.platform.home, *updated, 0);
}

ApiObject remove(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  const std::string id = rows->text(0, 0);
  auto used = call.sql.run(
      "SELECT r.id, r.deleted_at FROM room_logging l JOIN rooms r ON r.id = l.room_id "
      "WHERE l.configuration_id = $1 ORDER BY r.deleted_at IS NOT NULL LIMIT 1",
      {id});
  if (!used) return internal(used.error());
  if (!used->empty() && used->is_null(0, 1)) {
    auto error = conflict(fmt::format(
        "the room {} uses this logging configuration: update it first", used->text(0, 0)));
    error.error().resource_id = used->text(0, 0);
    error.error().resource_type = "ROOM";
    return error;
  }
  // Rooms that were deleted hold it only for what is still on its way.
  for (const std::string_view statement : {"DELETE FROM room_logging WHERE configuration_id = $1",
                                           "DELETE FROM logging_configurations WHERE id = $1"}) {
    if (auto deleted = call.sql.run(statement, {id}); !deleted) return internal(deleted.error());
  }
  return json::object{};
}

ApiObject list(Call& call) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM logging_configurations WHERE id > $1 ORDER BY id LIMIT $2", kColumns);
  return listing(call, statement, "loggingConfigurations",
                 [&](const io::SqlResult& rows, std::size_t row) {
                   return whole(call.platform.home, rows, row);
                 });
}

}  // namespace

std::span<const Handler> logging_configuration_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateLoggingConfiguration", kWrite, create},
      {"GetLoggingConfiguration", kRead, get},
      {"UpdateLoggingConfiguration", kWrite, update},
      {"DeleteLoggingConfiguration", kWrite, remove},
      {"ListLoggingConfigurations", kRead, list},
  };
  return kHandlers;
}

}  // namespace control
