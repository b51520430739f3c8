// When each user last said something, and what: for slow mode and repetition. Bounded; those who
// were silent longest are forgotten first.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace chat {

class RecentTexts {
 public:
  /// Of each user.
  static constexpr std::size_t kTexts = 4;

  explicit RecentTexts(std::size_t max_users) : max_users_(max_users) {}

  /// How long `user` still has to wait if `interval` must lie between two messages.
  std::optional<base::Duration> wait(std::string_view user, base::Duration interval,
                                     base::WallTime now) const;
  /// The same for a text, by its hash, that was among the user's last ones.
  std::optional<base::Duration> wait_to_repeat(std::string_view user, std::uint64_t hash,
                                               base::Duration interval, base::WallTime now) const;
  /// Remembers; forgets users who said nothing within `memory`.
  void said(std::string_view user, std::uint64_t hash, base::Duration memory, base::WallTime now);

  void clear() {
    by_name_.clear();
    users_.clear();
  }
  std::size_t size() const { return by_name_.size(); }

 private:
  struct Text {
    std::uint64_t hash = 0;
    base::WallTime at{};
  };
  struct User {
    std::string name;
    std::array<Text, kTexts> texts{};  // newest first
    std::size_t count = 0;
  };
  const User* find(std::string_view user) const;

  std::size_t max_users_;
  std::list<User> users_;  // who spoke last comes first
  std::unordered_map<std::string_view, std::list<User>::iterator> by_name_;  // views of User::name
};

}  // namespace chat
