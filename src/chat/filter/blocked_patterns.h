// Regular expressions (RE2) that no message may match anywhere. All are tried in one pass.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace chat {

class BlockedPatterns {
 public:
  /// Instructions of all patterns together: bounds what a message can cost, whatever it is.
  static constexpr std::size_t kMaxProgram = 10'000;

  BlockedPatterns();  // none
  ~BlockedPatterns();
  BlockedPatterns(BlockedPatterns&&) noexcept;
  BlockedPatterns& operator=(BlockedPatterns&&) noexcept;

  /// kInvalid names the pattern and what is wrong; kLimit: too large together.
  static base::Expected<BlockedPatterns> compile(const std::vector<std::string>& patterns);

  bool empty() const { return set_ == nullptr; }
  /// `text` as it was sent; a pattern that wants no regard to case begins with (?i). If it has
  /// characters that cannot be seen it is also tried without them.
  bool match(std::string_view text) const;

 private:
  class Set;
  explicit BlockedPatterns(std::unique_ptr<const Set> set);
  std::unique_ptr<const Set> set_;
};

}  // namespace chat
