#include "control/log_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "control/log_json_pattern.h"

namespace control {
namespace {

namespace json = boost::json;
using base::ErrorCode;

constexpr std::string_view kSpace = " \t\r\n";

struct Term {
  std::string text;
  std::shared_ptr<const re2::RE2> expression;

  bool is_in(std::string_view line) const {
    if (expression == nullptr) return line.find(text) != std::string_view::npos;
    return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *expression);
  }
};

// The part up to the closing mark, without backslashes before marks; `text` begins behind the
// opening one and is moved behind the closing one.
std::optional<std::string> take_quoted(std::string_view& text, char mark) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == mark) {
      text.remove_prefix(i + 1);
      return out;
    }
    const bool escapes = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == mark;
    if (escapes) ++i;
    out.push_back(text[i]);
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::unexpected<base::Error> invalid(std::string message) {
  return base::fail(ErrorCode::kInvalid, std::move(message));
}

base::Expected<Term> take_term(std::string_view& text) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    auto phrase = take_quoted(text, '"');
    if (!phrase) return invalid("a quotation mark is not closed");
    return Term{std::move(*phrase), nullptr};
  }
  if (text.starts_with('%')) {
    text.remove_prefix(1);
    const auto source = take_quoted(text, '%');
    if (!source) return invalid("an expression is not closed by %");
    auto expression = compile_log_expression(*source);
    if (!expression) return base::fail(std::move(expression.error()));
    return Term{{}, std::move(*expression)};
  }
  const std::size_t end = std::min(text.find_first_of(kSpace), text.size());
  Term term{std::string(text.substr(0, end)), nullptr};
  text.remove_prefix(end);
  if (term.text.empty()) return invalid("a term is missing behind ? or -");
  return term;
}

}  // namespace

struct LogPattern::Program {
  std::optional<LogJsonPattern> json;
  std::vector<Term> all;
  std::vector<Term> none;
  std::vector<Term> any;
};

base::Expected<LogPattern> LogPattern::compile(std::string_view text) {
  if (text.size() > kMaxText || !base::is_utf8(text)) {
    return invalid(fmt::format("a filter pattern has at most {} characters", kMaxText));
  }
  auto program = std::make_shared<Program>();
  text = trimmed(text);
  if (text.starts_with('{')) {
    if (!text.ends_with('}')) return invalid("a JSON filter ends with }");
    auto pattern = LogJsonPattern::compile(text.substr(1, text.size() - 2));
    if (!pattern) return base::fail(std::move(pattern.error()));
    program->json = std::move(*pattern);
    return LogPattern(std::move(program));
  }
  if (text.starts_with('[')) return invalid("filters for columns ([...]) are not supported");
  std::size_t terms = 0;
  while (!text.empty()) {
    if (++terms > kMaxConditions) {
      return invalid(fmt::format("a filter pattern has at most {} terms", kMaxConditions));
    }
    std::vector<Term>* list = &program->all;
    if (text.front() == '?' || text.front() == '-') {
      list = text.front() == '?' ? &program->any : &program->none;
      text.remove_prefix(1);
    }
    auto term = take_term(text);
    if (!term) return base::fail(std::move(term.error()));
    list->push_back(std::move(*term));
    text = trimmed(text);
  }
  if (!program->all.empty() || !program->none.empty()) program->any.clear();
  return LogPattern(std::move(program));
}

bool LogPattern::matches(std::string_view line) const {
  if (program_->json) {
    boost::system::error_code failure;
    const json::value value = json::parse(line, failure);
    return !failure && value.is_object() && program_->json->matches(value);
  }
  const auto is_in = [line](const Term& term) { return term.is_in(line); };
  return std::ranges::all_of(program_->all, is_in) && std::ranges::none_of(program_->none, is_in) &&
         (program_->any.empty() || std::ranges::any_of(program_->any, is_in));
}

}  // namespace control
