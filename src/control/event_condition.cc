#include "control/event_condition.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "wire/http/headers.h"

namespace control::condition {
namespace {

namespace json = boost::json;
using wire::http::equal_ignoring_case;

constexpr std::size_t kMaxWildcard = 512;  // octets, so that a search stays cheap

class Compiler {
 public:
  Compiler(std::string_view place, Budget& budget) : place_(place), budget_(budget) {}

  base::Expected<Condition> condition(const json::value& value) {
    if (budget_.conditions == 0) return wrong("the pattern holds too many values");
    --budget_.conditions;
    if (const json::object* object = value.if_object()) return comparison(*object);
    return literal(value);
  }

 private:
  std::unexpected<base::Error> wrong(std::string_view what) const {
    return base::fail(base::ErrorCode::kInvalid, fmt::format("{}: {}", place_, what));
  }

  base::Expected<Condition> literal(const json::value& value) const {
    switch (value.kind()) {
      case json::kind::null:
        return Condition(nullptr);
      case json::kind::bool_:
        return Condition(value.get_bool());
      case json::kind::string:
        return Condition(std::string(value.get_string()));
      case json::kind::int64:
        return Condition(static_cast<Number>(value.get_int64()));
      case json::kind::uint64:
        return Condition(static_cast<Number>(value.get_uint64()));
      case json::kind::double_:
        return Condition(static_cast<Number>(value.get_double()));
      default:
        return wrong("a list cannot stand inside a list");
    }
  }

  base::Expected<Condition> comparison(const json::object& object) {
    if (object.size() != 1) return wrong("a comparison has exactly one member");
    const std::string_view name = object.begin()->key();
    const json::value& value = object.begin()->value();
    if (name == "anything-but") return anything_but(value);
    if (name == "numeric") return numeric(value);
    if (name == "exists") {
      if (!value.is_bool()) return wrong("\"exists\" takes true or false");
      return Condition(Exists{value.get_bool()});
    }
    if (name == "cidr") return cidr(value);
    return of_text(name, value);
  }

  /// The comparisons of text, which "anything-but" knows too.
  base::Expected<Condition> of_text(std::string_view name, const json::value& value) {
    if (name == "prefix" || name == "suffix") {
      bool ignores_case = false;
      const json::value* text = &value;
      if (const json::object* object = value.if_object();
          object != nullptr && object->size() == 1 && object->contains("equals-ignore-case")) {
        ignores_case = true;
        text = &object->begin()->value();
      }
      if (!text->is_string()) return wrong(fmt::format("\"{}\" takes a text", name));
      std::string wanted(text->get_string());
      if (name == "prefix") return Condition(Prefix{std::move(wanted), ignores_case});
      return Condition(Suffix{std::move(wanted), ignores_case});
    }
    if (name == "equals-ignore-case") {
      if (!value.is_string()) return wrong("\"equals-ignore-case\" takes a text");
      return Condition(IgnoringCase{std::string(value.get_string())});
    }
    if (name == "wildcard") return wildcard(value);
    return wrong(
        fmt::format("\"{}\" is no comparison: there are prefix, suffix, equals-ignore-case, "
                    "anything-but, numeric, exists, wildcard and cidr",
                    name.substr(0, 64)));
  }

  base::Expected<Condition> anything_but(const json::value& value) {
    AnythingBut out;
    const json::value* values = &value;
    std::string_view comparison;
    if (const json::object* object = value.if_object()) {
      if (object->size() != 1) return wrong("a comparison has exactly one member");
      comparison = object->begin()->key();
      values = &object->begin()->value();
    }
    const auto add = [&](const json::value& one) -> base::Expected<void> {
      if (budget_.conditions == 0) return wrong("the pattern holds too many values");
      --budget_.conditions;
      if (comparison.empty() && one.is_object()) return wrong("\"anything-but\" takes values");
      auto made = comparison.empty() ? literal(one) : of_text(comparison, one);
      if (!made) return base::fail(made.error());
      out.excluded.push_back(std::move(*made));
      return {};
    };
    if (const json::array* list = values->if_array()) {
      if (list->empty()) return wrong("\"anything-but\" takes at least one value");
      for (const json::value& one : *list) {
        if (auto added = add(one); !added) return base::fail(added.error());
      }
    } else if (auto added = add(*values); !added) {
      return base::fail(added.error());
    }
    return Condition(std::move(out));
  }

