#include "control/recording/past_access.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "control/call.h"

namespace control {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

std::vector<std::string> texts_in(const json::object& object, std::string_view member) {
  std::vector<std::string> list;
  const json::value* value = object.if_contains(member);
  if (value == nullptr || !value->is_array()) return list;
  for (const json::value& entry : value->get_array()) {
    if (entry.is_string()) list.emplace_back(entry.get_string());
  }
  return list;
}

}  // namespace

base::Expected<void> keep_access(io::SqlConnection& sql, const base::ChannelId& channel) {
  auto access = load_channel_access(sql, channel);
  if (!access) return base::fail(std::move(access.error()));
  if (*access == nullptr) return {};
  json::object kept{{"authorized", (*access)->authorized}};
  if ((*access)->policy) {
    const RestrictionPolicy& policy = *(*access)->policy;
    kept["policy"] = json::object{{"countries", texts(policy.countries)},
                                  {"origins", texts(policy.origins)},
                                  {"strictOrigin", policy.strict_origin}};
  }
  auto written = sql.run("UPDATE recordings SET access = $2 WHERE channel_id = $1",
                         {channel.str(), json::serialize(kept)});
  if (!written) return base::fail(std::move(written.error()));
  return {};
}

base::Expected<std::shared_ptr<ChannelAccess>> load_past_access(io::SqlConnection& sql,
                                                                const base::ChannelId& channel) {
  auto rows = sql.run(
      "SELECT access FROM recordings WHERE channel_id = $1 AND access <> '' "
      "ORDER BY started_at DESC LIMIT 1",
      {channel.str()});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return nullptr;
  auto access = std::make_shared<ChannelAccess>();
  // Whatever cannot be read is private.
  access->authorized = true;
  const json::value kept = parse_kept(rows->text(0, 0));
  if (!kept.is_object()) return access;
  access->authorized = boolean_of(kept.get_object(), "authorized", true);
  const json::value* policy = kept.get_object().if_contains("policy");
  if (policy != nullptr && policy->is_object()) {
    access->policy = {texts_in(policy->get_object(), "countries"),
                      texts_in(policy->get_object(), "origins"),
                      boolean_of(policy->get_object(), "strictOrigin", true)};
  }
  return access;
}

}  // namespace control
