#include "wire/jwt/claims.h"

#include <algorithm>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace wire::jwt {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr double kTwoTo53 = 9007199254740992.0;
constexpr double kTwoTo63 = 9223372036854775808.0;

// Every double below 2^63 and at least -2^63 converts; a number too large for a double is infinite.
std::int64_t rounded_down(double number) {
  const double whole = std::floor(number);
  if (whole >= kTwoTo63) return kMax;
  if (whole < -kTwoTo63) return kMin;
  return std::isnan(whole) ? 0 : static_cast<std::int64_t>(whole);
}

Claims::Kind kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return Claims::Kind::kBool;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return Claims::Kind::kNumber;
    case json::kind::string:
      return Claims::Kind::kString;
    case json::kind::array:
      return Claims::Kind::kArray;
    case json::kind::object:
      return Claims::Kind::kObject;
    case json::kind::null:
      break;
  }
  return Claims::Kind::kNull;
}

// The library keeps the last of repeated members and does not tell. The first of them would be
// what another reader of the same token sees, so they are found by counting: the outermost object
// has as many members as it has colons outside strings at depth one. The text is valid JSON.
std::size_t count_members(std::string_view text) {
  std::size_t count = 0;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ':' && depth == 1) {
      ++count;
    }
  }
  return count;
}

}  // namespace

base::Expected<Claims> Claims::parse(std::string_view text, const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::stream_parser parser({}, options);
  json::error_code error;
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) {
    return base::fail(
        error == json::error::too_deep ? base::ErrorCode::kLimit : base::ErrorCode::kMalformed,
        "no valid JSON: " + error.message());
  }
  const json::value value = parser.release();
  if (!value.is_object()) {
    return base::fail(base::ErrorCode::kMalformed, "the JSON is not an object");
  }
  const json::object& object = value.get_object();
  if (object.size() > limits.max_members) {
    return base::fail(base::ErrorCode::kLimit, "the JSON object has more than " +
                                                   std::to_string(limits.max_members) + " members");
  }
  if (count_members(text) != object.size()) {
    return base::fail(base::ErrorCode::kMalformed, "the JSON object repeats a member");
  }
  Claims claims;
  claims.members_.reserve(object.size());
  for (const auto& [name, member] : object) {
    Member& out = claims.members_.emplace_back();
    out.name = name;
    out.kind = kind_of(member);
    out.json = json::serialize(member);
    if (const auto* truth = member.if_bool()) out.boolean = *truth;
    if (const auto* characters = member.if_string()) out.string = *characters;
    if (const auto* small = member.if_int64()) {
      out.integer = *small;
      out.is_exact = true;
    } else if (member.is_uint64()) {  // only where int64 is too small
      out.integer = kMax;
    } else if (const auto* number = member.if_double()) {
      out.integer = rounded_down(*number);
      out.is_exact = std::fabs(*number) <= kTwoTo53 && std::floor(*number) == *number;
    }
  }
  return claims;
}

const Claims::Member* Claims::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &*found;
}

Claims::Kind Claims::kind(std::string_view name) const {
  const Member* member = find(name);
  return member == nullptr ? Kind::kAbsent : member->kind;
}

std::optional<std::string_view> Claims::string(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::kString) return std::nullopt;
  return member->string;
}

std::optional<bool> Claims::boolean(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::kBool) return std::nullopt;
  return member->boolean;
}

std::optional<std::int64_t> Claims::integer(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::kNumber || !member->is_exact) return std::nullopt;
  return member->integer;
}

std::optional<std::int64_t> Claims::numeric_date(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr || member->kind != Kind::kNumber) return std::nullopt;
  return member->integer;
}

std::optional<std::string_view> Claims::json(std::string_view name) const {
  const Member* member = find(name);
  if (member == nullptr) return std::nullopt;
  return member->json;
}

}  // namespace wire::jwt