  base::Expected<Condition> wildcard(const json::value& value) {
    if (!value.is_string()) return wrong("\"wildcard\" takes a text");
    const std::string_view text = value.get_string();
    if (text.size() > kMaxWildcard) return wrong("a wildcard has at most 512 octets");
    Wildcard out;
    std::string piece;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '*') {
        if (i > 0 && text[i - 1] == '*' && piece.empty() && out.pieces.size() > 0) {
          return wrong("a wildcard cannot have two stars side by side");
        }
        if (budget_.stars == 0) return wrong("the pattern holds too many stars");
        --budget_.stars;
        out.pieces.push_back(std::exchange(piece, {}));
      } else if (text[i] == '\\') {
        ++i;
        if (i == text.size() || (text[i] != '*' && text[i] != '\\')) {
          return wrong("in a wildcard, \\ stands before * or \\ only");
        }
        piece += text[i];
      } else {
        piece += text[i];
      }
    }
    out.pieces.push_back(std::move(piece));
    return Condition(std::move(out));
  }

  base::Expected<Condition> numeric(const json::value& value) const {
    constexpr std::string_view kHow =
        "\"numeric\" takes [\"=\", 5], one of <, <=, >, >= with a number, or a lower and an upper "
        "bound as in [\">\", 0, \"<=\", 5]";
    const json::array* list = value.if_array();
    if (list == nullptr || (list->size() != 2 && list->size() != 4)) return wrong(kHow);
    Range range;
    for (std::size_t i = 0; i < list->size(); i += 2) {
      const json::string* sign = (*list)[i].if_string();
      const std::optional<Number> number = number_of((*list)[i + 1]);
      if (sign == nullptr || !number) return wrong(kHow);
      if (*sign == "=" && list->size() == 2) return Condition(*number);
      if ((*sign == ">" || *sign == ">=") && i == 0) {
        range.has_low = true;
        range.low = *number;
        range.includes_low = sign->size() == 2;
      } else if ((*sign == "<" || *sign == "<=") && !range.has_high) {
        range.has_high = true;
        range.high = *number;
        range.includes_high = sign->size() == 2;
      } else {
        return wrong(kHow);
      }
    }
    if (list->size() == 4 && (!range.has_low || range.low >= range.high)) {
      return wrong("the lower bound of \"numeric\" stands first and is below the upper one");
    }
    return Condition(range);
  }

  base::Expected<Condition> cidr(const json::value& value) const {
    const json::string* text = value.if_string();
    if (text == nullptr) return wrong("\"cidr\" takes a text as 10.0.0.0/8");
    const std::string_view all = *text;
    const std::size_t slash = all.find('/');
    Cidr out;
    const std::string network(all.substr(0, slash));
    out.is_v6 = network.find(':') != std::string::npos;
    const unsigned width = out.is_v6 ? 128 : 32;
    const bool is_address =
        slash != std::string_view::npos &&
        ::inet_pton(out.is_v6 ? AF_INET6 : AF_INET, network.c_str(), out.network.data()) == 1;
    if (!is_address) return wrong("\"cidr\" takes a text as 10.0.0.0/8");
    const std::string_view bits = all.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), out.bits);
    if (error != std::errc() || end != bits.data() + bits.size() || out.bits > width) {
      return wrong(fmt::format("the bits of \"cidr\" are 0 to {}", width));
    }
    return Condition(out);
  }

 public:
  static std::optional<Number> number_of(const json::value& value) {
    switch (value.kind()) {
      case json::kind::int64:
        return static_cast<Number>(value.get_int64());
      case json::kind::uint64:
        return static_cast<Number>(value.get_uint64());
      case json::kind::double_:
        return static_cast<Number>(value.get_double());
      default:
        return std::nullopt;
    }
  }

 private:
  const std::string_view place_;
  Budget& budget_;
};

