// Rooms and tables brought together: roles and names that rooms are told, bans that were set or
// lifted in a room, and what becomes of all of it when an account changes.
#include <boost/json/array.hpp>
#include <map>
#include <set>
#include <utility>

#include "app/letters/account_notices.h"
#include "app/talk/minder.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr int kMaxBanPages = 50;      // of one person's search
constexpr int kMaxBanPagesRead = 10;  // of a list
constexpr std::int64_t kBansOfPage = 1'000;

// Whoever can tell no more than that goes on with the rest.
void note_failure(std::string_view what, const control::OwnAnswer& answer) {
  if (answer.ok() || is_missing(answer)) return;
  base::log_warn(
      "a chat room could not be told",
      {{"what", std::string(what)}, {"error", answer.error}, {"message", answer.message}});
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

// ---- roles and names --------------------------------------------------------------------------

Outcome<void> Minder::seat(io::SqlConnection& sql, const ChatSeat& wanted, base::WallTime now) {
  auto before = talk::find_seat(sql, wanted.owner, wanted.account);
  if (!before) return broken(before.error());
  const ChatSeat was = before->value_or(ChatSeat{});
  const bool same_place = was.room_arn == wanted.room_arn && was.room_user == wanted.room_user;
  if (same_place && was.role == wanted.role && wanted.role != ChatRole::kNone) return {};
  if (was.role != ChatRole::kNone && was.room_arn == wanted.room_arn && !same_place) {
    note_failure("a former name", ask("PutRoomRole", {{"roomIdentifier", was.room_arn},
                                                      {"userId", was.room_user},
                                                      {"role", "NONE"}}));
  }
  const bool tells_room =
      wanted.role != ChatRole::kNone || (same_place && was.role != ChatRole::kNone);
  if (tells_room) {
    const control::OwnAnswer answer = ask("PutRoomRole", {{"roomIdentifier", wanted.room_arn},
                                                          {"userId", wanted.room_user},
                                                          {"role", to_string(wanted.role)}});
    if (!answer.ok()) return refusal_of(answer, "The chat");
  }
  // Seats without a role are known while somebody may still sit there.
  const base::WallTime stale = now - kChatSession - kChatSession / 2;
  const auto keep = [wanted, now, stale](io::SqlConnection& connection) {
    return talk::put_seat(connection, wanted, now, stale);
  };
  if (!tells_room) {
    // Nobody waits for it: what asks for seats is written behind it.
    parts_.sql.write(keep, [](base::Expected<void> written) {
      if (!written)
        base::log_warn("who is in a chat was not kept", {{"why", written.error().message}});
    });
    return {};
  }
  return write_and_wait(parts_.sql, [keep](io::SqlConnection& connection) -> Outcome<void> {
    if (auto kept = keep(connection); !kept) return broken(kept.error());
    return {};
  });
}

Outcome<void> Minder::give_role(Call& call, const ChatPlace& place, const Account& person,
                                ChatRole role) {
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    if (role != ChatRole::kNone) {
      auto people = talk::list_people(sql, place.owner.id);
      if (!people) return broken(people.error());
      if (people->size() >= talk::kMaxPeople) {
        return refuse(409, "TooMany", "So many people have a role here that one has to go first.");
      }
    }
    if (auto put = talk::put_role(sql, place.owner.id, person.id, role, call.now); !put) {
      return broken(put.error());
    }
    if (role == ChatRole::kModerator || person.role >= Role::kModerator) return {};
    // Reports there are not theirs to see any more.
    auto dropped = drop_account_notice(sql, person.id, kReportNotice, place.owner.id);
    if (!dropped) return broken(dropped.error());
    return {};
  });
  if (!written) return written;
  memory_.forget(place.owner.id, person.id);
  if (place.channel.room_arn.empty()) return {};
  auto now = role_now(call.sql, place.owner.id,
                      {.id = person.id, .name = person.name, .role = person.role, .session = {}},
                      call.now);
  if (!now) return std::unexpected(std::move(now.error()));
  return seat(call.sql,
              {.account = person.id,
               .owner = place.owner.id,
               .room_arn = place.channel.room_arn,
               .room_user = person.name,
               .role = *now},
              call.now);
}

// ---- bans of the room -------------------------------------------------------------------------

