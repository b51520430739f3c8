// Reads what a request brings against the table of its route.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>

#include "app/core/router.h"
#include "base/utf8.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;

constexpr int kMaxDepth = 12;

// "Title" of "title": how sentences begin.
std::string named(std::string_view path) {
  return fmt::format("\"{}\"", path);
}

Outcome<void> check_members(std::span<const Field> fields, json::object& input,
                            const std::string& path);

Outcome<void> check_text(const Field& field, std::string_view text, const std::string& path) {
  const std::int64_t length = std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (length < field.least) {
    return invalid(path, field.least == 1 ? fmt::format("{} must not be empty.", named(path))
                                          : fmt::format("{} must have at least {} characters.",
                                                        named(path), field.least));
  }
  if (field.most > 0 && length > field.most) {
    return invalid(path,
                   fmt::format("{} may have {} characters at most.", named(path), field.most));
  }
  if (text.find('\0') != std::string_view::npos) {
    return invalid(path, fmt::format("{} must not hold a zero octet.", named(path)));
  }
  if (field.choices.empty()) return {};
  std::string_view rest = field.choices;
  while (true) {
    const std::size_t bar = rest.find('|');
    if (rest.substr(0, bar) == text) return {};
    if (bar == std::string_view::npos) break;
    rest.remove_prefix(bar + 1);
  }
  return invalid(path, fmt::format("{} must be one of {}.", named(path), field.choices));
}

Outcome<void> check_number(const Field& field, double number, const std::string& path) {
  if (field.least == 0 && field.most == 0) return {};
  if (number < static_cast<double>(field.least) || number > static_cast<double>(field.most)) {
    return invalid(
        path, fmt::format("{} must be between {} and {}.", named(path), field.least, field.most));
  }
  return {};
}

Outcome<void> check_list(const Field& field, json::array& list, const std::string& path) {
  const auto count = static_cast<std::int64_t>(list.size());
  if (count < field.least || (field.most > 0 && count > field.most)) {
    return invalid(
        path, fmt::format("{} must have {} to {} entries.", named(path), field.least, field.most));
  }
  for (json::value& entry : list) {
    if (field.type == Field::Type::kTexts) {
      if (!entry.is_string()) {
        return invalid(path, fmt::format("{} must be a list of texts.", named(path)));
      }
      if (!field.members.empty()) {
        if (auto fits = check_text(field.members.front(), entry.get_string(), path); !fits) {
          return fits;
        }
      }
    } else if (!field.members.empty()) {
      if (!entry.is_object()) {
        return invalid(path, fmt::format("{} must be a list of objects.", named(path)));
      }
      if (auto fits = check_members(field.members, entry.get_object(), path); !fits) return fits;
    }
  }
  return {};
}

Outcome<void> check_value(const Field& field, json::value& value, const std::string& path) {
  using Type = Field::Type;
  const auto wrong = [&](std::string_view what) {
    return invalid(path, fmt::format("{} must be {}.", named(path), what));
  };
  switch (field.type) {
    case Type::kText:
      if (!value.is_string()) return wrong("a text");
      return check_text(field, value.get_string(), path);
    case Type::kInteger: {
      if (value.is_uint64() ||
          (value.is_double() && std::floor(value.get_double()) == value.get_double() &&
           std::abs(value.get_double()) < 9e15)) {
        value = value.is_uint64() ? static_cast<std::int64_t>(value.get_uint64())
                                  : static_cast<std::int64_t>(value.get_double());
      }
      if (!value.is_int64()) return wrong("a whole number");
      return check_number(field, static_cast<double>(value.get_int64()), path);
    }
    case Type::kNumber:
      if (!value.is_number()) return wrong("a number");
      return check_number(field, value.to_number<double>(), path);
    case Type::kBoolean:
      if (!value.is_bool()) return wrong("true or false");
      return {};
    case Type::kObject:
      if (!value.is_object()) return wrong("an object");
      if (field.members.empty()) return {};
      return check_members(field.members, value.get_object(), path);
    case Type::kList:
    case Type::kTexts:
      if (!value.is_array()) return wrong("a list");
      return check_list(field, value.get_array(), path);
  }
  return {};
}

Outcome<void> check_members(std::span<const Field> fields, json::object& input,
                            const std::string& path) {
  json::object kept;
  for (const Field& field : fields) {
    const std::string here =
        path.empty() ? std::string(field.name) : fmt::format("{}.{}", path, field.name);
    json::value* value = input.if_contains(field.name);
    if (value == nullptr || value->is_null()) {
      if (field.need == Field::Need::kRequired) {
        return invalid(here, fmt::format("{} is required.", named(here)));
      }
      continue;
    }
    if (auto fits = check_value(field, *value, here); !fits) return fits;
    kept[field.name] = std::move(*value);
  }
  input = std::move(kept);
  return {};
}

// The text of a query's parameter as a value of the field's type; what does not read so stays a
// text, which is then refused.
json::value value_of(const Field& field, std::string_view text) {
  if (field.type == Field::Type::kBoolean) {
    if (text == "true" || text == "1" || text.empty()) return true;
    if (text == "false" || text == "0") return false;
  }
  if (field.type == Field::Type::kInteger) {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed == std::errc() && end == text.data() + text.size()) return number;
  }
  return json::string(text);
}

Outcome<json::object> read_query(const Route& route, const Request& request) {
  auto query = request.parse_query();
  if (!query) return refuse(400, "Malformed", "The address is not encoded properly.");
  json::object input;
  for (const Field& field : route.input) {
    const auto found = query->find(field.name);
    if (!found) continue;
    if (!base::is_utf8(*found)) return invalid(field.name, "That is not UTF-8.");
    input[field.name] = value_of(field, *found);
  }
  return input;
}

}  // namespace

Outcome<json::object> read_input(const Route& route, const Request& request) {
  json::object input;
  const bool from_query = route.method == Method::kGet || route.body == Body::kOctets ||
                          (route.method == Method::kDelete && request.body.empty());
  if (from_query) {
    auto read = read_query(route, request);
    if (!read) return read;
    input = std::move(*read);
  } else if (!request.body.empty()) {
    boost::system::error_code failed;
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::value value = json::parse(base::as_text(request.body.span()), failed, {}, options);
    if (failed) return refuse(400, "Malformed", "The body is not valid JSON.");
    if (!value.is_object()) return refuse(400, "Malformed", "The body must be a JSON object.");
    input = std::move(value.get_object());
  }
  if (auto fits = check_members(route.input, input, {}); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  return input;
}

}  // namespace app
