// Which lines of a log somebody wants, in CloudWatch Logs' filter patterns:
//
//   word "a phrase" -without %expression%      all of these, as parts of the line
//   ?one ?"or another"                         one of these; ignored beside any of those above
//   { $.type = "MESSAGE" && $.payload.Sender.UserId = "a*" }     for lines that are JSON objects
//
// Conditions on JSON: = and != with texts (quoted or not, `*` stands for any text), numbers and
// %expressions%; < <= > >= with numbers; IS NULL, IS TRUE, IS FALSE, NOT EXISTS; && before ||;
// parentheses. Selectors: $.name.name[0], `*` for any member, [*] for any element; one that finds
// nothing fulfils nothing but NOT EXISTS. Everything minds capitals. Patterns in brackets, for
// columns, are refused: no line of ours has columns.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace control {

/// Immutable; copies share what was compiled. Safe from every thread.
class LogPattern {
 public:
  static constexpr std::size_t kMaxText = 1024;
  static constexpr std::size_t kMaxConditions = 64;
  static constexpr std::size_t kMaxDepth = 16;

  /// Empty matches everything. kInvalid says what is wrong.
  static base::Expected<LogPattern> compile(std::string_view text);

  bool matches(std::string_view line) const;

 private:
  struct Program;
  explicit LogPattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace control
