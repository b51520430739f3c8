// Chat of people's channels: who may come in and as what, bans, time-outs, moderators, modes, word
// lists, reports. Tables: component "app.talk".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/channels/channels.h"
#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

/// What a page says of a chat before anybody enters it.
struct ChatModes {
  std::int64_t slow_mode = 0;        // seconds between two messages of one person; 0: off
  std::int64_t followers_only = -1;  // seconds that speakers have followed; -1: off
};

class ChatMinder {
 public:
  static base::Expected<std::unique_ptr<ChatMinder>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~ChatMinder() = default;
  static std::span<const Route> routes();
  /// Of the UGC demo's backend: /channel/chatToken/create, /channel/ban, /channel/unban.
  static std::span<const Route> demo_routes();

  /// Whether `account` is banned from the channel of `owner` (until when does not matter here).
  virtual Outcome<bool> is_banned(io::SqlConnection& sql, std::string_view owner,
                                  std::string_view account, base::WallTime now) = 0;
  /// What somebody is in the chat of a channel: "NONE", "VIP", "MODERATOR", "OWNER". Moderators and
  /// administrators of the platform moderate everywhere.
  virtual Outcome<std::string> role_in(io::SqlConnection& sql, std::string_view owner,
                                       const Viewer& viewer) = 0;
  virtual Outcome<ChatModes> modes_of(io::SqlConnection& sql, std::string_view owner) = 0;
  /// A chat token in the demo's form: {token, sessionExpirationTime, tokenExpirationTime,
  /// capabilities[]}. `viewer` nobody: a visitor, who may only read.
  virtual Outcome<boost::json::object> token(Call& call, const ChannelRow& channel,
                                             const std::optional<Viewer>& viewer) = 0;
  /// Bans by the demo's route, too. Refuses to ban oneself, the owner, or staff of the platform.
  virtual Outcome<void> ban(Call& call, const ChannelRow& channel, std::string_view account,
                            std::string_view reason, std::int64_t seconds) = 0;
  virtual Outcome<void> unban(Call& call, const ChannelRow& channel, std::string_view account) = 0;
};

}  // namespace app