struct Holds {
  const json::value& value;

  std::optional<std::string_view> text() const {
    const json::string* string = value.if_string();
    if (string == nullptr) return std::nullopt;
    return std::string_view(*string);
  }

  bool operator()(std::nullptr_t) const { return value.is_null(); }
  bool operator()(bool wanted) const { return value.is_bool() && value.get_bool() == wanted; }
  bool operator()(Number wanted) const {
    const auto number = Compiler::number_of(value);
    return number && *number == wanted;
  }
  bool operator()(const std::string& wanted) const { return text() == wanted; }
  bool operator()(const Prefix& prefix) const {
    const auto have = text();
    if (!have || have->size() < prefix.text.size()) return false;
    const std::string_view start = have->substr(0, prefix.text.size());
    return prefix.ignores_case ? equal_ignoring_case(start, prefix.text) : start == prefix.text;
  }
  bool operator()(const Suffix& suffix) const {
    const auto have = text();
    if (!have || have->size() < suffix.text.size()) return false;
    const std::string_view end = have->substr(have->size() - suffix.text.size());
    return suffix.ignores_case ? equal_ignoring_case(end, suffix.text) : end == suffix.text;
  }
  bool operator()(const IgnoringCase& wanted) const {
    const auto have = text();
    return have && equal_ignoring_case(*have, wanted.text);
  }
  // Taking the first place for every piece is never worse than a later one.
  bool operator()(const Wildcard& wildcard) const {
    const auto have = text();
    if (!have) return false;
    std::string_view rest = *have;
    const auto& pieces = wildcard.pieces;
    if (pieces.size() == 1) return rest == pieces.front();
    if (!rest.starts_with(pieces.front())) return false;
    rest.remove_prefix(pieces.front().size());
    for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
      const std::size_t found = rest.find(pieces[i]);
      if (found == std::string_view::npos) return false;
      rest.remove_prefix(found + pieces[i].size());
    }
    return rest.ends_with(pieces.back());
  }
  bool operator()(const Range& range) const {
    const auto number = Compiler::number_of(value);
    if (!number) return false;
    if (range.has_low && (range.includes_low ? *number < range.low : *number <= range.low)) {
      return false;
    }
    return !range.has_high || !(range.includes_high ? *number > range.high : *number >= range.high);
  }
  bool operator()(const Cidr& cidr) const {
    const auto have = text();
    if (!have || have->size() > 64 || have->find('\0') != std::string_view::npos) return false;
    std::array<std::uint8_t, 16> address{};
    if (::inet_pton(cidr.is_v6 ? AF_INET6 : AF_INET, std::string(*have).c_str(), address.data()) !=
        1) {
      return false;
    }
    for (unsigned bit = 0; bit < cidr.bits; ++bit) {
      const auto difference = static_cast<unsigned>(address[bit / 8] ^ cidr.network[bit / 8]);
      if ((difference & (0x80u >> (bit % 8))) != 0) return false;
    }
    return true;
  }
  bool operator()(const Exists& exists) const { return exists.wanted; }
  bool operator()(const AnythingBut& but) const {
    return std::none_of(but.excluded.begin(), but.excluded.end(),
                        [this](const Condition& one) { return std::visit(*this, one); });
  }
};

}  // namespace

base::Expected<Condition> compile(const json::value& value, std::string_view place,
                                  Budget& budget) {
  return Compiler(place, budget).condition(value);
}

bool holds(const Condition& condition, const json::value& value) {
  return std::visit(Holds{value}, condition);
}

}  // namespace control::condition
