// One condition on one value of an event, as it stands in the lists of event patterns: a literal or
// a comparison such as {"prefix": "st-"}.
#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace control::condition {

struct Prefix {
  std::string text;
  bool ignores_case = false;  // of ASCII letters, here and below
};
struct Suffix {
  std::string text;
  bool ignores_case = false;
};
struct IgnoringCase {
  std::string text;
};
/// Text in which `*` stands for any text: the pieces between the stars.
struct Wildcard {
  std::vector<std::string> pieces;
};
/// Any 64-bit number or double, exactly.
using Number = long double;
struct Range {
  Number low = 0;
  Number high = 0;
  bool has_low = false;
  bool has_high = false;
  bool includes_low = false;
  bool includes_high = false;
};
struct Cidr {
  std::array<std::uint8_t, 16> network{};  // the first four for IPv4
  bool is_v6 = false;
  unsigned bits = 0;
};
/// The field has a value, whatever it is; or has none.
struct Exists {
  bool wanted = true;
};
struct AnythingBut;

using Condition = std::variant<std::nullptr_t, bool, Number, std::string, Prefix, Suffix,
                               IgnoringCase, Wildcard, Range, Cidr, Exists, AnythingBut>;

struct AnythingBut {
  std::vector<Condition> excluded;
};

/// What one pattern may hold in all; reduced by compile().
struct Budget {
  std::size_t conditions = 1000;
  std::size_t stars = 64;
};

/// `place` names the condition in errors ("detail.event_name[0]"), which are kInvalid.
base::Expected<Condition> compile(const boost::json::value& value, std::string_view place,
                                  Budget& budget);

/// `value` is no object and no list. Exists{false} never holds: whoever knows all values of the
/// field decides that.
bool holds(const Condition& condition, const boost::json::value& value);

}  // namespace control::condition
