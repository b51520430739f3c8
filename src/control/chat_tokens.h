// Chat tokens and invitations: signed text that says everything itself, so that nothing has to be
// kept for them. A token is `chat1.<payload>.<signature>`, both parts base64url without padding:
// every character may stand in a subprotocol of a WebSocket handshake (RFC 9110, token).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "chat/chat.h"

namespace control {

class SecretBox;

/// Lets somebody into the room of a channel with a role, until it expires. May be used again: who
/// holds it gets a new token whenever the connection was lost.
struct ChatInvite {
  base::ChannelId channel;
  std::string user_id;
  std::string display_name;  // may be empty
  chat::Role role = chat::Role::kModerator;
  base::WallTime expires_at{};
};

/// A visitor without an account, who is the same person when coming back.
struct ChatVisitor {
  std::string user_id;
  base::WallTime expires_at{};
};

/// Immutable; safe from every thread.
class ChatTokens {
 public:
  explicit ChatTokens(const SecretBox& secrets);

  std::string issue(const chat::Pass& pass) const;
  /// kUnauthorized with a sentence for the client. Whether it was used before is the room's to say.
  base::Expected<chat::Pass> check(std::string_view token, base::WallTime now) const;

  std::string issue(const ChatInvite& invite) const;
  base::Expected<ChatInvite> check_invite(std::string_view text, base::WallTime now) const;

  std::string issue(const ChatVisitor& visitor) const;
  base::Expected<ChatVisitor> check_visitor(std::string_view text, base::WallTime now) const;

 private:
  std::string sign(std::string_view kind, std::string_view payload) const;
  /// The payload, if this is a text of that kind and was signed by us.
  std::optional<std::string> open(std::string_view kind, std::string_view text) const;

  const base::Bytes key_;
};

}  // namespace control
