// What applies in a room now, from its record: limits, roles, bans. On the room's home.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chat.h"
#include "chat/person.h"

namespace chat {

/// How the rules differ from those before.
struct RuleChanges {
  std::vector<Ban> banned;            // new, or other than before
  std::vector<std::string> unbanned;  // user ids
  std::vector<std::pair<std::string, Role>> roles;
  bool has_limits = false;  // slow mode or length
};

class RoomRules {
 public:
  /// Takes over the record's rules; what it says of history is not looked at.
  RuleChanges apply(const RoomRecord& record, base::WallTime now);

  const std::string& arn() const { return arn_; }
  std::size_t max_rate() const { return max_rate_; }
  std::size_t max_length() const { return max_length_; }
  std::chrono::seconds slow_mode() const { return slow_mode_; }
  const std::optional<Review>& review() const { return review_; }

  bool is_banned(std::string_view user_id, base::WallTime now) const;
  /// The role that is kept for a user.
  Role kept_role(std::string_view user_id) const;
  Role role(const Person& person) const;
  /// What the person may do, by token and by role.
  Capabilities capabilities(const Person& person) const;
  /// Has the role, or a token with both capabilities of moderators.
  bool is_moderator(const Person& person) const;

 private:
  std::string arn_;
  std::size_t max_rate_ = 1;
  std::size_t max_length_ = 0;
  std::chrono::seconds slow_mode_{0};
  std::optional<Review> review_;
  std::map<std::string, Ban, std::less<>> bans_;
  std::map<std::string, Role, std::less<>> roles_;
};

}  // namespace chat
