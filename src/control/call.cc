#include "control/call.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "base/base64url.h"
#include "base/bytes.h"
#include "control/platform.h"

namespace control {

namespace json = boost::json;

namespace {

const json::value* find(const json::object& input, std::string_view name) {
  const json::value* value = input.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

bool has(const json::object& input, std::string_view name) {
  return find(input, name) != nullptr;
}

std::string text_of(const json::object& input, std::string_view name, std::string_view absent) {
  const json::value* value = find(input, name);
  return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                            : absent);
}

std::int64_t integer_of(const json::object& input, std::string_view name, std::int64_t absent) {
  const json::value* value = find(input, name);
  return value != nullptr && value->is_int64() ? value->get_int64() : absent;
}

bool boolean_of(const json::object& input, std::string_view name, bool absent) {
  const json::value* value = find(input, name);
  return value != nullptr && value->is_bool() ? value->get_bool() : absent;
}

std::string json_of(const json::object& input, std::string_view name, std::string_view absent) {
  const json::value* value = find(input, name);
  return value != nullptr ? json::serialize(*value) : std::string(absent);
}

ApiResult<Page> page_of(const Call& call) {
  Page page;
  for (const Member& member : call.operation.input->members) {
    if (member.name == "maxResults" && !member.default_json.empty()) {
      page.limit = json::parse(member.default_json).to_number<std::int64_t>();
    }
  }
  page.limit = integer_of(call.input, "maxResults", page.limit);
  const std::string token = text_of(call.input, "nextToken");
  if (!token.empty()) {
    const auto key = base::from_base64url(token);
    if (!key || key->empty() || key->size() > 256) return invalid("nextToken is not one of ours");
    page.after = base::as_text(*key);
  }
  return page;
}

std::string next_token(std::string_view last_key) {
  return base::to_base64url(base::as_bytes(last_key));
}

json::value parse_kept(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return failed ? json::value(json::object()) : value;
}

std::int64_t quota(const Call& call, std::string_view name) {
  return call.platform.settings.limits == LimitsMode::kIvs
             ? service_quota(name)
             : std::numeric_limits<std::int64_t>::max();
}

}  // namespace control
