// Who may do what in the chats of people's channels, and the rooms of control that are told of it.
// The tables of this folder are the truth; a room is told so that open connections learn of it.
// Made by ChatMinder::create; from any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/people/accounts.h"
#include "app/talk/chat_minder.h"
#include "app/talk/standing_memory.h"
#include "app/talk/talk_store.h"

namespace app {

/// A channel as its chat's routes see it.
struct ChatPlace {
  Account owner;
  ChannelRow channel;
};

/// What somebody gets who comes in.
struct ChatEntry {
  std::string token;
  std::string session_ends;
  std::string token_ends;
  bool may_send = false;
  bool may_moderate = false;
  std::string user_id;
  std::string display_name;
  ChatRole role = ChatRole::kNone;
  std::optional<std::int64_t> followers_only;  // seconds until they may speak
};

class Minder final : public ChatMinder {
 public:
  explicit Minder(Parts& parts) : parts_(parts) {}

  Outcome<bool> is_banned(io::SqlConnection& sql, std::string_view owner, std::string_view account,
                          base::WallTime now) override;
  Outcome<std::string> role_in(io::SqlConnection& sql, std::string_view owner,
                               const Viewer& viewer) override;
  Outcome<ChatModes> modes_of(io::SqlConnection& sql, std::string_view owner) override;
  Outcome<boost::json::object> token(Call& call, const ChannelRow& channel,
                                     const std::optional<Viewer>& viewer) override;
  Outcome<void> ban(Call& call, const ChannelRow& channel, std::string_view account,
                    std::string_view reason, std::int64_t seconds) override;
  Outcome<void> unban(Call& call, const ChannelRow& channel, std::string_view account) override;

  /// `visitor`: the id that a visitor had before; empty: a new one.
  Outcome<ChatEntry> enter(Call& call, const ChannelRow& channel,
                           const std::optional<Viewer>& viewer, std::string_view visitor);
  /// 401 for strangers where only members may read, 403 for whoever is banned.
  Outcome<void> may_read(Call& call, const ChannelRow& channel);
  /// What somebody is there now: a banned person has no role.
  Outcome<ChatRole> role_now(io::SqlConnection& sql, std::string_view owner, const Viewer& viewer,
                             base::WallTime now);
  /// The role is kept, and the room told.
  Outcome<void> give_role(Call& call, const ChatPlace& place, const Account& person, ChatRole role);
  /// Bans that moderators set or lifted in the room itself are taken over.
  Outcome<void> read_room(Call& call, const ChatPlace& place);
  void forget(std::string_view owner, std::string_view account) { memory_.forget(owner, account); }

  // What happens to accounts; on a slow thread.
  void on_renamed(io::SqlConnection& sql, const Account& account);
  void on_changed(io::SqlConnection& sql, const Account& account);
  void on_erased(io::SqlConnection& sql, const Account& account);

 private:
  Outcome<Standing> standing(io::SqlConnection& sql, std::string_view owner,
                             std::string_view account, base::WallTime now);
  Outcome<ChatEntry> enter_as_visitor(Call& call, const ChannelRow& channel,
                                      std::string_view visitor);
  Outcome<boost::json::object> attributes_of(Call& call, const Account& account, bool is_follower);
  /// 403 Banned, unless a moderator has lifted the ban in the room meanwhile.
  Outcome<void> refuse_banned(Call& call, const ChannelRow& channel, const Account& account);
  /// The room bans somebody whom we do not: kept here too, or lifted where it cannot be meant.
  /// The ban if it holds.
  Outcome<std::optional<ChatBan>> adopt(Call& call, const ChannelRow& channel,
                                        const Account& account);
  Outcome<bool> adopt(Call& call, const ChannelRow& channel, const Account& account,
                      const boost::json::object& in_room);
  /// The room and the table of seats know the account's name and role from now on.
  Outcome<void> seat(io::SqlConnection& sql, const ChatSeat& wanted, base::WallTime now);
  void lift_all(io::SqlConnection& sql, const Account& account);
  void tell(io::SqlConnection& sql, std::string_view event, const ChatBan& ban);
  control::OwnAnswer ask(std::string_view operation, boost::json::object input);

  Parts& parts_;
  StandingMemory memory_;
};

inline Minder& minder_of(Call& call) {
  return static_cast<Minder&>(*call.parts.chat);  // the only one that create() makes
}

/// The channel that the path names at "{name}". 404 if there is none.
Outcome<ChatPlace> place_of(Call& call);
/// The same, for those who moderate there; 403 for others.
Outcome<ChatPlace> moderated_place_of(Call& call);
/// The account that the path names at "{person}". 404 if there is none.
Outcome<Account> person_of(Call& call);
/// "name", "avatar" and "color" of an account; a name that says so if it is gone.
boost::json::object shown_person(Call& call, std::string_view account);
std::string name_of(Call& call, std::string_view account);
/// As clients know them: who may send, delete, disconnect.
boost::json::array capabilities_of(const ChatEntry& entry);

/// Whether an operation's refusal only says that what was wanted is the case already.
inline bool is_missing(const control::OwnAnswer& answer) {
  return answer.error == "ResourceNotFoundException";
}
/// 404 and 400 of control as ours, anything else as broken.
std::unexpected<Refusal> refusal_of(const control::OwnAnswer& answer, std::string_view what);

inline constexpr std::chrono::minutes kChatSession{60};
/// The age of accounts that rooms are told of: what a chat may ask of those who speak.
inline constexpr std::int64_t kMaxNewAccount = 30 * 24 * 3600;

}  // namespace app
