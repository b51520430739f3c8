// One entry of a chat log, wherever the log is kept.
#pragma once

#include <string>
#include <string_view>

#include "chat/chat.h"

namespace control {

inline constexpr std::string_view kChatLogVersion = "1.0";

/// {"event_timestamp":...,"type":"MESSAGE"|"EVENT","version":"1.0","payload":<the frame>}, without
/// a line break. For messages and events.
std::string chat_log_line(const chat::Entry& entry);

}  // namespace control
