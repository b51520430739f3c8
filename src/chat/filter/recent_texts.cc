#include "chat/filter/recent_texts.h"

#include <algorithm>
#include <span>

namespace chat {
namespace {

/// A clock that was set back must not lock anybody out.
std::optional<base::Duration> rest_of(base::WallTime since, base::Duration interval,
                                      base::WallTime now) {
  const base::Duration passed = now - since;
  if (passed < base::Duration::zero() || passed >= interval) return std::nullopt;
  return interval - passed;
}

}  // namespace

const RecentTexts::User* RecentTexts::find(std::string_view user) const {
  const auto found = by_name_.find(user);
  return found == by_name_.end() ? nullptr : &*found->second;
}

std::optional<base::Duration> RecentTexts::wait(std::string_view user, base::Duration interval,
                                                base::WallTime now) const {
  const User* const known = find(user);
  if (known == nullptr) return std::nullopt;
  return rest_of(known->texts.front().at, interval, now);
}

std::optional<base::Duration> RecentTexts::wait_to_repeat(std::string_view user, std::uint64_t hash,
                                                          base::Duration interval,
                                                          base::WallTime now) const {
  const User* const known = find(user);
  if (known == nullptr) return std::nullopt;
  for (const Text& text : std::span(known->texts).first(known->count)) {
    if (text.hash == hash) return rest_of(text.at, interval, now);
  }
  return std::nullopt;
}

void RecentTexts::said(std::string_view user, std::uint64_t hash, base::Duration memory,
                       base::WallTime now) {
  if (const auto found = by_name_.find(user); found != by_name_.end()) {
    users_.splice(users_.begin(), users_, found->second);
  } else {
    users_.push_front(User{.name = std::string(user)});
    by_name_.emplace(users_.front().name, users_.begin());
  }
  User& known = users_.front();
  std::ranges::rotate(known.texts, std::prev(known.texts.end()));
  known.texts.front() = {hash, now};
  known.count = std::min(known.count + 1, kTexts);
  // Two at a time, so that it shrinks again and no message pays for many.
  for (int i = 0; i < 2 && users_.size() > 1; ++i) {
    const base::Duration age = now - users_.back().texts.front().at;
    if (users_.size() <= max_users_ && age < memory) break;
    by_name_.erase(users_.back().name);
    users_.pop_back();
  }
}

}  // namespace chat
