// Recording configurations: where broadcasts are recorded to, and what of them.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/recording/recording_desk.h"
#include "control/recording_configuration_record.h"

namespace control {

namespace json = boost::json;

namespace {

constexpr std::size_t kIdLength = 12;
constexpr std::string_view kColumns =
    "id, name, bucket, state, reconnect_window, thumbnails, renditions, tags";

json::object summary(const Home& home, const io::SqlResult& rows, std::size_t row) {
  return {{"arn", make_arn(home, "recording-configuration", rows.text(row, 0))},
          {"name", rows.text(row, 1)},
          {"destinationConfiguration",
           json::object{{"s3", json::object{{"bucketName", rows.text(row, 2)}}}}},
          {"state", rows.text(row, 3)},
          {"tags", parse_kept(rows.text(row, 7))}};
}

json::object whole(const Home& home, const io::SqlResult& rows, std::size_t row) {
  json::object object = summary(home, rows, row);
  object["recordingReconnectWindowSeconds"] = rows.integer(row, 4);
  object["thumbnailConfiguration"] = parse_kept(rows.text(row, 5));
  object["renditionConfiguration"] = parse_kept(rows.text(row, 6));
  return object;
}

// The members of a structure that are there; null is absent.
json::object given_members(const json::object& input, std::string_view name) {
  json::object members;
  if (!has(input, name)) return members;
  for (const auto& [key, value] : input.at(name).as_object()) {
    if (!value.is_null()) members[key] = value;
  }
  return members;
}

// With every default filled in, so that answers say what happens.
json::object thumbnails_of(const json::object& input) {
  json::object thumbnails = given_members(input, "thumbnailConfiguration");
  if (!thumbnails.contains("recordingMode")) thumbnails["recordingMode"] = "INTERVAL";
  if (thumbnails.at("recordingMode") == "INTERVAL") {
    if (!thumbnails.contains("targetIntervalSeconds")) thumbnails["targetIntervalSeconds"] = 60;
    if (!thumbnails.contains("storage")) thumbnails["storage"] = json::array{"SEQUENTIAL"};
  }
  return thumbnails;
}

ApiResult<json::object> renditions_of(const json::object& input) {
  json::object renditions = given_members(input, "renditionConfiguration");
  if (!renditions.contains("renditionSelection")) renditions["renditionSelection"] = "ALL";
  const bool custom = renditions.at("renditionSelection") == "CUSTOM";
  const json::value* list = renditions.if_contains("renditions");
  const bool listed = list != nullptr && !list->as_array().empty();
  if (custom && !listed) {
    return invalid("renditionConfiguration.renditions is required when the selection is CUSTOM");
  }
  if (!custom && listed) {
    return invalid("renditionConfiguration.renditions goes with the selection CUSTOM only");
  }
  return renditions;
}

ApiResult<io::SqlResult> named(Call& call) {
  static const std::string statement =
      fmt::format("SELECT {} FROM recording_configurations WHERE id = $1", kColumns);
  const std::string arn = text_of(call.input, "arn");
  auto rows = call.sql.run(
      statement, {std::string(own_id(call.platform.home, "recording-configuration", arn))});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found(fmt::format("there is no recording configuration {}", arn));
  return std::move(*rows);
}

ApiObject create(Call& call) {
  const json::object& destination = call.input.at("destinationConfiguration").as_object();
  if (!has(destination, "s3")) return invalid("destinationConfiguration.s3 is required");
  auto renditions = renditions_of(call.input);
  if (!renditions) return std::unexpected(renditions.error());
  auto counted = call.sql.run("SELECT count(*) FROM recording_configurations");
  if (!counted) return internal(counted.error());
  const std::int64_t most = quota(call, "recordingConfigurations");
  if (counted->integer(0, 0) >= most) {
    return quota_exceeded(fmt::format("there may be at most {} recording configurations", most));
  }
  static const std::string statement = fmt::format(
      "INSERT INTO recording_configurations (id, name, bucket, state, reconnect_window, "
      "thumbnails, renditions, tags, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
      "RETURNING {}",
      kColumns);
  BucketChecks& buckets = call.platform.recordings.buckets();
  const std::string id = base::random_alphanumeric(kIdLength);
  const std::string bucket = text_of(destination.at("s3").as_object(), "bucketName");
  const bool must_check = buckets.is_needed();
  auto made = call.sql.run(
      statement,
      {id, text_of(call.input, "name"), bucket, std::string(must_check ? "CREATING" : "ACTIVE"),
       integer_of(call.input, "recordingReconnectWindowSeconds", 0),
       json::serialize(thumbnails_of(call.input)), json::serialize(*renditions),
       json_of(call.input, "tags", "{}"), std::int64_t{call.now.time_since_epoch().count()}});
  if (!made) return internal(made.error());
  if (must_check) {
    call.after_commit.emplace_back([&buckets, id, bucket] { buckets.check(id, bucket); });
  }
  return json::object{{"recordingConfiguration", whole(call.platform.home, *made, 0)}};
}

ApiObject get(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  return json::object{{"recordingConfiguration", whole(call.platform.home, *rows, 0)}};
}

ApiObject remove(Call& call) {
  auto rows = named(call);
  if (!rows) return std::unexpected(rows.error());
  if (rows->text(0, 3) == "CREATING") {
    return conflict("the recording configuration is being created; try again in a moment");
  }
  auto used = call.sql.run("SELECT 1 FROM channels WHERE recording_configuration = $1 LIMIT 1",
                           {rows->text(0, 0)});
  if (!used) return internal(used.error());
  if (!used->empty()) return conflict("a channel uses this recording configuration");
  auto deleted =
      call.sql.run("DELETE FROM recording_configurations WHERE id = $1", {rows->text(0, 0)});
  if (!deleted) return internal(deleted.error());
  return json::object{};
}

ApiObject list(Call& call) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM recording_configurations WHERE id > $1 ORDER BY id LIMIT $2", kColumns);
  return listing(call, statement, "recordingConfigurations",
                 [&](const io::SqlResult& rows, std::size_t row) {
                   return summary(call.platform.home, rows, row);
                 });
}

}  // namespace

base::Expected<json::object> recording_configuration_object(io::SqlConnection& sql,
                                                            const Home& home,
                                                            const std::string& id) {
  static const std::string statement =
      fmt::format("SELECT {} FROM recording_configurations WHERE id = $1", kColumns);
  auto rows = sql.run(statement, {id});
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->empty() ? json::object() : whole(home, *rows, 0);
}

std::span<const Handler> recording_configuration_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateRecordingConfiguration", kWrite, create},
      {"GetRecordingConfiguration", kRead, get},
      {"DeleteRecordingConfiguration", kWrite, remove},
      {"ListRecordingConfigurations", kRead, list},
  };
  return kHandlers;
}

}  // namespace control
