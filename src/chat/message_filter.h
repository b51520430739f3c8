// The built-in review of messages: who may speak, slow mode, blocked words and patterns, links,
// repeated text. One for each room, on the room's home loop; not asked about members that are VIP
// or more. What each rule catches stands in its header, filter/*.h.
//
// The time is an argument; it should not go back, but nobody is locked out if it does.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"

namespace chat {

/// The ERROR frame for a message that is not said.
struct Rejection {
  int code = 406;       // 429: slow mode
  std::string message;  // the whole ErrorMessage
  /// Where the same message would be taken later.
  std::optional<std::chrono::seconds> retry_after = {};
};

class MessageFilter {
 public:
  /// Users whose last messages are remembered; those who were silent longest are forgotten.
  static constexpr std::size_t kMaxUsers = 100'000;

  MessageFilter();  // lets everything pass
  ~MessageFilter();
  MessageFilter(MessageFilter&&) noexcept;
  MessageFilter& operator=(MessageFilter&&) noexcept;

  /// New settings; what is known of users stays. On kInvalid (never after check_moderation) the
  /// patterns do not apply, everything else does.
  base::Expected<void> apply(const Moderation& moderation);

  /// Nothing: the message may be said, and counts for slow mode and repetition from now on.
  /// `content` is UTF-8.
  std::optional<Rejection> check(std::string_view user_id, const Attributes& user_attributes,
                                 std::string_view content, base::WallTime now);

  /// Users remembered now.
  std::size_t users() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// ---- bounds of the settings, for check_moderation -------------------------------------------

inline constexpr std::size_t kMaxBlockedWords = 10'000;
inline constexpr std::size_t kMaxBlockedWord = 100;              // characters of each
inline constexpr std::size_t kMaxBlockedWordOctets = 256 << 10;  // of all together
inline constexpr std::size_t kMaxBlockedPatterns = 100;
inline constexpr std::size_t kMaxBlockedPattern = 200;  // characters of each
inline constexpr std::chrono::seconds kMaxRepeatedText{24 * 3600};
inline constexpr std::chrono::seconds kMaxSlowMode{3600};
inline constexpr std::chrono::seconds kMaxNewAccount{10LL * 365 * 24 * 3600};

}  // namespace chat