Outcome<bool> Minder::adopt(Call& call, const ChannelRow& channel, const Account& account,
                            const json::object& in_room) {
  ChatBan ban;
  ban.owner = channel.account;
  ban.account = account.id;
  ban.reason = text_at(in_room, "reason");
  ban.until = base::parse_rfc3339(text_at(in_room, "until"));
  ban.at = base::parse_rfc3339(text_at(in_room, "createTime")).value_or(call.now);
  ban.room_arn = channel.room_arn;
  ban.room_user = account.name;
  // Nobody bans the owner or staff; and who had the name before is somebody else.
  const bool is_meant = account.id != channel.account && account.role < Role::kModerator &&
                        ban.at >= std::chrono::floor<std::chrono::seconds>(account.created_at);
  // The room's own clock has a little left of what is over here.
  const bool is_over = ban.until && *ban.until <= call.now;
  if (!is_meant || is_over) {
    note_failure("a ban that is none", ask("UnbanRoomUser", {{"roomIdentifier", channel.room_arn},
                                                             {"userId", account.name}}));
    return false;
  }
  auto written = call.write([ban](io::SqlConnection& sql) -> Outcome<void> {
    if (auto put = talk::put_ban(sql, ban); !put) return broken(put.error());
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  memory_.forget(channel.account, account.id);
  tell(call.sql, "banned", ban);
  parts_.channels->revoke(call, channel, account.id);
  return true;
}

Outcome<std::optional<ChatBan>> Minder::adopt(Call& call, const ChannelRow& channel,
                                              const Account& account) {
  json::object input{{"roomIdentifier", channel.room_arn}, {"maxResults", kBansOfPage}};
  for (int page = 0; page < kMaxBanPages; ++page) {
    const control::OwnAnswer answer = ask("ListRoomBans", input);
    if (!answer.ok()) return refusal_of(answer, "The chat");
    for (const json::value& entry : answer.output.at("bans").as_array()) {
      if (text_at(entry.as_object(), "userId") != account.name) continue;
      auto holds = adopt(call, channel, account, entry.as_object());
      if (!holds) return std::unexpected(std::move(holds.error()));
      if (!*holds) return std::nullopt;
      auto ban = talk::find_ban(call.sql, channel.account, account.id, call.now);
      if (!ban) return broken(ban.error());
      return std::move(*ban);
    }
    if (!answer.output.contains("nextToken")) break;
    input["nextToken"] = answer.output.at("nextToken");
  }
  return std::nullopt;
}

Outcome<void> Minder::read_room(Call& call, const ChatPlace& place) {
  const ChannelRow& channel = place.channel;
  if (channel.room_arn.empty()) return {};
  std::map<std::string, json::object> in_room;
  bool is_whole = false;
  json::object input{{"roomIdentifier", channel.room_arn}, {"maxResults", kBansOfPage}};
  for (int page = 0; page < kMaxBanPagesRead && !is_whole; ++page) {
    const control::OwnAnswer answer = ask("ListRoomBans", input);
    if (is_missing(answer)) return {};
    if (!answer.ok()) return refusal_of(answer, "The list of bans");
    for (const json::value& entry : answer.output.at("bans").as_array()) {
      in_room.emplace(text_at(entry.as_object(), "userId"), entry.as_object());
    }
    is_whole = !answer.output.contains("nextToken");
    if (!is_whole) input["nextToken"] = answer.output.at("nextToken");
  }
  auto known = talk::list_bans(call.sql, channel.account, INT64_MAX,
                               static_cast<std::size_t>(talk::kMaxBans), call.now);
  if (!known) return broken(known.error());
  for (const ChatBan& ban : known->bans) {
    const bool was_told = ban.room_arn == channel.room_arn;
    if (in_room.erase(ban.room_user) > 0 || !was_told || !is_whole) continue;
    if (ban.until && *ban.until - call.now < std::chrono::seconds(2)) continue;
    if (auto lifted = unban(call, channel, ban.account); !lifted) return lifted;
  }
  for (const auto& [name, entry] : in_room) {
    auto person = parts_.accounts->find_by_name(call.sql, name);
    if (!person) return std::unexpected(std::move(person.error()));
    if (!*person || (*person)->name != name) continue;  // nobody's who has an account
    if (auto adopted = adopt(call, channel, **person, entry); !adopted) {
      return std::unexpected(std::move(adopted.error()));
    }
  }
  return {};
}

// ---- what happens to accounts -----------------------------------------------------------------

void Minder::on_renamed(io::SqlConnection& sql, const Account& account) {
  const base::WallTime now = io::Loop::wall_now();
  auto seats = talk::seats_of(sql, account.id);
  auto bans = talk::bans_of_account(sql, account.id);
  if (!seats || !bans) {
    base::log_warn("a new name did not reach chat rooms", {{"account", account.id}});
    return;
  }
  for (const ChatSeat& seat_before : *seats) {
    if (seat_before.room_user == account.name) continue;
    // Who is there comes back under the new name.
    note_failure("a former name",
                 ask("DisconnectUser", {{"roomIdentifier", seat_before.room_arn},
                                        {"userId", seat_before.room_user},
                                        {"reason", "This account has a new name."}}));
    ChatSeat seat_now = seat_before;
    seat_now.room_user = account.name;
    (void)seat(sql, seat_now, now);  // what fails here is made good when they come in
  }
  for (ChatBan ban : *bans) {
    if (ban.room_arn.empty() || ban.room_user == account.name) continue;
    note_failure("a former name", ask("UnbanRoomUser", {{"roomIdentifier", ban.room_arn},
                                                        {"userId", ban.room_user}}));
    json::object wanted{{"roomIdentifier", ban.room_arn}, {"userId", account.name}};
    if (ban.until) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(*ban.until - now).count();
      if (left <= 0) continue;
      wanted["durationSeconds"] = left;
    }
    if (!ban.reason.empty()) wanted["reason"] = ban.reason;
    const control::OwnAnswer answer = ask("BanRoomUser", std::move(wanted));
    note_failure("a ban", answer);
    ban.room_user = account.name;
    if (!answer.ok()) ban.room_arn.clear();
    (void)write_and_wait(parts_.sql, [ban](io::SqlConnection& connection) -> Outcome<void> {
      if (auto noted = talk::note_ban_in_room(connection, ban); !noted) {
        return broken(noted.error());
      }
      return {};
    });
  }
}

// Nobody bans staff: what was before somebody became that ends.
void Minder::lift_all(io::SqlConnection& sql, const Account& account) {
  const auto bans = talk::bans_of_account(sql, account.id);
  for (const ChatBan& ban : bans.value_or(std::vector<ChatBan>())) {
    if (!ban.room_arn.empty()) {
      note_failure("a ban", ask("UnbanRoomUser",
                                {{"roomIdentifier", ban.room_arn}, {"userId", ban.room_user}}));
    }
    auto dropped =
        write_and_wait(parts_.sql, [ban](io::SqlConnection& connection) -> Outcome<void> {
          if (auto gone = talk::drop_ban(connection, ban.owner, ban.account); !gone) {
            return broken(gone.error());
          }
          return {};
        });
    memory_.forget(ban.owner, ban.account);
    if (!dropped) continue;
    ChatBan lifted;
    lifted.owner = ban.owner;
    lifted.account = ban.account;
    tell(sql, "unbanned", lifted);
  }
}

void Minder::on_changed(io::SqlConnection& sql, const Account& account) {
  const base::WallTime now = io::Loop::wall_now();
  auto seats = talk::seats_of(sql, account.id);
  if (!seats) {
    base::log_warn("a change of an account did not reach chat rooms", {{"account", account.id}});
    return;
  }
  if (account.role >= Role::kModerator) lift_all(sql, account);
  const Viewer viewer{.id = account.id, .name = account.name, .role = account.role, .session = {}};
  for (ChatSeat place : *seats) {
    if (account.state == Account::State::kSuspended) {
      note_failure("a suspension",
                   ask("DisconnectUser", {{"roomIdentifier", place.room_arn},
                                          {"userId", place.room_user},
                                          {"reason", "This account is suspended."}}));
      continue;
    }
    auto role = role_now(sql, place.owner, viewer, now);
    if (!role) continue;
    place.role = *role;
    (void)seat(sql, place, now);  // made good when they come in
  }
}

void Minder::on_erased(io::SqlConnection& sql, const Account& account) {
  auto seats = talk::seats_of(sql, account.id);
  auto bans = talk::bans_of_account(sql, account.id);
  for (const ChatSeat& place : seats.value_or(std::vector<ChatSeat>())) {
    note_failure("a deletion", ask("DisconnectUser", {{"roomIdentifier", place.room_arn},
                                                      {"userId", place.room_user},
                                                      {"reason", "This account is gone."}}));
    if (place.role == ChatRole::kNone) continue;
    note_failure("a deletion", ask("PutRoomRole", {{"roomIdentifier", place.room_arn},
                                                   {"userId", place.room_user},
                                                   {"role", "NONE"}}));
  }
  // Somebody else may have the name one day.
  for (const ChatBan& ban : bans.value_or(std::vector<ChatBan>())) {
    if (ban.room_arn.empty()) continue;
    note_failure("a deletion", ask("UnbanRoomUser",
                                   {{"roomIdentifier", ban.room_arn}, {"userId", ban.room_user}}));
  }
  (void)write_and_wait(parts_.sql,
                       [id = account.id](io::SqlConnection& connection) -> Outcome<void> {
                         if (auto gone = talk::erase_rest(connection, id); !gone)
                           return broken(gone.error());
                         return {};
                       });
}

}  // namespace app
