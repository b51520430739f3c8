// The part of LogPattern that asks JSON.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace control {

/// kInvalid. Bounded in time and memory, like everything that RE2 does.
base::Expected<std::shared_ptr<const re2::RE2>> compile_log_expression(std::string_view text);

class LogJsonPattern {
 public:
  /// What stands between the braces.
  static base::Expected<LogJsonPattern> compile(std::string_view text);
  bool matches(const boost::json::value& line) const;

 private:
  struct Step {
    enum class Kind : std::uint8_t { kMember, kAnyMember, kElement, kAnyElement } kind;
    std::string name = {};
    std::size_t index = 0;
  };
  enum class Operator : std::uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIsNull,
    kIsTrue,
    kIsFalse,
    kNotExists,
  };
  struct Condition {
    std::vector<Step> selector;
    Operator op = Operator::kEqual;
    std::string text = {};  // with `*`
    bool is_quoted = false;
    std::optional<double> number = {};  // of texts without quotes that are one
    std::shared_ptr<const re2::RE2> expression = {};
  };
  /// A tree in which children come before their parents; the last one is the root.
  struct Node {
    enum class Kind : std::uint8_t { kCondition, kAnd, kOr } kind;
    std::size_t left = 0;  // the index of a condition or a node
    std::size_t right = 0;
  };
  class Parser;

  bool holds(std::size_t node, const boost::json::value& line) const;
  static bool find(const Condition& condition, std::size_t step, const boost::json::value& value,
                   bool& found);
  static bool fulfils(const Condition& condition, const boost::json::value& value);
  static bool equals(const Condition& condition, const boost::json::value& value);

  std::vector<Condition> conditions_;
  std::vector<Node> nodes_;
};

}  // namespace control
