#include "control/event_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/event_condition.h"

namespace control {
namespace {

namespace json = boost::json;
using condition::Condition;

constexpr std::string_view kOr = "$or";

}  // namespace

struct EventPattern::Object {
  struct Field {
    std::string name;
    /// One of them must hold for one value.
    std::vector<Condition> conditions;
    /// Which of Program::absent suffices by itself: the field has no value in the whole event.
    std::optional<std::size_t> absent;
    std::unique_ptr<const Object> object;  // instead of conditions
  };
  std::vector<Field> fields;
  /// Of each list one must match.
  std::vector<std::vector<Object>> alternatives;
};

struct EventPattern::Program {
  Object root;
  /// Paths of fields that are asked not to exist.
  std::vector<std::vector<std::string>> absent;
};

class EventPattern::Compiler {
 public:
  explicit Compiler(Program& program) : program_(program) {}

  base::Expected<Object> object(const json::object& from) {
    if (from.empty()) return wrong("an object cannot be empty");
    if (path_.size() >= kMaxDepth) return wrong("the pattern is nested too deeply");
    Object out;
    std::size_t combinations = 1;
    for (const auto& member : from) {
      const std::string_view name = member.key();
      const std::size_t before = std::exchange(combinations_, 1);
      base::Expected<void> added;
      if (name == kOr) {
        added = alternatives(member.value(), out);
      } else {
        path_.emplace_back(name);
        added = field(member.value(), out);
        path_.pop_back();
      }
      if (!added) return base::fail(added.error());
      combinations *= std::exchange(combinations_, before);
      if (combinations > kMaxCombinations) return wrong("$or has more than 1000 combinations");
    }
    combinations_ = combinations;
    return out;
  }

 private:
  std::unexpected<base::Error> wrong(std::string_view what) const {
    return base::fail(base::ErrorCode::kInvalid, fmt::format("{}: {}", place(), what));
  }
  std::string place() const {
    if (path_.empty()) return "event pattern";
    std::string out = "event pattern at ";
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (i > 0) out += '.';
      out += path_[i].substr(0, 64);
    }
    return out;
  }

  base::Expected<void> field(const json::value& value, Object& to) {
    Object::Field out;
    out.name = path_.back();
    if (const json::object* nested = value.if_object()) {
      auto made = object(*nested);
      if (!made) return base::fail(made.error());
      out.object = std::make_unique<const Object>(std::move(*made));
      to.fields.push_back(std::move(out));
      return {};
    }
    const json::array* list = value.if_array();
    if (list == nullptr) return wrong("a value stands in a list, as in [\"value\"]");
    if (list->empty()) return wrong("a list cannot be empty");
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto made = condition::compile((*list)[i], fmt::format("{}[{}]", place(), i), budget_);
      if (!made) return base::fail(made.error());
      const auto* exists = std::get_if<condition::Exists>(&*made);
      if (exists != nullptr && !exists->wanted) {
        out.absent = program_.absent.size();
        program_.absent.push_back(path_);
      } else {
        out.conditions.push_back(std::move(*made));
      }
    }
    to.fields.push_back(std::move(out));
    return {};
  }

  base::Expected<void> alternatives(const json::value& value, Object& to) {
    const json::array* list = value.if_array();
    if (list == nullptr || list->size() < 2) return wrong("$or takes a list of objects");
    if (++or_depth_ > kMaxDepth) return wrong("the pattern is nested too deeply");
    std::vector<Object> out;
    std::size_t combinations = 0;
    for (const json::value& one : *list) {
      if (!one.is_object()) return wrong("$or takes a list of objects");
      auto made = object(one.get_object());
      if (!made) return base::fail(made.error());
      combinations += std::exchange(combinations_, 1);
      out.push_back(std::move(*made));
    }
    --or_depth_;
    combinations_ = combinations;
    to.alternatives.push_back(std::move(out));
    return {};
  }

  Program& program_;
  std::vector<std::string> path_;
  condition::Budget budget_;
  std::size_t combinations_ = 1;  // of what was compiled last
  std::size_t or_depth_ = 0;
};

class EventPattern::Matcher {
 public:
  Matcher(const Program& program, const json::object& event) {
    absent_.reserve(program.absent.size());
    for (const auto& path : program.absent) absent_.push_back(!has_value(event, path));
  }

  /// `event` is null where there is no object.
  bool matches(const Object& pattern, const json::object* event) const {
    for (const Object::Field& field : pattern.fields) {
      const json::value* value = event == nullptr ? nullptr : event->if_contains(field.name);
      const bool found = field.object != nullptr ? has_match(*field.object, value)
                                                 : (field.absent && absent_[*field.absent]) ||
                                                       has_match(field.conditions, value);
      if (!found) return false;
    }
    return std::all_of(
        pattern.alternatives.begin(), pattern.alternatives.end(), [&](const auto& branches) {
          return std::any_of(branches.begin(), branches.end(),
                             [&](const Object& branch) { return matches(branch, event); });
        });
  }

 private:
  bool has_match(const Object& pattern, const json::value* value) const {
    if (value != nullptr && value->is_array()) {
      const json::array& list = value->get_array();
      if (!list.empty()) {
        return std::any_of(list.begin(), list.end(), [&](const json::value& element) {
          return has_match(pattern, &element);
        });
      }
    }
    // What is no object has no fields: a pattern of absences may match all the same.
    return matches(pattern, value == nullptr ? nullptr : value->if_object());
  }

  static bool has_match(const std::vector<Condition>& conditions, const json::value* value) {
    if (value == nullptr || value->is_object()) return false;
    if (const json::array* list = value->if_array()) {
      return std::any_of(list->begin(), list->end(), [&](const json::value& element) {
        return has_match(conditions, &element);
      });
    }
    return std::any_of(conditions.begin(), conditions.end(),
                       [&](const Condition& one) { return condition::holds(one, *value); });
  }

  static bool has_value(const json::object& event, std::span<const std::string> path) {
    const json::value* value = event.if_contains(path.front());
    return value != nullptr && has_value(*value, path.subspan(1));
  }
  static bool has_value(const json::value& value, std::span<const std::string> path) {
    if (const json::array* list = value.if_array()) {
      return std::any_of(list->begin(), list->end(),
                         [&](const json::value& element) { return has_value(element, path); });
    }
    const json::object* object = value.if_object();
    if (path.empty()) return object == nullptr;
    return object != nullptr && has_value(*object, path);
  }

  std::vector<bool> absent_;
};

base::Expected<EventPattern> EventPattern::compile(std::string_view text) {
  const auto wrong = [](std::string_view what) {
    return base::fail(base::ErrorCode::kInvalid, fmt::format("event pattern: {}", what));
  };
  if (text.size() > kMaxText) return wrong(fmt::format("has more than {} octets", kMaxText));
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (failure) return wrong("is not JSON: " + failure.message());
  if (!value.is_object()) return wrong("must be an object");
  auto program = std::make_shared<Program>();
  auto root = Compiler(*program).object(value.get_object());
  if (!root) return base::fail(root.error());
  program->root = std::move(*root);
  return EventPattern(std::move(program));
}

bool EventPattern::matches(const json::object& event) const {
  return Matcher(*program_, event).matches(program_->root, &event);
}

}  // namespace control
