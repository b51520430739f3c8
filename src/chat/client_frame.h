// What a client says to a room: one JSON text message (docs/chat.md) read into one of the actions.
// No state; safe from every thread. The room's own rules (capabilities, its length, rates) are
// checked by the room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "chat/chat.h"

namespace chat {

struct SendMessage {
  std::string content;  // at least one code point
  Attributes attributes;
};
struct DeleteMessage {
  std::string id;  // 12 alphanumerics
  std::string reason;
};
struct DisconnectUser {
  std::string user_id;
  std::string reason;
};

// ---- for extended clients only --------------------------------------------------------------

struct React {
  std::string id;
  std::string reaction;  // one emoji
  bool remove = false;
};
struct PinMessage {
  std::string id;
};
struct UnpinMessage {};
struct BanUser {
  std::string user_id;
  std::optional<std::chrono::seconds> duration;  // absent: until it is lifted
  std::string reason;
};
struct UnbanUser {
  std::string user_id;
};
struct SetSlowMode {
  std::chrono::seconds interval{0};  // 0: off
};

using ClientAction = std::variant<SendMessage, DeleteMessage, DisconnectUser, React, PinMessage,
                                  UnpinMessage, BanUser, UnbanUser, SetSlowMode>;

struct ClientFrame {
  std::string request_id;  // empty if there was none
  ClientAction action;
};

/// What the ERROR frame says.
struct ClientFrameError {
  int code = 400;               // or 413
  std::string message = {};     // says what to do
  std::string request_id = {};  // empty if none could be read
};

enum class Dialect : std::uint8_t {
  kService,   // the three actions of the service
  kExtended,  // and our own
};

inline constexpr std::size_t kMaxRequestId = 64;     // characters
inline constexpr std::size_t kMaxUserId = 128;       // characters
inline constexpr std::size_t kMaxReason = 256;       // characters
inline constexpr std::size_t kMaxAttributes = 1024;  // octets of all names and values together
/// Octets: no room allows more than 500 code points, of four octets each.
inline constexpr std::size_t kMaxContent = 2000;
inline constexpr std::string_view kTooLong = "Message exceeds maximum length";

/// Reads `text`, whose size is limited by the caller. Members that the action does not have are
/// passed over, null counts as absent. A member that comes twice, has the wrong type or breaks its
/// bounds is a 400; content beyond kMaxContent and attributes beyond kMaxAttributes are a 413. All
/// texts in the result are UTF-8 without U+0000.
std::expected<ClientFrame, ClientFrameError> parse_client_frame(std::string_view text,
                                                                Dialect dialect);

/// Code points in `text`, which is UTF-8.
std::size_t code_points(std::string_view text);

/// Octets of all names and values together.
std::size_t octets(const Attributes& attributes);

}  // namespace chat
