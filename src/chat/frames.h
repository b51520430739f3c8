// What the server says to members: the JSON of the frames in docs/chat.md, in the service's order
// of members. One pass and one allocation each; a frame is encoded once, however many hear it.
// No state; safe from every thread. All texts given must be UTF-8; absent and empty are the same:
// RequestId, attributes and a role that is kNone are left out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "chat/chat.h"

namespace chat {

/// Everything is only looked at during the call.
struct MessageFrame {
  std::string_view id;
  std::string_view request_id;
  std::string_view content;
  const Attributes& attributes;
  std::string_view user_id;
  const Attributes& user_attributes;
  Role role = Role::kNone;
  base::WallTime at{};
};
std::string message_json(const MessageFrame& frame);

struct EventFrame {
  std::string_view id;
  std::string_view request_id;
  std::string_view name;
  const Attributes& attributes;
  base::WallTime at{};
};
std::string event_json(const EventFrame& frame);

struct ErrorFrame {
  std::string_view id;
  std::string_view request_id;
  int code = 500;
  std::string_view message;
  /// For extended clients, where waiting helps.
  std::optional<std::chrono::seconds> retry_after = {};
};
std::string error_json(const ErrorFrame& frame);

/// The same frame as part of the history: `"History":true` behind the Id, no RequestId. `frame` is
/// a MESSAGE or EVENT made above; one that is marked already, or that is not of this form, comes
/// back as it is.
std::string history_json(std::string_view frame);

}  // namespace chat
