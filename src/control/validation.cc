#include "control/validation.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <map>
#include <memory>

#include "base/check.h"

namespace control {
namespace {

namespace json = boost::json;

// Every pattern of the tables, compiled once at start; read-only afterwards.
class Patterns {
 public:
  Patterns() {
    for (const Service* service : all_services()) {
      for (const Operation& operation : service->operations) add(*operation.input);
    }
  }
  const re2::RE2& of(std::string_view pattern) const { return *compiled_.find(pattern)->second; }

 private:
  void add(const Shape& shape) {
    for (const Member& member : shape.members) {
      if (!member.pattern.empty() && !compiled_.contains(member.pattern)) {
        auto made = std::make_unique<re2::RE2>(std::string(member.pattern), re2::RE2::Quiet);
        CHECK(made->ok());
        compiled_.emplace(member.pattern, std::move(made));
      }
      if (member.shape != nullptr) add(*member.shape);
    }
  }
  std::map<std::string_view, std::unique_ptr<re2::RE2>, std::less<>> compiled_;
};

const Patterns& patterns() {
  static const Patterns all;
  return all;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Where a value stands, written only when something is wrong with it.
struct Place {
  const Place* outer = nullptr;
  std::string_view name = {};
  std::size_t index = 0;
  bool is_index = false;

  std::string text() const {
    std::string before = outer != nullptr ? outer->text() : std::string();
    if (is_index) return fmt::format("{}[{}]", before, index);
    return before.empty() ? std::string(name) : fmt::format("{}.{}", before, name);
  }
};

std::unexpected<ApiError> invalid_at(const Place& place, std::string message) {
  auto error = invalid(std::move(message));
  error.error().field = place.text();
  return error;
}

ApiResult<void> check_value(const Member& member, const json::value& value, const Place& place);

ApiResult<void> check_range(const Member& member, std::int64_t number, const Place& place) {
  if (member.has_minimum && number < member.minimum) {
    return invalid_at(place, fmt::format("{} must be at least {}", place.text(), member.minimum));
  }
  if (member.has_maximum && number > member.maximum) {
    return invalid_at(place, fmt::format("{} must be at most {}", place.text(), member.maximum));
  }
  return {};
}

ApiResult<void> check_text(const Member& member, std::string_view text, const Place& place) {
  if (member.type == Type::kEnum) {
    if (std::ranges::find(member.values, text) != member.values.end()) return {};
    return invalid_at(
        place, fmt::format("{} must be one of {}", place.text(), fmt::join(member.values, ", ")));
  }
  if (text.find('\0') != std::string_view::npos) {
    return invalid_at(place, fmt::format("{} must not contain U+0000", place.text()));
  }
  if (member.has_minimum || member.has_maximum) {
    const auto length = static_cast<std::int64_t>(characters(text));
    if (member.has_minimum && length < member.minimum) {
      return invalid_at(
          place, fmt::format("{} must have at least {} characters", place.text(), member.minimum));
    }
    if (member.has_maximum && length > member.maximum) {
      return invalid_at(
          place, fmt::format("{} must have at most {} characters", place.text(), member.maximum));
    }
  }
  // The patterns of path parameters cannot be met as written (api/README.md): handlers read them.
  if (!member.pattern.empty() && member.location != Location::kPath &&
      !re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                           patterns().of(member.pattern))) {
    return invalid_at(place, fmt::format("{} must match {}", place.text(), member.pattern));
  }
  return {};
}

ApiResult<void> check_integer(const Member& member, const json::value& value, const Place& place) {
  std::int64_t number = 0;
  if (value.is_int64()) {
    number = value.get_int64();
  } else if (value.is_uint64()) {
    number = std::numeric_limits<std::int64_t>::max();
  } else {
    return invalid_at(place, fmt::format("{} must be a whole number", place.text()));
  }
  if (member.type == Type::kInteger && (number > std::numeric_limits<std::int32_t>::max() ||
                                        number < std::numeric_limits<std::int32_t>::min())) {
    return invalid_at(place, fmt::format("{} must fit into 32 bits", place.text()));
  }
  return check_range(member, number, place);
}

ApiResult<void> check_count(const Shape& shape, std::size_t count, const Place& place) {
  const auto number = static_cast<std::int64_t>(count);
  if (shape.has_minimum && number < shape.minimum) {
    return invalid_at(place,
                      fmt::format("{} must have at least {} entries", place.text(), shape.minimum));
  }
  if (shape.has_maximum && number > shape.maximum) {
    return invalid_at(place,
                      fmt::format("{} must have at most {} entries", place.text(), shape.maximum));
  }
  return {};
}

ApiResult<void> check_list(const Shape& shape, const json::value& value, const Place& place) {
  if (!value.is_array()) return invalid_at(place, fmt::format("{} must be a list", place.text()));
  const json::array& list = value.get_array();
  if (auto counted = check_count(shape, list.size(), place); !counted) return counted;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Place here{.outer = &place, .index = i, .is_index = true};
    if (auto checked = check_value(shape.members.front(), list[i], here); !checked) return checked;
  }
  return {};
}

ApiResult<void> check_map(const Shape& shape, const json::value& value, const Place& place) {
  if (!value.is_object())
    return invalid_at(place, fmt::format("{} must be an object", place.text()));
  const json::object& map = value.get_object();
  if (auto counted = check_count(shape, map.size(), place); !counted) return counted;
  for (const auto& [key, entry] : map) {
    const Place key_place{.outer = &place, .name = "key"};
    if (auto checked = check_text(shape.members[0], key, key_place); !checked) return checked;
    const Place here{.outer = &place, .name = key};
    if (auto checked = check_value(shape.members[1], entry, here); !checked) return checked;
  }
  return {};
}

ApiResult<void> check_structure(const Shape& shape, const json::object& input, const Place* outer) {
  std::size_t present = 0;
  for (const Member& member : shape.members) {
    const Place place{.outer = outer, .name = member.name};
    const json::value* value = input.if_contains(member.name);
    if (value == nullptr || value->is_null()) {
      if (member.required) return invalid_at(place, fmt::format("{} is required", place.text()));
      continue;
    }
    ++present;
    if (auto checked = check_value(member, *value, place); !checked) return checked;
  }
  if (shape.exactly_one_member && present != 1) {
    return invalid(fmt::format("{} must have exactly one member",
                               outer != nullptr ? outer->text() : std::string(shape.name)));
  }
  return {};
}

ApiResult<void> check_value(const Member& member, const json::value& value, const Place& place) {
  switch (member.type) {
    case Type::kString:
    case Type::kEnum:
    case Type::kTimestamp:
      if (!value.is_string())
        return invalid_at(place, fmt::format("{} must be text", place.text()));
      return check_text(member, value.get_string(), place);
    case Type::kInteger:
    case Type::kLong:
      return check_integer(member, value, place);
    case Type::kFloat:
      if (!value.is_number())
        return invalid_at(place, fmt::format("{} must be a number", place.text()));
      return {};
    case Type::kBoolean:
      if (!value.is_bool())
        return invalid_at(place, fmt::format("{} must be true or false", place.text()));
      return {};
    case Type::kStructure:
      if (!value.is_object())
        return invalid_at(place, fmt::format("{} must be an object", place.text()));
      return check_structure(*member.shape, value.get_object(), &place);
    case Type::kList:
      return check_list(*member.shape, value, place);
    case Type::kMap:
      return check_map(*member.shape, value, place);
  }
  return {};
}

void prune_value(const Member& member, json::value& value) {
  if (member.type == Type::kStructure) {
    prune(*member.shape, value.as_object());
  } else if (member.type == Type::kList) {
    for (json::value& item : value.as_array()) prune_value(member.shape->members.front(), item);
  }
}

}  // namespace

ApiResult<void> validate(const Shape& shape, const json::object& input) {
  return check_structure(shape, input, nullptr);
}

void prune(const Shape& shape, json::object& input) {
  json::object known;
  for (const Member& member : shape.members) {
    const auto found = input.find(member.name);
    if (found == input.end() || found->value().is_null()) continue;
    prune_value(member, found->value());
    known.emplace(member.name, std::move(found->value()));
  }
  input = std::move(known);
}

}  // namespace control
