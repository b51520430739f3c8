#include "chat/room_rules.h"

#include <algorithm>
#include <utility>

namespace chat {
namespace {

bool holds(const Ban& ban, base::WallTime now) {
  return !ban.until || *ban.until > now;
}

}  // namespace

RuleChanges RoomRules::apply(const RoomRecord& record, base::WallTime now) {
  RuleChanges changes;
  const auto max_length = static_cast<std::size_t>(std::max(record.max_length, 0));
  changes.has_limits = max_length != max_length_ || record.moderation.slow_mode != slow_mode_;
  arn_ = record.arn;
  max_rate_ = static_cast<std::size_t>(std::max(record.max_rate, 1));
  max_length_ = max_length;
  slow_mode_ = record.moderation.slow_mode;
  review_ = record.review;

  std::map<std::string, Ban, std::less<>> bans;
  for (const Ban& ban : record.bans) {
    if (!holds(ban, now)) continue;
    const auto before = bans_.find(ban.user_id);
    if (before == bans_.end() || !holds(before->second, now) || before->second.until != ban.until ||
        before->second.reason != ban.reason) {
      changes.banned.push_back(ban);
    }
    bans.insert_or_assign(ban.user_id, ban);
  }
  for (const auto& [user, ban] : bans_) {
    if (!bans.contains(user)) changes.unbanned.push_back(user);
  }
  bans_ = std::move(bans);

  std::map<std::string, Role, std::less<>> roles;
  for (const auto& [user, role] : record.roles) {
    if (role == Role::kNone) continue;
    if (kept_role(user) != role) changes.roles.emplace_back(user, role);
    roles.insert_or_assign(user, role);
  }
  for (const auto& [user, role] : roles_) {
    if (!roles.contains(user)) changes.roles.emplace_back(user, Role::kNone);
  }
  roles_ = std::move(roles);
  return changes;
}

bool RoomRules::is_banned(std::string_view user_id, base::WallTime now) const {
  const auto found = bans_.find(user_id);
  return found != bans_.end() && holds(found->second, now);
}

Role RoomRules::kept_role(std::string_view user_id) const {
  const auto found = roles_.find(user_id);
  return found == roles_.end() ? Role::kNone : found->second;
}

Role RoomRules::role(const Person& person) const {
  return std::max(person.role, kept_role(person.user_id));
}

Capabilities RoomRules::capabilities(const Person& person) const {
  Capabilities all = person.capabilities;
  if (role(person) >= Role::kModerator) all.delete_message = all.disconnect_user = true;
  return all;
}

bool RoomRules::is_moderator(const Person& person) const {
  const Capabilities all = capabilities(person);
  return all.delete_message && all.disconnect_user;
}

}  // namespace chat
