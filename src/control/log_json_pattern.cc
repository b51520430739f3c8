#include "control/log_json_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "control/arn.h"
#include "control/log_pattern.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxSteps = 32;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// What a value without quotes may hold.
bool is_bare(char c) {
  return is_word(c) || c == '.' || c == '*' || c == ':' || c == '/' || c == '+' || c == '@' ||
         c == '#' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

base::Expected<std::shared_ptr<const re2::RE2>> compile_log_expression(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto made = std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (made->ok()) return made;
  return base::fail(base::ErrorCode::kInvalid,
                    fmt::format("%{}% is no expression: {}", text, made->error()));
}

// By recursive descent; `||` binds less than `&&`.
class LogJsonPattern::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Expected<LogJsonPattern> run() {
    if (!read_alternatives(0)) return fail();
    skip_space();
    if (!rest().empty()) {
      (void)refuse("nothing may follow");
      return fail();
    }
    return std::move(out_);
  }

 private:
  std::unexpected<base::Error> fail() const {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("{} at character {} of the JSON filter", problem_, at_ + 1));
  }
  bool refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }
  std::string_view rest() const { return text_.substr(at_); }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool take_word(std::string_view word) {
    const std::size_t before = at_;
    if (take(word) && (at_ == text_.size() || !is_word(text_[at_]))) return true;
    at_ = before;
    return false;
  }
  std::string_view read_while(bool (*belongs)(char)) {
    const std::size_t start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool read_alternatives(std::size_t depth) {
    if (!read_all(depth)) return false;
    while (take("||")) {
      const std::size_t left = out_.nodes_.size() - 1;
      if (!read_all(depth)) return false;
      out_.nodes_.push_back({Node::Kind::kOr, left, out_.nodes_.size() - 1});
    }
    return true;
  }
  bool read_all(std::size_t depth) {
    if (!read_one(depth)) return false;
    while (take("&&")) {
      const std::size_t left = out_.nodes_.size() - 1;
      if (!read_one(depth)) return false;
      out_.nodes_.push_back({Node::Kind::kAnd, left, out_.nodes_.size() - 1});
    }
    return true;
  }
  bool read_one(std::size_t depth) {
    if (!take("(")) return read_condition();
    if (depth == LogPattern::kMaxDepth) return refuse("too many parentheses");
    return read_alternatives(depth + 1) && (take(")") || refuse("a parenthesis is not closed"));
  }

  bool read_condition() {
    if (out_.conditions_.size() == LogPattern::kMaxConditions) return refuse("too many conditions");
    Condition condition;
    if (!read_selector(condition.selector) || !read_operator(condition.op)) return false;
    if (condition.op < Operator::kIsNull && !read_value(condition)) return false;
    out_.conditions_.push_back(std::move(condition));
    out_.nodes_.push_back({Node::Kind::kCondition, out_.conditions_.size() - 1, 0});
    return true;
  }

  bool read_selector(std::vector<Step>& steps) {
    if (!take("$")) return refuse("a selector like $.name must stand");
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      if (steps.size() == kMaxSteps) return refuse("the selector is too long");
      const bool is_name = text_[at_++] == '.';
      if (!(is_name ? read_name(steps) : read_index(steps))) return false;
    }
    return !steps.empty() || refuse("a selector needs a name");
  }
  bool read_name(std::vector<Step>& steps) {
    if (rest().starts_with('*')) {
      ++at_;
      steps.push_back({Step::Kind::kAnyMember});
      return true;
    }
    const std::string_view name = read_while(is_word);
    steps.push_back({Step::Kind::kMember, std::string(name)});
    return !name.empty() || refuse("a name is missing");
  }
  bool read_index(std::vector<Step>& steps) {
    if (rest().starts_with("*]")) {
      at_ += 2;
      steps.push_back({Step::Kind::kAnyElement});
      return true;
    }
    std::size_t index = 0;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + text_.size(), index);
    if (read.ec != std::errc{}) return refuse("a number or * must stand in brackets");
    at_ = static_cast<std::size_t>(read.ptr - text_.data());
    steps.push_back({Step::Kind::kElement, {}, index});
    if (!rest().starts_with(']')) return refuse("a bracket is not closed");
    ++at_;
    return true;
  }

  bool read_operator(Operator& op) {
    struct Row {
      std::string_view text;
      Operator op;
    };
    // The longer ones first.
    static constexpr Row kRows[] = {{"!=", Operator::kNotEqual},
                                    {"<=", Operator::kLessOrEqual},
                                    {">=", Operator::kGreaterOrEqual},
                                    {"=", Operator::kEqual},
                                    {"<", Operator::kLess},
                                    {">", Operator::kGreater}};
    for (const Row& row : kRows) {
      if (!take(row.text)) continue;
      op = row.op;
      return true;
    }
    if (take_word("IS")) {
      for (const Row& row : {Row{"NULL", Operator::kIsNull}, Row{"TRUE", Operator::kIsTrue},
                             Row{"FALSE", Operator::kIsFalse}}) {
        if (!take_word(row.text)) continue;
        op = row.op;
        return true;
      }
      return refuse("NULL, TRUE or FALSE must stand behind IS");
    }
    if (take_word("NOT") && take_word("EXISTS")) {
      op = Operator::kNotExists;
      return true;
    }
    return refuse("an operator must stand");
  }

  bool read_value(Condition& condition) {
    skip_space();
    const bool orders = condition.op != Operator::kEqual && condition.op != Operator::kNotEqual;
    if (!orders && rest().starts_with('%')) {
      const std::size_t end = text_.find('%', at_ + 1);
      if (end == std::string_view::npos) return refuse("an expression is not closed");
      auto expression = compile_log_expression(text_.substr(at_ + 1, end - at_ - 1));
      if (!expression) return refuse(std::move(expression.error().message));
      condition.expression = std::move(*expression);
      at_ = end + 1;
      return true;
    }
    if (!orders && rest().starts_with('"')) {
      condition.is_quoted = true;
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        condition.text.push_back(text_[at_]);
      }
      if (at_ == text_.size()) return refuse("a text is not closed");
      ++at_;
      return true;
    }
    condition.text = std::string(read_while(is_bare));
    condition.number = number_of(condition.text);
    if (condition.text.empty()) return refuse("a value is missing");
    return !orders || condition.number || refuse("a number must stand");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
  LogJsonPattern out_;
};

