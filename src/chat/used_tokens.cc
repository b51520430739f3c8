#include "chat/used_tokens.h"

#include <functional>
#include <string>

namespace chat {

bool UsedTokens::use(std::string_view room, std::string_view id, base::WallTime expires_at,
                     base::WallTime now) {
  while (!used_.empty() && used_.begin()->first < now) used_.erase(used_.begin());
  std::string name(room);
  name.push_back('/');
  name.append(id);
  if (!used_.emplace(expires_at, std::hash<std::string>{}(name)).second) return false;
  if (used_.size() > most_) used_.erase(used_.begin());
  return true;
}

}  // namespace chat
