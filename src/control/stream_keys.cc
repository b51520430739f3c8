// Stream keys: one for each channel, rotated by deleting and creating.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/channel_record.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/stream_key_record.h"

namespace control {

namespace json = boost::json;

namespace {

constexpr std::size_t kIdLength = 12;
constexpr std::size_t kSecretLength = 28;

std::string key_context(std::string_view channel_id) {
  return fmt::format("stream-key/{}", channel_id);
}

base::Expected<std::string> insert(io::SqlConnection& sql, const SecretBox& secrets,
                                   std::string_view channel_id, std::string_view value,
                                   std::string tags, base::WallTime now) {
  std::string id = base::random_alphanumeric(kIdLength);
  auto made = sql.run(
      "INSERT INTO stream_keys (id, channel_id, fingerprint, sealed, tags, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {id, std::string(channel_id), secrets.fingerprint(value),
       secrets.seal(value, key_context(channel_id)), std::move(tags),
       std::int64_t{now.time_since_epoch().count()}});
  if (!made) return base::fail(std::move(made.error()));
  return id;
}

constexpr std::string_view kSelect =
    "SELECT id, channel_id, sealed, tags FROM stream_keys WHERE id = $1";

ApiResult<json::object> key_object(Call& call, const io::SqlResult& row) {
  const std::string& channel_id = row.text(0, 1);
  auto value = call.platform.secrets.open(row.octets(0, 2), key_context(channel_id));
  if (!value) return internal(value.error());
  return json::object{{"arn", make_arn(call.platform.home, "stream-key", row.text(0, 0))},
                      {"value", *value},
                      {"channelArn", make_arn(call.platform.home, "channel", channel_id)},
                      {"tags", parse_kept(row.text(0, 3))}};
}

ApiResult<io::SqlResult> named_key(Call& call, std::string_view arn) {
  auto found = call.sql.run(kSelect, {std::string(own_id(call.platform.home, "stream-key", arn))});
  if (!found) return internal(found.error());
  if (found->empty()) return not_found(fmt::format("there is no stream key {}", arn));
  return std::move(*found);
}

ApiResult<std::string> channel_of(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "channelArn"));
  if (!channel) return std::unexpected(channel.error());
  return channel->id;
}

ApiObject create_stream_key(Call& call) {
  auto channel = channel_of(call);
  if (!channel) return std::unexpected(channel.error());
  auto present = call.sql.run("SELECT 1 FROM stream_keys WHERE channel_id = $1", {*channel});
  if (!present) return internal(present.error());
  if (!present->empty()) {
    return quota_exceeded("a channel has one stream key: delete it before you create another");
  }
  auto key = insert_stream_key(call, *channel, json_of(call.input, "tags", "{}"));
  if (!key) return internal(key.error());
  return json::object{{"streamKey", std::move(*key)}};
}

ApiObject get_stream_key(Call& call) {
  auto row = named_key(call, text_of(call.input, "arn"));
  if (!row) return std::unexpected(row.error());
  auto key = key_object(call, *row);
  if (!key) return std::unexpected(key.error());
  return json::object{{"streamKey", std::move(*key)}};
}

ApiObject batch_get_stream_key(Call& call) {
  json::array keys;
  json::array errors;
  for (const json::value& entry : call.input.at("arns").as_array()) {
    const std::string_view arn = entry.get_string();
    auto row = named_key(call, arn);
    auto key = row ? key_object(call, *row) : ApiObject(std::unexpected(row.error()));
    if (key) {
      keys.emplace_back(std::move(*key));
    } else {
      errors.push_back(
          json::object{{"arn", arn}, {"code", key.error().name}, {"message", key.error().message}});
    }
  }
  return json::object{{"streamKeys", std::move(keys)}, {"errors", std::move(errors)}};
}

ApiObject delete_stream_key(Call& call) {
  const std::string arn = text_of(call.input, "arn");
  auto deleted = call.sql.run("DELETE FROM stream_keys WHERE id = $1",
                              {std::string(own_id(call.platform.home, "stream-key", arn))});
  if (!deleted) return internal(deleted.error());
  if (deleted->changed == 0) return not_found(fmt::format("there is no stream key {}", arn));
  return json::object{};
}

ApiObject list_stream_keys(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto channel = channel_of(call);
  if (!channel) return std::unexpected(channel.error());
  auto rows = call.sql.run(
      "SELECT id, tags FROM stream_keys WHERE channel_id = $1 AND id > $2 ORDER BY id LIMIT $3",
      {*channel, page->after, page->limit + 1});
  if (!rows) return internal(rows.error());
  return listing(call, *page, *rows, "streamKeys", [&](std::size_t row) {
    return json::object{{"arn", make_arn(call.platform.home, "stream-key", rows->text(row, 0))},
                        {"channelArn", make_arn(call.platform.home, "channel", *channel)},
                        {"tags", parse_kept(rows->text(row, 1))}};
  });
}

}  // namespace

base::Expected<json::object> insert_stream_key(Call& call, std::string_view channel_id,
                                               std::string tags) {
  const Home& home = call.platform.home;
  const std::string value =
      fmt::format("sk_{}_{}", home.region, base::random_alphanumeric(kSecretLength));
  auto id = insert(call.sql, call.platform.secrets, channel_id, value, tags, call.now);
  if (!id) return base::fail(std::move(id.error()));
  return json::object{{"arn", make_arn(home, "stream-key", *id)},
                      {"value", value},
                      {"channelArn", make_arn(home, "channel", channel_id)},
                      {"tags", parse_kept(tags)}};
}

base::Expected<void> insert_stream_key_value(io::SqlConnection& sql, const SecretBox& secrets,
                                             std::string_view channel_id, std::string_view value,
                                             base::WallTime now) {
  auto id = insert(sql, secrets, channel_id, value, "{}", now);
  if (!id) return base::fail(std::move(id.error()));
  return {};
}

std::span<const Handler> stream_key_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateStreamKey", kWrite, create_stream_key},
      {"GetStreamKey", kRead, get_stream_key},
      {"BatchGetStreamKey", kRead, batch_get_stream_key},
      {"DeleteStreamKey", kWrite, delete_stream_key},
      {"ListStreamKeys", kRead, list_stream_keys},
  };
  return kHandlers;
}

}  // namespace control
