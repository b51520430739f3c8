#include "control/chat_log_health.h"

#include <algorithm>

#include "base/log.h"
#include "control/webhook.h"

namespace control {
namespace {

constexpr std::chrono::minutes kLongestPause{10};

}  // namespace

void ChatLogHealth::failed(const std::string& configuration, const base::Error& error,
                           base::WallTime now, double random) {
  Errors& errors = errors_[configuration];
  if (error.code == base::ErrorCode::kUnauthorized) {
    ++errors.access_denied;
  } else if (error.code == base::ErrorCode::kNotFound) {
    ++errors.not_found;
  } else {
    ++errors.other;
  }
  Pause& pause = pauses_[configuration];
  if (++pause.attempts == 1) {
    base::log_warn("chat logs cannot be delivered and wait",
                   {{"configuration", configuration}, {"reason", error.message}});
  }
  const auto wait = std::min<base::Duration>(retry_pause(pause.attempts, random), kLongestPause);
  pause.until = now + std::chrono::ceil<std::chrono::microseconds>(wait);
}

void ChatLogHealth::succeeded(const std::string& configuration) {
  if (pauses_.erase(configuration) > 0) {
    base::log_info("chat logs are delivered again", {{"configuration", configuration}});
  }
}

bool ChatLogHealth::is_paused(const std::string& configuration, base::WallTime now) const {
  const auto pause = pauses_.find(configuration);
  if (pause == pauses_.end()) return false;
  // A clock that was set back must not pause for ever.
  return pause->second.until > now && pause->second.until <= now + kLongestPause;
}

void ChatLogHealth::end_pauses() {
  for (auto& [configuration, pause] : pauses_) pause.until = {};
}

}  // namespace control
