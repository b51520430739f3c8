#include "chat/filter/blocked_patterns.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "chat/code_points.h"
#include "chat/filter/fold.h"

namespace chat {
namespace {

constexpr std::int64_t kMemory = 8 << 20;  // for the states of all patterns together

re2::RE2::Options options() {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMemory);
  options.set_never_capture(true);
  return options;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

class BlockedPatterns::Set {
 public:
  Set() : set_(options(), re2::RE2::UNANCHORED) {}

  bool add(std::string_view pattern) { return set_.Add(piece(pattern), nullptr) >= 0; }
  bool compile() {
    // RE2 says only when it matches whether its memory suffices.
    return set_.Compile() && ask("a").has_value();
  }
  bool match(std::string_view text) const { return ask(text).value_or(true); }

 private:
  /// Nothing if the memory does not suffice. After compile() that does not happen: RE2 then starts
  /// again with an empty memory.
  std::optional<bool> ask(std::string_view text) const {
    re2::RE2::Set::ErrorInfo failure{re2::RE2::Set::kNoError};
    const bool matches = set_.Match(piece(text), nullptr, &failure);
    if (failure.kind != re2::RE2::Set::kNoError) return std::nullopt;
    return matches;
  }
  re2::RE2::Set set_;
};

BlockedPatterns::BlockedPatterns() = default;
BlockedPatterns::~BlockedPatterns() = default;
BlockedPatterns::BlockedPatterns(BlockedPatterns&&) noexcept = default;
BlockedPatterns& BlockedPatterns::operator=(BlockedPatterns&&) noexcept = default;
BlockedPatterns::BlockedPatterns(std::unique_ptr<const Set> set) : set_(std::move(set)) {}

base::Expected<BlockedPatterns> BlockedPatterns::compile(const std::vector<std::string>& patterns) {
  if (patterns.empty()) return BlockedPatterns();
  auto set = std::make_unique<Set>();
  std::size_t program = 0;
  for (const std::string& pattern : patterns) {
    const re2::RE2 alone(pattern, options());
    if (!alone.ok()) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("the pattern \"{}\" is not valid: {}", pattern, alone.error()));
    }
    if (re2::RE2::PartialMatch("", alone)) {
      return base::fail(
          base::ErrorCode::kInvalid,
          fmt::format("the pattern \"{}\" matches every message; it must need some text", pattern));
    }
    program += static_cast<std::size_t>(std::max(alone.ProgramSize(), 0));
    if (program > kMaxProgram || !set->add(pattern)) {
      return base::fail(
          base::ErrorCode::kLimit,
          fmt::format("the patterns are too large together from \"{}\" on; shorten repetitions and "
                      "classes of characters",
                      pattern));
    }
  }
  if (!set->compile()) {
    return base::fail(base::ErrorCode::kLimit, "the patterns are too large together; remove some");
  }
  return BlockedPatterns(std::move(set));
}

bool BlockedPatterns::match(std::string_view text) const {
  if (set_ == nullptr) return false;
  if (set_->match(text)) return true;
  const auto is_ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
  if (std::ranges::all_of(text, is_ascii)) return false;
  std::string seen;
  for (std::string_view rest = text; !rest.empty();) {
    const char32_t c = take_code_point(rest);
    if (fold(c).kind != LetterKind::kHidden) append_utf8(seen, c);
  }
  return seen.size() != text.size() && set_->match(seen);
}

}  // namespace chat
