// What is kept of chats: who is banned, who has a role, how each chat is set up, and where people
// have been. Plain statements on a connection that the caller has; see docs/platform.md for what
// they mean. Times are microseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

/// A role that a channel's owner gave to somebody. Ordered by what it allows.
enum class ChatRole : std::uint8_t { kNone, kVip, kModerator, kOwner };
/// "NONE", "VIP", "MODERATOR", "OWNER", as rooms have them.
std::string_view to_string(ChatRole role);
ChatRole chat_role_from(std::string_view text);

struct ChatBan {
  std::string owner;    // of the channel
  std::string account;  // who is banned
  std::optional<base::WallTime> until;
  std::string reason;
  std::string by;  // an account; empty: in the room, nobody knows by whom
  base::WallTime at{};
  // Where the room was told, and as whom; empty: not yet.
  std::string room_arn;
  std::string room_user;
};

struct ChatSettings {
  std::int64_t slow_mode = 0;  // as the room had it when it was set here
  std::int64_t followers_only = -1;
  bool members_only = false;
};

/// What a room knows of somebody: the name and the role it was told.
struct ChatSeat {
  std::string account;
  std::string owner;
  std::string room_arn;
  std::string room_user;
  ChatRole role = ChatRole::kNone;
};

struct ChatPerson {
  std::string account;
  ChatRole role = ChatRole::kNone;
};

inline std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}
inline base::WallTime time_from(std::int64_t microseconds) {
  return base::WallTime(std::chrono::microseconds(microseconds));
}

namespace talk {

base::Expected<void> migrate(io::SqlConnection& sql);

/// One that is in force.
base::Expected<std::optional<ChatBan>> find_ban(io::SqlConnection& sql, std::string_view owner,
                                                std::string_view account, base::WallTime now);
/// Newest first; `owner` empty: of all channels. Those before `before`, a place in this order.
struct BanPage {
  std::vector<ChatBan> bans;
  std::int64_t last = 0;  // the place of the last one
};
base::Expected<BanPage> list_bans(io::SqlConnection& sql, std::string_view owner,
                                  std::int64_t before, std::size_t limit, base::WallTime now);
base::Expected<std::vector<ChatBan>> bans_of_account(io::SqlConnection& sql,
                                                     std::string_view account);
base::Expected<std::int64_t> count_bans(io::SqlConnection& sql, std::string_view owner);
base::Expected<void> put_ban(io::SqlConnection& sql, const ChatBan& ban);
/// Whether there was one.
base::Expected<bool> drop_ban(io::SqlConnection& sql, std::string_view owner,
                              std::string_view account);
base::Expected<void> note_ban_in_room(io::SqlConnection& sql, const ChatBan& ban);

base::Expected<ChatRole> find_role(io::SqlConnection& sql, std::string_view owner,
                                   std::string_view account);
base::Expected<std::vector<ChatPerson>> list_people(io::SqlConnection& sql, std::string_view owner);
/// kNone takes it away.
base::Expected<void> put_role(io::SqlConnection& sql, std::string_view owner,
                              std::string_view account, ChatRole role, base::WallTime now);

/// The defaults if nothing was set.
base::Expected<ChatSettings> load_settings(io::SqlConnection& sql, std::string_view owner);
base::Expected<void> save_settings(io::SqlConnection& sql, std::string_view owner,
                                   const ChatSettings& settings);

base::Expected<std::optional<ChatSeat>> find_seat(io::SqlConnection& sql, std::string_view owner,
                                                  std::string_view account);
base::Expected<std::vector<ChatSeat>> seats_of(io::SqlConnection& sql, std::string_view account);
/// Those of the account that were last taken before `stale` and have no role go.
base::Expected<void> put_seat(io::SqlConnection& sql, const ChatSeat& seat, base::WallTime now,
                              base::WallTime stale);
base::Expected<void> drop_seats(io::SqlConnection& sql, std::string_view account);

/// Everything that is about this account and nobody else, but for its seats and bans: rooms have to
/// be told of those first.
base::Expected<void> erase(io::SqlConnection& sql, std::string_view account);
base::Expected<void> erase_rest(io::SqlConnection& sql, std::string_view account);

inline constexpr std::int64_t kMaxBans = 50'000;  // of one channel
inline constexpr std::size_t kMaxPeople = 200;    // of one channel with a role

}  // namespace talk
}  // namespace app
