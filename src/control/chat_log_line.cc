#include "control/chat_log_line.h"

#include <fmt/format.h>

#include "base/time.h"

namespace control {

std::string chat_log_line(const chat::Entry& entry) {
  return fmt::format(R"({{"event_timestamp":"{}","type":"{}","version":"{}","payload":{}}})",
                     base::to_rfc3339_ms(entry.at),
                     entry.kind == chat::Entry::Kind::kMessage ? "MESSAGE" : "EVENT",
                     kChatLogVersion, entry.payload.text());
}

}  // namespace control
