// Ad configurations: kept for applications that have them; nothing here reaches an ad server.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;
constexpr std::string_view kColumns = "id, name, playback_configurations, post_roll, tags";
constexpr std::string_view kNoPostRoll = R"({"enabled":false,"durationSeconds":15})";

json::object configuration_object(const Call& call, const io::SqlResult& rows, std::size_t row) {
  return {{"arn", make_arn(call.platform.home, "ad-configuration", rows.text(row, 0))},
          {"name", rows.text(row, 1)},
          {"mediaTailorPlaybackConfigurations", parse_kept(rows.text(row, 2))},
          {"postRollConfiguration", parse_kept(rows.text(row, 3))},
          {"tags", parse_kept(rows.text(row, 4))}};
}

ApiResult<io::SqlResult> named(Call& call) {
  static const std::string statement =
      fmt::format("SELECT {} FROM ad_configurations WHERE id = $1", kColumns);
  const std::string arn = text_of(call.input, "arn");
  auto rows =
      call.sql.run(statement, {std::string(own_id(call.platform.home, "ad-configuration", arn))});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found(fmt::format("there is no ad configuration {}", arn));
  return std::move(*rows);
}

ApiObject create(Call& call) {
  auto counted = call.sql.run("SELECT count(*) FROM ad_configurations");
  if (!counted) return internal(counted.error());
  const std::int64_t most = quota(call, "adConfigurations");
  if (counted->integer(0, 0) >= most) {
    return quota_exceeded(fmt::format("there may be at most {} ad configurations", most));
  }
  static const std::string statement = fmt::format(
      "INSERT INTO ad_configurations (id, name, playback_configurations, post_roll, tags, "
      "created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING {}",
      kColumns);
  auto made =
      call.sql.run(statement, {base::random_alphanumeric(kIdLength), text_of(call.input, "name"),
                               json_of(call.input, "mediaTailorPlaybackConfigurations", "[]"),
                               json_of(call.input, "postRollConfiguration", kNoPostRoll),
                               json_of(call.input, "tags", "{}"),
                               std::int64_t{call.now.time_since_epoch().count()}});
  if (!made) return internal(made.error());
  return json::object{{"adConfiguration", configuration_object(call, *made, 0)}};
}

ApiObject get(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  return json::object{{"adConfiguration", configuration_object(call, *rows, 0)}};
}

ApiObject update(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  static const std::string statement = fmt::format(
      "UPDATE ad_configurations SET name = $2, playback_configurations = $3, post_roll = $4 "
      "WHERE id = $1 RETURNING {}",
      kColumns);
  auto updated = call.sql.run(
      statement, {rows->text(0, 0), text_of(call.input, "name", rows->text(0, 1)),
                  json_of(call.input, "mediaTailorPlaybackConfigurations", rows->text(0, 2)),
                  json_of(call.input, "postRollConfiguration", rows->text(0, 3))});
  if (!updated) return internal(updated.error());
  return json::object{{"adConfiguration", configuration_object(call, *updated, 0)}};
}

ApiObject remove(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  auto used = call.sql.run("SELECT 1 FROM channels WHERE ad_configuration = $1 LIMIT 1",
                           {rows->text(0, 0)});
  if (!used) return internal(used.error());
  if (!used->empty()) return conflict("a channel uses this ad configuration");
  auto deleted = call.sql.run("DELETE FROM ad_configurations WHERE id = $1", {rows->text(0, 0)});
  if (!deleted) return internal(deleted.error());
  return json::object{};
}

ApiObject list(Call& call) {
  static const std::string statement =
      fmt::format("SELECT {} FROM ad_configurations WHERE id > $1 ORDER BY id LIMIT $2", kColumns);
  return listing(call, statement, "adConfigurations",
                 [&](const io::SqlResult& rows, std::size_t row) {
                   return configuration_object(call, rows, row);
                 });
}

}  // namespace

std::span<const Handler> ad_configuration_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateAdConfiguration", kWrite, create}, {"GetAdConfiguration", kRead, get},
      {"UpdateAdConfiguration", kWrite, update}, {"DeleteAdConfiguration", kWrite, remove},
      {"ListAdConfigurations", kRead, list},
  };
  return kHandlers;
}

}  // namespace control
