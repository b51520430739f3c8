#include "server/ctl_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cctype>
#include <charconv>

#include "server/config_hint.h"

namespace server::ctl {

namespace json = boost::json;
using control::Member;
using control::Operation;
using control::Type;

namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_scalar(Type type) {
  return type != Type::kStructure && type != Type::kList && type != Type::kMap;
}

bool is_scalar_list(const Member& member) {
  return member.type == Type::kList && is_scalar(member.shape->members.front().type);
}

std::string value_name(Type type) {
  switch (type) {
    case Type::kInteger:
    case Type::kLong:
    case Type::kFloat:
      return "NUMBER";
    case Type::kTimestamp:
      return "TIME";
    case Type::kMap:
      return "NAME=VALUE";
    case Type::kStructure:
    case Type::kList:
      return "JSON";
    case Type::kString:
    case Type::kEnum:
    case Type::kBoolean:
      break;
  }
  return "TEXT";
}

base::Expected<json::value> parse_json(std::string_view text) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 16;
  json::value value = json::parse(text, failed, {}, options);
  if (failed) return base::fail(base::ErrorCode::kInvalid, "needs JSON: " + failed.message());
  return value;
}

template <class Number>
base::Expected<json::value> parse_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) {
    return base::fail(base::ErrorCode::kInvalid, fmt::format("needs a number, not {:?}", text));
  }
  return json::value(number);
}

base::Expected<json::value> parse_scalar(Type type, const std::string& text) {
  switch (type) {
    case Type::kInteger:
    case Type::kLong:
      return parse_number<std::int64_t>(text);
    case Type::kFloat:
      return parse_number<double>(text);
    default:
      return json::value(text);
  }
}

base::Expected<void> add_entry(const Words::Given& given, json::object& map) {
  const std::size_t equals = given.value.find('=');
  if (equals == std::string::npos || equals == 0) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("needs NAME=VALUE, not {:?}", given.value));
  }
  map[given.value.substr(0, equals)] = given.value.substr(equals + 1);
  return {};
}

/// `is_first`: the option did not stand before this, so what the input had is replaced.
base::Expected<void> set_member(const Words::Given& given, bool is_first, json::object& input) {
  const Member& member = *given.flag->member;
  if (member.type == Type::kBoolean) {
    input[member.name] = !given.flag->negates;
    return {};
  }
  const bool is_json =
      given.value.starts_with('{') || (given.value.starts_with('[') && !is_scalar(member.type));
  if (member.type == Type::kMap && !is_json) {
    json::value& map = input[member.name];
    if (is_first || !map.is_object()) map.emplace_object();
    return add_entry(given, map.get_object());
  }
  if (is_scalar_list(member) && !is_json) {
    auto value = parse_scalar(member.shape->members.front().type, given.value);
    if (!value) return base::fail(std::move(value.error()));
    json::value& list = input[member.name];
    if (is_first || !list.is_array()) list.emplace_array();
    list.get_array().push_back(std::move(*value));
    return {};
  }
  auto value =
      is_scalar(member.type) ? parse_scalar(member.type, given.value) : parse_json(given.value);
  if (!value) return base::fail(std::move(value.error()));
  input[member.name] = std::move(*value);
  return {};
}

const Flag* find_flag(std::span<const Flag> flags, std::string_view word) {
  const bool is_letter = word.size() == 2 && word[1] != '-';
  const auto found = std::ranges::find_if(flags, [&](const Flag& flag) {
    return is_letter ? flag.letter == word[1] : flag.name == word;
  });
  return found == flags.end() ? nullptr : &*found;
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         std::isdigit(static_cast<unsigned char>(word[1])) == 0;
}

std::unexpected<base::Error> unknown_option(std::string_view word, std::span<const Flag> flags) {
  std::vector<std::string_view> names;
  for (const Flag& flag : flags) names.push_back(flag.name);
  const std::string_view meant = nearest_name(word, names);
  return base::fail(base::ErrorCode::kInvalid,
                    meant.empty() ? fmt::format("there is no option {}", word)
                                  : fmt::format("there is no option {}; {} is near", word, meant));
}

}  // namespace

std::string kebab_case(std::string_view name) {
  std::string kebab;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_upper(c) && i > 0) kebab += '-';
    kebab += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return kebab;
}

const Operation* find_operation(std::string_view word) {
  for (const control::Service* service : control::all_services()) {
    for (const Operation& operation : service->operations) {
      if (operation.name == word || kebab_case(operation.name) == word) return &operation;
    }
  }
  return nullptr;
}

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const control::Service* service : control::all_services()) {
    for (const Operation& operation : service->operations) {
      // The operations on tags are in several services.
      if (&operation == control::find_operation(operation.name)) {
        names.push_back(kebab_case(operation.name));
      }
    }
  }
  return names;
}

std::vector<Flag> member_flags(const Operation& operation) {
  std::vector<Flag> flags;
  for (const Member& member : operation.input->members) {
    Flag flag{.name = "--" + kebab_case(member.name), .member = &member};
    const Member& item = is_scalar_list(member) ? member.shape->members.front() : member;
    flag.value_name = value_name(item.type);
    for (const std::string_view value : item.values) flag.values.emplace_back(value);
    if (member.type != Type::kBoolean) {
      flags.push_back(std::move(flag));
      continue;
    }
    flag.takes = Takes::kNothing;
    flag.value_name.clear();
    flags.push_back(flag);
    flag.name = "--no-" + kebab_case(member.name);
    flag.negates = true;
    flags.push_back(std::move(flag));
  }
  return flags;
}

const std::string* Words::value(std::string_view name) const {
  const auto found = std::find_if(flags.rbegin(), flags.rend(), [&](const Given& given) {
    return given.flag->member == nullptr && given.flag->name == name;
  });
  return found == flags.rend() ? nullptr : &found->value;
}

base::Expected<Words> parse_words(std::span<const std::string> words, std::span<const Flag> flags) {
  Words parsed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") {
      parsed.places.insert(parsed.places.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                           words.end());
      break;
    }
    if (!is_option(word)) {
      parsed.places.emplace_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const Flag* flag = find_flag(flags, name);
    if (flag == nullptr) return unknown_option(name, flags);
    Words::Given given{flag, {}};
    if (flag->takes == Takes::kNothing) {
      if (equals != std::string_view::npos) {
        return base::fail(base::ErrorCode::kInvalid, fmt::format("{} takes no value", name));
      }
    } else if (equals != std::string_view::npos) {
      given.value = word.substr(equals + 1);
    } else if (++i < words.size()) {
      given.value = words[i];
    } else {
      return base::fail(base::ErrorCode::kInvalid, fmt::format("{} needs a value", name));
    }
    parsed.flags.push_back(std::move(given));
  }
  return parsed;
}

base::Expected<void> fill_input(const Words& words, json::object& input) {
  std::vector<const Flag*> seen;
  for (const Words::Given& given : words.flags) {
    if (given.flag->member == nullptr) continue;
    const bool is_first = std::ranges::find(seen, given.flag) == seen.end();
    if (auto set = set_member(given, is_first, input); !set) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("{} {}", given.flag->name, set.error().message));
    }
    seen.push_back(given.flag);
  }
  return {};
}

}  // namespace server::ctl
