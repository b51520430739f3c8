#include "chat/used_tokens.h"

#include <functional>
#include <string>

namespace chat {

bool UsedTokens::use(std::string_view room, std::string_view id, base::WallTime expires_at,
                     base::WallTime now) {
  while (!by_end_.empty() && by_end_.begin()->first < now) forget_first();
  std::string name(room);
  name.push_back('/');
  name.append(id);
  const std::size_t hash = std::hash<std::string>{}(name);
  if (!used_.insert(hash).second) return false;
  by_end_.emplace(expires_at, hash);
  if (used_.size() > most_) forget_first();
  return true;
}

void UsedTokens::forget_first() {
  used_.erase(by_end_.begin()->second);
  by_end_.erase(by_end_.begin());
}

}  // namespace chat