base::Expected<LogJsonPattern> LogJsonPattern::compile(std::string_view text) {
  return Parser(text).run();
}

bool LogJsonPattern::matches(const json::value& line) const {
  return holds(nodes_.size() - 1, line);
}

bool LogJsonPattern::holds(std::size_t at, const json::value& line) const {
  const Node& node = nodes_[at];
  if (node.kind == Node::Kind::kAnd) return holds(node.left, line) && holds(node.right, line);
  if (node.kind == Node::Kind::kOr) return holds(node.left, line) || holds(node.right, line);
  const Condition& condition = conditions_[node.left];
  bool found = false;
  const bool fulfilled = find(condition, 0, line, found);
  return condition.op == Operator::kNotExists ? !found : fulfilled;
}

// Whether something that the selector finds fulfils the condition, and whether it finds anything.
bool LogJsonPattern::find(const Condition& condition, std::size_t step, const json::value& value,
                          bool& found) {
  if (step == condition.selector.size()) {
    found = true;
    return fulfils(condition, value);
  }
  const Step& next = condition.selector[step];
  const json::object* object = value.if_object();
  const json::array* array = value.if_array();
  switch (next.kind) {
    case Step::Kind::kMember: {
      const json::value* member = object == nullptr ? nullptr : object->if_contains(next.name);
      return member != nullptr && find(condition, step + 1, *member, found);
    }
    case Step::Kind::kAnyMember:
      if (object == nullptr) return false;
      for (const auto& member : *object) {
        if (find(condition, step + 1, member.value(), found)) return true;
      }
      return false;
    case Step::Kind::kElement:
      return array != nullptr && next.index < array->size() &&
             find(condition, step + 1, (*array)[next.index], found);
    case Step::Kind::kAnyElement:
      break;
  }
  if (array == nullptr) return false;
  for (const json::value& element : *array) {
    if (find(condition, step + 1, element, found)) return true;
  }
  return false;
}

bool LogJsonPattern::fulfils(const Condition& condition, const json::value& value) {
  switch (condition.op) {
    case Operator::kEqual:
      return equals(condition, value);
    case Operator::kNotEqual:
      return !value.is_structured() && !equals(condition, value);
    case Operator::kIsNull:
      return value.is_null();
    case Operator::kIsTrue:
      return value.is_bool() && value.get_bool();
    case Operator::kIsFalse:
      return value.is_bool() && !value.get_bool();
    case Operator::kNotExists:
      return false;
    default:
      break;
  }
  if (!value.is_number()) return false;
  const auto number = value.to_number<double>();
  const double limit = condition.number.value_or(0);
  switch (condition.op) {
    case Operator::kLess:
      return number < limit;
    case Operator::kLessOrEqual:
      return number <= limit;
    case Operator::kGreater:
      return number > limit;
    default:
      return number >= limit;
  }
}

bool LogJsonPattern::equals(const Condition& condition, const json::value& value) {
  if (condition.expression != nullptr) {
    const json::string* text = value.if_string();
    return text != nullptr && re2::RE2::PartialMatch(re2::StringPiece(text->data(), text->size()),
                                                     *condition.expression);
  }
  if (const json::string* text = value.if_string()) {
    return matches_wildcard(condition.text, *text);
  }
  if (condition.is_quoted) return false;
  if (value.is_number()) {
    return condition.number ? value.to_number<double>() == *condition.number
                            : matches_wildcard(condition.text, json::serialize(value));
  }
  return value.is_bool() && condition.text == (value.get_bool() ? "true" : "false");
}

}  // namespace control
