// Tags of every kind of resource, addressed by ARN.
#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "control/call.h"
#include "control/platform.h"
#include "control/room_record.h"

namespace control {
namespace {

namespace json = boost::json;

struct Kind {
  std::string_view type;
  std::string_view select;
  std::string_view update;
};

#define TAGGED(type, table)                              \
  Kind{type, "SELECT tags FROM " table " WHERE id = $1", \
       "UPDATE " table " SET tags = $2 WHERE id = $1"}
constexpr std::array kKinds = {
    TAGGED("channel", "channels"),
    TAGGED("stream-key", "stream_keys"),
    TAGGED("playback-key", "playback_key_pairs"),
    TAGGED("playback-restriction-policy", "playback_restriction_policies"),
    TAGGED("recording-configuration", "recording_configurations"),
    TAGGED("ad-configuration", "ad_configurations"),
    Kind{"room", "SELECT tags FROM rooms WHERE id = $1 AND deleted_at IS NULL",
         "UPDATE rooms SET tags = $2 WHERE id = $1"},
    TAGGED("logging-configuration", "logging_configurations"),
};
#undef TAGGED

struct Tagged {
  const Kind* kind = nullptr;
  std::string id;
  json::object tags;
};

ApiResult<Tagged> named(Call& call) {
  const std::string arn = text_of(call.input, "resourceArn");
  for (const Kind& kind : kKinds) {
    const std::string id{own_id(call.platform.home, kind.type, arn)};
    if (id.empty()) continue;
    auto rows = call.sql.run(kind.select, {id});
    if (!rows) return internal(rows.error());
    if (!rows->empty()) return Tagged{&kind, id, parse_kept(rows->text(0, 0)).as_object()};
  }
  const auto parsed = parse_arn(arn);
  if (!parsed) return invalid("resourceArn is not an ARN");
  if (parsed->type == "room") return no_such_room(arn);
  return not_found(fmt::format("there is no resource {}", arn));
}

ApiObject save(Call& call, const Tagged& tagged) {
  auto updated = call.sql.run(tagged.kind->update, {tagged.id, json::serialize(tagged.tags)});
  if (!updated) return internal(updated.error());
  return json::object{};
}

ApiObject list_tags(Call& call) {
  auto tagged = named(call);
  if (!tagged) return std::unexpected(tagged.error());
  return json::object{{"tags", std::move(tagged->tags)}};
}

ApiObject tag_resource(Call& call) {
  auto tagged = named(call);
  if (!tagged) return std::unexpected(tagged.error());
  for (const auto& [key, value] : call.input.at("tags").as_object()) tagged->tags[key] = value;
  const auto most = static_cast<std::size_t>(service_quota("tagsPerResource"));
  if (tagged->tags.size() > most) {
    return invalid(fmt::format("a resource may have at most {} tags", most));
  }
  return save(call, *tagged);
}

ApiObject untag_resource(Call& call) {
  auto tagged = named(call);
  if (!tagged) return std::unexpected(tagged.error());
  for (const json::value& key : call.input.at("tagKeys").as_array()) {
    tagged->tags.erase(key.get_string());
  }
  return save(call, *tagged);
}

}  // namespace

std::span<const Handler> tag_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"ListTagsForResource", kRead, list_tags},
      {"TagResource", kWrite, tag_resource},
      {"UntagResource", kWrite, untag_resource},
  };
  return kHandlers;
}

}  // namespace control
