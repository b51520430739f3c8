#include "control/access_keys.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/arn.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/secret_box.h"
#include "control/validation.h"
#include "io/loop.h"

namespace control {

namespace json = boost::json;

namespace {

constexpr std::size_t kSecretLength = 40;
// In the form that tools recognise: AKIA and 16 of A-Z and 2-7.
constexpr std::string_view kIdPrefix = "AKIA";
constexpr std::size_t kIdRandom = 16;
constexpr std::int64_t kMaxKeys = 1000;

constexpr std::string_view kSelect =
    "SELECT id, name, sealed, read_only, service, resource, requests_per_second, "
    "requests_per_day, created_at FROM access_keys";

std::string key_context(std::string_view id) {
  return fmt::format("access-key/{}", id);
}

std::string random_key_id() {
  std::string id(kIdPrefix);
  while (id.size() < kIdPrefix.size() + kIdRandom) {
    for (const char c : base::random_alphanumeric(kIdRandom)) {
      const bool fits = (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
      if (fits && id.size() < kIdPrefix.size() + kIdRandom) id.push_back(c);
    }
  }
  return id;
}

base::Expected<AccessKeySecret> insert_key(io::SqlConnection& sql, const SecretBox& box,
                                           const AccessKeyOptions& options, base::WallTime now) {
  AccessKeySecret key{random_key_id(), base::random_alphanumeric(kSecretLength)};
  auto made = sql.run(
      "INSERT INTO access_keys (id, name, sealed, read_only, service, resource, "
      "requests_per_second, requests_per_day, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {key.id, options.name, box.seal(key.secret, key_context(key.id)),
       std::int64_t{options.read_only}, options.service, options.resource,
       options.requests_per_second, options.requests_per_day,
       std::int64_t{now.time_since_epoch().count()}});
  if (!made) return base::fail(std::move(made.error()));
  return key;
}

/// The same as the API takes it.
json::object input_of(const AccessKeyOptions& options) {
  json::object input{{"name", options.name}};
  if (!options.service.empty()) input["service"] = options.service;
  if (!options.resource.empty()) input["resource"] = options.resource;
  json::object plan;
  if (options.requests_per_second != 0) plan["requestsPerSecond"] = options.requests_per_second;
  if (options.requests_per_day != 0) plan["requestsPerDay"] = options.requests_per_day;
  input["usagePlan"] = std::move(plan);
  return input;
}

json::object describe(const io::SqlResult& rows, std::size_t row) {
  json::object key{
      {"accessKeyId", rows.text(row, 0)},
      {"name", rows.text(row, 1)},
      {"access", rows.integer(row, 3) != 0 ? "READ_ONLY" : "FULL"},
      {"createTime",
       base::to_rfc3339(base::WallTime(std::chrono::microseconds(rows.integer(row, 8))))}};
  if (!rows.text(row, 4).empty()) key["service"] = rows.text(row, 4);
  if (!rows.text(row, 5).empty()) key["resource"] = rows.text(row, 5);
  json::object plan;
  if (rows.integer(row, 6) > 0) plan["requestsPerSecond"] = rows.integer(row, 6);
  if (rows.integer(row, 7) > 0) plan["requestsPerDay"] = rows.integer(row, 7);
  if (!plan.empty()) key["usagePlan"] = std::move(plan);
  return key;
}

// Nobody makes or deletes a key that may do more than their own.
ApiResult<void> may_manage(const AccessKey& caller, std::string_view service) {
  if (!caller.service.empty() && service != caller.service) {
    return denied(
        fmt::format("this access key may manage keys for the service {} only", caller.service));
  }
  if (caller.requests_per_second > 0 || caller.requests_per_day > 0) {
    return denied("an access key with a usage plan may not manage keys");
  }
  return {};
}

ApiObject create_key(Call& call) {
  if (auto may = may_manage(call.caller, text_of(call.input, "service")); !may) {
    return std::unexpected(may.error());
  }
  auto counted = call.sql.run("SELECT count(*) FROM access_keys");
  if (!counted) return internal(counted.error());
  if (counted->integer(0, 0) >= kMaxKeys) {
    return quota_exceeded(fmt::format("there may be at most {} access keys", kMaxKeys));
  }
  AccessKeyOptions options;
  options.name = text_of(call.input, "name");
  options.read_only = text_of(call.input, "access") == "READ_ONLY";
  options.service = text_of(call.input, "service");
  options.resource = text_of(call.input, "resource");
  if (has(call.input, "usagePlan")) {
    const json::object& plan = call.input.at("usagePlan").as_object();
    options.requests_per_second = integer_of(plan, "requestsPerSecond", 0);
    options.requests_per_day = integer_of(plan, "requestsPerDay", 0);
  }
  auto made = insert_key(call.sql, call.platform.secrets, options, call.now);
  if (!made) return internal(made.error());
  auto rows = call.sql.run(fmt::format("{} WHERE id = $1", kSelect), {made->id});
  if (!rows) return internal(rows.error());
  json::object key = describe(*rows, 0);
  key["secretAccessKey"] = made->secret;
  return json::object{{"accessKey", std::move(key)}};
}

ApiObject delete_key(Call& call) {
  const std::string id = text_of(call.input, "accessKeyId");
  if (id == call.caller.id) return conflict("a key cannot delete itself; use another one");
  auto rows = call.sql.run("SELECT service FROM access_keys WHERE id = $1", {id});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found("there is no such access key");
  if (auto may = may_manage(call.caller, rows->text(0, 0)); !may) {
    return std::unexpected(may.error());
  }
  auto deleted = call.sql.run("DELETE FROM access_keys WHERE id = $1", {id});
  if (!deleted) return internal(deleted.error());
  (void)call.sql.run("DELETE FROM access_key_usage WHERE key_id = $1", {id});
  return json::object{};
}

ApiObject list_keys(Call& call) {
  static const std::string statement =
      fmt::format("{} WHERE id > $1 ORDER BY id LIMIT $2", kSelect);
  return listing(call, statement, "accessKeys",
                 [&](const io::SqlResult& rows, std::size_t row) { return describe(rows, row); });
}

bool covers(const AccessKey& key, const json::value& arn) {
  return arn.is_string() && matches_wildcard(key.resource, std::string_view(arn.get_string()));
}

base::Expected<void> delete_unless_last(io::SqlConnection& sql, const std::string& id,
                                        LastKey last) {
  static const std::string statement = fmt::format("{} WHERE id = $1", kSelect);
  auto rows = sql.run(statement, {id});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) {
    return base::fail(base::ErrorCode::kNotFound, fmt::format("there is no access key {}", id));
  }
  const bool is_full =
      rows->integer(0, 3) == 0 && rows->text(0, 4).empty() && rows->text(0, 5).empty();
  if (is_full && last == LastKey::kKeep) {
    auto full = sql.run(
        "SELECT count(*) FROM access_keys WHERE read_only = 0 AND service = '' AND resource = ''");
    if (!full) return base::fail(std::move(full.error()));
    if (full->integer(0, 0) == 1) {
      return base::fail(base::ErrorCode::kConflict,
                        fmt::format("{} is the last access key that may do everything", id));
    }
  }
  for (const std::string_view table : {"DELETE FROM access_keys WHERE id = $1",
                                       "DELETE FROM access_key_usage WHERE key_id = $1"}) {
    if (auto deleted = sql.run(table, {id}); !deleted) return base::fail(deleted.error());
  }
  return {};
}

}  // namespace

