#include "control/channel_chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/check.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "control/channel_record.h"
#include "control/chat_history.h"
#include "control/chat_tokens.h"
#include "control/platform.h"
#include "control/room_record.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

constexpr std::size_t kIdLength = 12;
constexpr std::ptrdiff_t kMaxName = 50;  // code points
constexpr std::chrono::hours kVisitorKept{24 * 30};
constexpr std::chrono::minutes kSession{180};

// Told apart at a glance on dark and on light; pages may adjust them.
constexpr std::array<std::string_view, 12> kColours = {"#e4572e", "#f3a712", "#a8c686", "#29bf89",
                                                       "#17a9c4", "#4f86f7", "#8367c7", "#c65bcf",
                                                       "#e0559b", "#b5651d", "#6b9080", "#7d8ca3"};

std::string_view colour_of(std::string_view user) {
  return kColours[base::sha256(base::as_bytes(user))[0] % kColours.size()];
}

// A name that people can read: no control characters, no space around it.
base::Expected<std::string> read_name(std::string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  const auto characters = std::ranges::count_if(
      name, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  const bool has_controls = std::ranges::any_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (characters > kMaxName || has_controls || !base::is_utf8(name)) {
    return base::fail(
        base::ErrorCode::kInvalid,
        fmt::format("a name has at most {} characters, all of them visible", kMaxName));
  }
  return std::string(name);
}

/// Who comes in.
struct Person {
  std::string user_id;
  std::string display_name;
  chat::Role role = chat::Role::kNone;
  bool may_send = true;
  bool is_invited = false;
};

base::Expected<Person> read_person(const ChatTokens& tokens, const Control::ChatEntry& entry,
                                   base::WallTime now) {
  auto name = read_name(entry.display_name);
  if (!name) return base::fail(std::move(name.error()));
  Person person;
  person.display_name = std::move(*name);
  person.may_send = entry.may_send;
  if (!entry.invite.empty()) {
    auto invite = tokens.check_invite(entry.invite, now);
    if (!invite) return base::fail(std::move(invite.error()));
    if (invite->channel != entry.channel) {
      return base::fail(base::ErrorCode::kUnauthorized, "the invitation is for another channel");
    }
    person.user_id = invite->user_id;
    person.role = invite->role;
    person.may_send = person.is_invited = true;
    if (person.display_name.empty()) person.display_name = invite->display_name;
    if (person.display_name.empty()) {
      person.display_name = person.role >= chat::Role::kModerator ? "Moderator" : "Guest";
    }
    return person;
  }
  if (auto visitor = tokens.check_visitor(entry.visitor, now)) {
    person.user_id = std::move(visitor->user_id);
  } else {
    person.user_id = "g-" + base::random_alphanumeric(kIdLength);
  }
  // Without a name one may look on.
  if (person.display_name.empty()) person.may_send = false;
  return person;
}

// The chat of a private channel is its application's: only invitations let in from pages.
base::Expected<std::string> find_room(io::SqlConnection& sql, const base::ChannelId& channel,
                                      bool is_invited) {
  auto rows = sql.run(
      "SELECT c.authorized, r.room_id FROM channels c "
      "LEFT JOIN channel_rooms r ON r.channel_id = c.id WHERE c.id = $1",
      {channel.str()});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return base::fail(base::ErrorCode::kNotFound, "there is no such channel");
  if (rows->integer(0, 0) != 0 && !is_invited) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "this channel is private: its chat takes invited people only");
  }
  return rows->is_null(0, 1) ? std::string() : rows->text(0, 1);
}

// Inside a transaction: two who come at once get the same room.
base::Expected<void> make_room(io::SqlConnection& sql, const base::ChannelId& channel,
                               base::WallTime now) {
  auto known = find_room(sql, channel, true);
  if (!known) return base::fail(std::move(known.error()));
  if (!known->empty()) return {};
  RoomRow room;
  room.id = base::random_alphanumeric(kIdLength);
  room.name = "channel-" + channel.str();
  room.created_at = room.updated_at = now.time_since_epoch().count();
  if (auto made = insert_room(sql, room); !made) return made;
  auto bound = sql.run("INSERT INTO channel_rooms (channel_id, room_id) VALUES ($1, $2)",
                       {channel.str(), room.id});
  if (!bound) return base::fail(std::move(bound.error()));
  return {};
}

