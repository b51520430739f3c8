#include "control/cloudwatch_fields.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/rfc3339.h"

namespace control {
namespace {

namespace json = boost::json;

// 9999-12-31T23:59:59Z
constexpr std::int64_t kLastSecond = 253'402'300'799;

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.begin(), text.end(), value);
  if (read.ec != std::errc{} || read.ptr != text.end()) return std::nullopt;
  return value;
}

std::unexpected<CloudWatchError> wrong_type(const std::string& name, std::string_view type) {
  return cloudwatch_invalid(fmt::format("The parameter {} must be {}.", name, type));
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
}

std::string CloudWatchFields::name(std::string_view member) const {
  return path_.empty() ? std::string(member) : fmt::format("{}.{}", path_, member);
}

CloudWatchResult<std::optional<std::string>> CloudWatchFields::text(std::string_view member,
                                                                    std::size_t minimum,
                                                                    std::size_t maximum) const {
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return wrong_type(name(member), "a text");
  const json::string& text = value->get_string();
  if (text.size() < minimum || text.size() > maximum) {
    return cloudwatch_invalid(fmt::format("The parameter {} must have {} to {} characters.",
                                          name(member), minimum, maximum));
  }
  return std::string(text);
}

CloudWatchResult<std::optional<std::int64_t>> CloudWatchFields::integer(
    std::string_view member, std::int64_t minimum, std::int64_t maximum) const {
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return std::nullopt;
  std::optional<std::int64_t> number;
  if (is_text_ && value->is_string()) number = digits(value->get_string());
  if (!is_text_ && value->is_int64()) number = value->get_int64();
  if (!is_text_ && value->is_uint64())
    number = INT64_MAX < value->get_uint64() ? INT64_MAX
                                             : static_cast<std::int64_t>(value->get_uint64());
  if (!number) return wrong_type(name(member), "a whole number");
  if (*number < minimum || *number > maximum) {
    return cloudwatch_invalid(
        fmt::format("The parameter {} must be from {} to {}.", name(member), minimum, maximum));
  }
  return number;
}

CloudWatchResult<bool> CloudWatchFields::boolean(std::string_view member, bool absent) const {
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return absent;
  if (!is_text_ && value->is_bool()) return value->get_bool();
  if (is_text_ && value->is_string()) {
    if (value->get_string() == "true") return true;
    if (value->get_string() == "false") return false;
  }
  return wrong_type(name(member), "true or false");
}

CloudWatchResult<std::optional<std::int64_t>> CloudWatchFields::time(
    std::string_view member) const {
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return std::nullopt;
  std::optional<std::int64_t> seconds;
  if (is_text_ && value->is_string()) {
    seconds = parse_time(value->get_string());
  } else if (!is_text_ && value->is_number()) {
    const double number = std::floor(value->to_number<double>());
    if (number >= 0 && number <= static_cast<double>(kLastSecond)) {
      seconds = static_cast<std::int64_t>(number);
    }
  }
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) {
    return wrong_type(name(member), "a time from 1970 to 9999");
  }
  return seconds;
}

CloudWatchResult<const json::array*> CloudWatchFields::list(std::string_view member,
                                                            std::size_t maximum) const {
  static const json::array kEmpty;
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return &kEmpty;
  // Forms say an empty list as a parameter without a value.
  if (is_text_ && value->is_string() && value->get_string().empty()) return &kEmpty;
  if (!value->is_array()) return wrong_type(name(member), "a list");
  if (value->get_array().size() > maximum) {
    return cloudwatch_invalid(fmt::format("The collection {} must not have a size greater than {}.",
                                          name(member), maximum));
  }
  return &value->get_array();
}

CloudWatchResult<std::vector<CloudWatchFields>> CloudWatchFields::structures(
    std::string_view member, std::size_t maximum) const {
  const auto entries = list(member, maximum);
  if (!entries) return std::unexpected(entries.error());
  std::vector<CloudWatchFields> out;
  for (const json::value& entry : **entries) {
    const std::string path = fmt::format("{}.member.{}", name(member), out.size() + 1);
    if (!entry.is_object()) return wrong_type(path, "a structure");
    out.emplace_back(entry.get_object(), is_text_, path);
  }
  return out;
}

CloudWatchResult<std::vector<std::string>> CloudWatchFields::texts(std::string_view member,
                                                                   std::size_t maximum) const {
  const auto entries = list(member, maximum);
  if (!entries) return std::unexpected(entries.error());
  std::vector<std::string> out;
  for (const json::value& entry : **entries) {
    if (!entry.is_string()) return wrong_type(name(member), "a list of texts");
    out.emplace_back(entry.get_string());
  }
  return out;
}

CloudWatchResult<std::optional<CloudWatchFields>> CloudWatchFields::structure(
    std::string_view member) const {
  const json::value* value = object_.if_contains(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) return wrong_type(name(member), "a structure");
  return CloudWatchFields(value->get_object(), is_text_, name(member));
}

}  // namespace control
