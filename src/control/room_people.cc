// Our own operations on the people of a room: roles, bans, who is there, invitations.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "chat/chat.h"
#include "control/call.h"
#include "control/channel_record.h"
#include "control/chat_tokens.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/room_change.h"
#include "control/room_record.h"
#include "io/loop.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxRoles = 10'000;  // of one room

ApiObject put_role(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  const std::string user = text_of(call.input, "userId");
  const std::string role = text_of(call.input, "role");
  if (role == "NONE") {
    auto gone = call.sql.run("DELETE FROM room_roles WHERE room_id = $1 AND user_id = $2",
                             {room->id, user});
    if (!gone) return internal(gone.error());
    return after_reload(call, room->id, {});
  }
  auto counted = call.sql.run("SELECT count(*) FROM room_roles WHERE room_id = $1", {room->id});
  if (!counted) return internal(counted.error());
  if (counted->integer(0, 0) >= kMaxRoles) {
    return invalid(fmt::format("a room may have at most {} users with a role", kMaxRoles));
  }
  auto kept = call.sql.run(
      "INSERT INTO room_roles (room_id, user_id, role) VALUES ($1, $2, $3) "
      "ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role",
      {room->id, user, role});
  if (!kept) return internal(kept.error());
  return after_reload(call, room->id, {});
}

// A list of one room's rows in the order of user ids.
template <class Show>
ApiObject list_people(Call& call, std::string_view statement, std::string_view member, Show show,
                      std::span<const io::SqlValue> more = {}) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  std::vector<io::SqlValue> values{room->id, page->after, page->limit + 1};
  values.insert(values.end(), more.begin(), more.end());
  auto rows = call.sql.run(statement, std::span<const io::SqlValue>(values));
  if (!rows) return internal(rows.error());
  return listing(call, *page, *rows, member, [&](std::size_t row) { return show(*rows, row); });
}

ApiObject list_roles(Call& call) {
  return list_people(call,
                     "SELECT user_id, role FROM room_roles WHERE room_id = $1 AND user_id > $2 "
                     "ORDER BY user_id LIMIT $3",
                     "roles", [](const io::SqlResult& rows, std::size_t row) {
                       return json::object{{"userId", rows.text(row, 0)},
                                           {"role", rows.text(row, 1)}};
                     });
}

json::object ban_object(const std::string& user, std::optional<std::int64_t> until,
                        const std::string& reason, std::int64_t created_at) {
  const auto time_text = [](std::int64_t microseconds) {
    return base::to_rfc3339(base::WallTime(std::chrono::microseconds(microseconds)));
  };
  json::object object{{"userId", user}, {"createTime", time_text(created_at)}};
  if (until) object["until"] = time_text(*until);
  if (!reason.empty()) object["reason"] = reason;
  return object;
}

ApiObject change(Call& call, const chat::RoomChange& wanted, json::object output) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto changed = control::change_room(call.sql, chat::RoomId(room->id), wanted, call.now);
  if (!changed && changed.error().code == base::ErrorCode::kNotFound) {
    return not_found(changed.error().message);
  }
  if (!changed && changed.error().code == base::ErrorCode::kLimit) {
    return invalid(changed.error().message);
  }
  if (!changed) return internal(changed.error());
  return after_reload(call, room->id, std::move(output));
}

ApiObject ban(Call& call) {
  chat::RoomChange wanted{.kind = chat::RoomChange::Kind::kBan};
  wanted.ban.user_id = text_of(call.input, "userId");
  wanted.ban.reason = text_of(call.input, "reason");
  std::optional<std::int64_t> until;
  if (has(call.input, "durationSeconds")) {
    wanted.ban.until =
        call.now + std::chrono::seconds(integer_of(call.input, "durationSeconds", 0));
    until = wanted.ban.until->time_since_epoch().count();
  }
  return change(call, wanted,
                {{"ban", ban_object(wanted.ban.user_id, until, wanted.ban.reason,
                                    call.now.time_since_epoch().count())}});
}

ApiObject unban(Call& call) {
  chat::RoomChange wanted{.kind = chat::RoomChange::Kind::kUnban};
  wanted.ban.user_id = text_of(call.input, "userId");
  return change(call, wanted, {});
}

ApiObject list_bans(Call& call) {
  // Those that are over are gone, whether or not somebody has swept them away.
  const io::SqlValue now = std::int64_t{call.now.time_since_epoch().count()};
  return list_people(
      call,
      "SELECT user_id, until_at, reason, created_at FROM room_bans WHERE room_id = $1 AND "
      "user_id > $2 AND (until_at IS NULL OR until_at > $4) ORDER BY user_id LIMIT $3",
      "bans",
      [](const io::SqlResult& rows, std::size_t row) {
        return ban_object(rows.text(row, 0),
                          rows.is_null(row, 1) ? std::nullopt : std::optional(rows.integer(row, 1)),
                          rows.text(row, 2), rows.integer(row, 3));
      },
      std::span(&now, 1));
}

ApiObject get_presence(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  chat::Chat* const chat = call.platform.chat;
  if (chat == nullptr) return api_fail("InternalServerException", "the server is starting", 500);
  const auto most = static_cast<std::size_t>(integer_of(call.input, "maxResults", 100));
  call.later = [chat, most, &loop = call.platform.loop, id = chat::RoomId(room->id)](
                   json::object, Call::Finish finish) {
    chat->presence(id, most, loop,
                   [finish = std::move(finish)](const chat::Presence& presence) mutable {
                     json::array users;
                     for (const std::string& user : presence.users) users.emplace_back(user);
                     finish(json::object{{"connections", presence.connections},
                                         {"userCount", presence.user_count},
                                         {"users", std::move(users)}});
                   });
  };
  return json::object{};
}

ApiObject create_invite(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "channelArn"));
  if (!channel) return std::unexpected(channel.error());
  ChatInvite invite;
  invite.channel = base::ChannelId(channel->id);
  invite.role = chat::role_of(text_of(call.input, "role")).value_or(chat::Role::kNone);
  invite.display_name = text_of(call.input, "displayName");
  invite.user_id = text_of(call.input, "userId", "u-" + base::random_alphanumeric(12));
  invite.expires_at =
      call.now + std::chrono::seconds(integer_of(call.input, "durationSeconds", 3600));
  const std::string text = call.platform.chat_tokens.issue(invite);
  return json::object{{"invite", text},
                      // Behind the '#' it reaches no server and no log.
                      {"watchUrl", fmt::format("{}/watch/{}#invite={}", call.endpoints.public_url,
                                               channel->id, text)},
                      {"expirationTime", base::to_rfc3339(invite.expires_at)}};
}

}  // namespace

std::span<const Handler> room_people_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"PutRoomRole", kWrite, put_role},
      {"ListRoomRoles", kRead, list_roles},
      {"BanRoomUser", kWrite, ban},
      {"UnbanRoomUser", kWrite, unban},
      {"ListRoomBans", kRead, list_bans},
      {"GetRoomPresence", kRead, get_presence},
      {"CreateRoomInvite", kRead, create_invite},
  };
  return kHandlers;
}

}  // namespace control