base::Expected<Control::ChatEntryGrant> let_in(io::SqlConnection& sql, const Platform& platform,
                                               const std::string& room_id, const Person& person,
                                               base::WallTime now) {
  auto ban = find_ban(sql, room_id, person.user_id, now);
  if (!ban) return base::fail(std::move(ban.error()));
  if (*ban && !(*ban)->until) {
    return base::fail(base::ErrorCode::kConflict, "you are banned from this chat");
  }
  Control::ChatEntryGrant grant;
  if (*ban) {
    grant.banned_until = (*ban)->until;
    return grant;
  }
  auto room = load_room(sql, room_id);
  if (!room) return base::fail(std::move(room.error()));
  if (!*room) return base::fail(base::ErrorCode::kNotFound, "the room was deleted just now");
  const bool moderates = person.role >= chat::Role::kModerator;
  chat::Pass pass;
  pass.room = chat::RoomId(room_id);
  pass.user_id = person.user_id;
  pass.role = person.role;
  pass.capabilities = {
      .send_message = person.may_send, .delete_message = moderates, .disconnect_user = moderates};
  if (!person.display_name.empty()) {
    pass.attributes.emplace_back("displayName", person.display_name);
  }
  pass.attributes.emplace_back("color", colour_of(person.user_id));
  pass.expires_at = pass.session_ends_at = now + kSession;
  grant.token = platform.chat_tokens.issue(pass);
  grant.user_id = person.user_id;
  grant.display_name = person.display_name;
  grant.role = person.role;
  grant.capabilities = pass.capabilities;
  grant.token_expires_at = pass.expires_at;
  grant.session_ends_at = pass.session_ends_at;
  grant.max_length = (*room)->max_length;
  grant.room_arn = make_arn(platform.home, "room", room_id);
  if (!person.is_invited) {
    grant.visitor = platform.chat_tokens.issue(ChatVisitor{person.user_id, now + kVisitorKept});
  }
  return grant;
}

}  // namespace

void ChannelChat::enter(
    Control::ChatEntry entry,
    std::move_only_function<void(base::Expected<Control::ChatEntryGrant>)> done) {
  const base::WallTime now = io::Loop::wall_now();
  auto person = read_person(platform_.chat_tokens, entry, now);
  if (!person) return done(base::fail(std::move(person.error())));
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const auto busy = [kept] {
    (*kept)(base::fail(base::ErrorCode::kLimit, "too many requests wait; try again"));
  };
  const bool is_invited = person->is_invited;
  const auto admit = [this, kept, who = std::move(*person), now](io::SqlConnection& sql,
                                                                 const std::string& room) {
    (*kept)(let_in(sql, platform_, room, who, now));
  };
  const auto again = [this, channel = entry.channel, is_invited, kept, admit, busy] {
    const bool taken =
        platform_.sql.read([channel, is_invited, kept, admit](io::SqlConnection& sql) {
          auto room = find_room(sql, channel, is_invited);
          if (!room) return (*kept)(base::fail(std::move(room.error())));
          admit(sql, *room);
        });
    if (!taken) busy();
  };
  const bool taken = platform_.sql.read(
      [this, channel = entry.channel, is_invited, kept, admit, again, now](io::SqlConnection& sql) {
        auto room = find_room(sql, channel, is_invited);
        if (!room) return (*kept)(base::fail(std::move(room.error())));
        if (!room->empty()) return admit(sql, *room);
        platform_.sql.write(
            [channel, now](io::SqlConnection& writer) { return make_room(writer, channel, now); },
            [kept, again](base::Expected<void> made) {
              if (!made) return (*kept)(base::fail(std::move(made.error())));
              again();
            });
      });
  if (!taken) busy();
}

void ChannelChat::messages(
    const base::ChannelId& channel, base::WallTime from, base::WallTime until, std::string after,
    std::size_t limit,
    std::move_only_function<void(base::Expected<std::vector<chat::Entry>>)> done) {
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const bool taken = platform_.sql.read([=](io::SqlConnection& sql) {
    auto room = find_room(sql, channel, false);
    if (!room) return (*kept)(base::fail(std::move(room.error())));
    std::vector<chat::Entry> entries;
    if (room->empty()) return (*kept)(std::move(entries));
    chat_history::Choice choice{.room = chat::RoomId(*room), .from = from, .until = until};
    choice.limit = std::min(limit, chat_history::kMostEntries);
    if (!after.empty()) {
      auto found = chat_history::find(sql, choice.room, after);
      if (!found) return (*kept)(base::fail(std::move(found.error())));
      if (*found) choice.after = (*found)->entry.position;
    }
    auto page = chat_history::page(sql, choice);
    if (!page) return (*kept)(base::fail(std::move(page.error())));
    for (KeptEntry& entry : *page) entries.push_back(std::move(entry.entry));
    (*kept)(std::move(entries));
  });
  if (!taken) (*kept)(base::fail(base::ErrorCode::kLimit, "too many requests wait; try again"));
}

}  // namespace control