base::Expected<std::optional<AccessKey>> find_access_key(io::SqlConnection& sql,
                                                         const SecretBox& box,
                                                         std::string_view id) {
  static const std::string statement = fmt::format("{} WHERE id = $1", kSelect);
  auto rows = sql.run(statement, {std::string(id)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  auto secret = box.open(rows->octets(0, 2), key_context(id));
  if (!secret) return base::fail(std::move(secret.error()));
  AccessKey key;
  key.id = rows->text(0, 0);
  key.secret = std::move(*secret);
  key.name = rows->text(0, 1);
  key.read_only = rows->integer(0, 3) != 0;
  key.service = rows->text(0, 4);
  key.resource = rows->text(0, 5);
  key.requests_per_second = rows->integer(0, 6);
  key.requests_per_day = rows->integer(0, 7);
  return key;
}

// `readonly` of the model is only a hint: revocations carry it although they change things. The
// names tell.
ApiResult<void> may_call(const AccessKey& key, const Service& service, const Operation& operation) {
  if (!key.service.empty() && key.service != service.signing_name) {
    return denied(fmt::format("this access key is for the service {} only", key.service));
  }
  const bool reads = operation.name.starts_with("Get") || operation.name.starts_with("List") ||
                     operation.name.starts_with("BatchGet") || operation.name.starts_with("Test");
  if (key.read_only && !reads) {
    return denied(
        fmt::format("this access key may only read; {} changes something", operation.name));
  }
  // Whoever has a stream key may publish.
  const bool secret = operation.name == "GetStreamKey" || operation.name == "BatchGetStreamKey";
  if (key.read_only && secret) {
    return denied("this access key may only read, and the values of stream keys are secret");
  }
  return {};
}

ApiResult<void> may_touch(const AccessKey& key, const Operation& operation,
                          const json::object& input) {
  if (key.resource.empty()) return {};
  bool named = false;
  bool covered = true;
  const auto look = [&](const json::object& object, std::string_view member) {
    const json::value* arn = object.if_contains(member);
    if (arn == nullptr || arn->is_null()) return;
    named = true;
    covered = covered && covers(key, *arn);
  };
  for (const std::string_view member :
       {"arn", "channelArn", "resourceArn", "identifier", "roomIdentifier"}) {
    look(input, member);
  }
  if (const json::value* arns = input.if_contains("arns"); arns != nullptr && arns->is_array()) {
    named = true;
    for (const json::value& arn : arns->get_array()) covered = covered && covers(key, arn);
  }
  if (const json::value* sessions = input.if_contains("viewerSessions");
      sessions != nullptr && sessions->is_array()) {
    for (const json::value& session : sessions->get_array()) {
      if (session.is_object()) look(session.get_object(), "channelArn");
    }
  }
  if (named && covered) return {};
  return denied(fmt::format("this access key covers {} only, and {} {}", key.resource,
                            operation.name,
                            named ? "names something else" : "is not about one resource"));
}

base::Expected<AccessKeySecret> create_access_key(io::SqlConnection& sql,
                                                  const std::string& secrets_file,
                                                  const AccessKeyOptions& options) {
  if (const auto fits = validate(*find_operation("CreateAccessKey")->input, input_of(options));
      !fits) {
    return base::fail(base::ErrorCode::kInvalid, fits.error().message);
  }
  auto counted = sql.run("SELECT count(*) FROM access_keys");
  if (!counted) return base::fail(std::move(counted.error()));
  if (counted->integer(0, 0) >= kMaxKeys) {
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("there may be at most {} access keys", kMaxKeys));
  }
  auto box = SecretBox::open_or_create(secrets_file);
  if (!box) return base::fail(std::move(box.error()));
  return insert_key(sql, *box, options, io::Loop::wall_now());
}

base::Expected<std::vector<AccessKeyListing>> list_access_keys(io::SqlConnection& sql) {
  static const std::string statement = fmt::format("{} ORDER BY created_at, id", kSelect);
  auto rows = sql.run(statement);
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<AccessKeyListing> keys;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    AccessKeyListing& key = keys.emplace_back();
    key.id = rows->text(i, 0);
    key.options.name = rows->text(i, 1);
    key.options.read_only = rows->integer(i, 3) != 0;
    key.options.service = rows->text(i, 4);
    key.options.resource = rows->text(i, 5);
    key.options.requests_per_second = rows->integer(i, 6);
    key.options.requests_per_day = rows->integer(i, 7);
    key.created_at = base::WallTime(std::chrono::microseconds(rows->integer(i, 8)));
  }
  return keys;
}

base::Expected<void> delete_access_key(io::SqlConnection& sql, const std::string& id,
                                       LastKey last) {
  // A transaction that writes is alone: two administrators cannot take the last two keys.
  if (auto begun = sql.begin(true); !begun) return begun;
  auto deleted = delete_unless_last(sql, id, last);
  if (!deleted) {
    sql.rollback();
    return deleted;
  }
  return sql.commit();
}

base::Expected<bool> has_access_keys(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT 1 FROM access_keys LIMIT 1");
  if (!rows) return base::fail(std::move(rows.error()));
  return !rows->empty();
}

std::span<const Handler> access_key_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateAccessKey", kWrite, create_key},
      {"DeleteAccessKey", kWrite, delete_key},
      {"ListAccessKeys", kRead, list_keys},
  };
  return kHandlers;
}

}  // namespace control
