// Tokens that have opened their connection and are still good: none opens a second one. Part of
// the homes of a loop.
#pragma once

#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace chat {

class UsedTokens {
 public:
  /// Beyond `most` those that expire first are forgotten: then a token might be used twice, which
  /// is better than nobody coming in.
  explicit UsedTokens(std::size_t most = 200'000) : most_(most) {}

  /// Marks a token as used; false if it was already. `room` and `id` name it together, and it
  /// always expires at the same time.
  bool use(std::string_view room, std::string_view id, base::WallTime expires_at,
           base::WallTime now);
  std::size_t size() const { return used_.size(); }

 private:
  const std::size_t most_;
  // A token is known by its end and a hash of 64 bits: its name is a random text of our own making.
  std::set<std::pair<base::WallTime, std::size_t>> used_;
};

}  // namespace chat
