#include "app/talk/minder.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "app/channels/assets.h"
#include "app/core/feed.h"
#include "base/crypto.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::string_view kVisitor = "unknown-user-";

bool is_visitor_id(std::string_view text) {
  if (!text.starts_with(kVisitor)) return false;
  text.remove_prefix(kVisitor.size());
  return text.size() >= 13 && text.size() <= 24 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Outcome<void> banned(const ChatBan& ban) {
  std::string sentence = "You are banned from this channel.";
  if (ban.until) sentence = "You may come back at " + base::to_rfc3339(*ban.until) + ".";
  return refuse(403, "Banned", sentence);
}

Outcome<void> refuse_strangers(const ChannelRow& channel, const ChatSettings& settings) {
  if (!channel.is_members_only && !settings.members_only) return {};
  return refuse(401, "SignIn", "Sign in to read this chat.");
}

// When somebody may speak who follows, or who does not.
std::optional<std::int64_t> wait_of(std::optional<base::WallTime> followed_at,
                                    const ChatSettings& settings, base::WallTime now) {
  if (settings.followers_only < 0) return std::nullopt;
  if (!followed_at) return settings.followers_only;
  const base::WallTime from = *followed_at + std::chrono::seconds(settings.followers_only);
  if (from <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(from - now).count();
}

Outcome<std::optional<base::WallTime>> followed_since(io::SqlConnection& sql,
                                                      const std::string& follower,
                                                      const std::string& followed) {
  auto rows = sql.run("SELECT followed_at FROM app_follows WHERE follower = $1 AND followed = $2",
                      {follower, followed});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return std::nullopt;
  return time_from(rows->integer(0, 0));
}

}  // namespace

// ---- questions of every page ------------------------------------------------------------------

Outcome<Standing> Minder::standing(io::SqlConnection& sql, std::string_view owner,
                                   std::string_view account, base::WallTime now) {
  if (auto known = memory_.find(owner, account, now)) return *known;
  const std::uint64_t before = memory_.changes();
  auto ban = talk::find_ban(sql, owner, account, now);
  if (!ban) return broken(ban.error());
  auto role = talk::find_role(sql, owner, account);
  if (!role) return broken(role.error());
  Standing standing;
  standing.is_banned = ban->has_value();
  if (*ban) standing.until = (*ban)->until;
  standing.role = *role;
  memory_.remember(owner, account, standing, before, now);
  return standing;
}

Outcome<bool> Minder::is_banned(io::SqlConnection& sql, std::string_view owner,
                                std::string_view account, base::WallTime now) {
  if (owner == account) return false;
  auto found = standing(sql, owner, account, now);
  if (!found) return std::unexpected(std::move(found.error()));
  return found->bans_at(now);
}

Outcome<ChatRole> Minder::role_now(io::SqlConnection& sql, std::string_view owner,
                                   const Viewer& viewer, base::WallTime now) {
  if (viewer.id == owner) return ChatRole::kOwner;
  if (viewer.role >= Role::kModerator) return ChatRole::kModerator;
  auto found = standing(sql, owner, viewer.id, now);
  if (!found) return std::unexpected(std::move(found.error()));
  return found->bans_at(now) ? ChatRole::kNone : found->role;
}

Outcome<std::string> Minder::role_in(io::SqlConnection& sql, std::string_view owner,
                                     const Viewer& viewer) {
  auto role = role_now(sql, owner, viewer, io::Loop::wall_now());
  if (!role) return std::unexpected(std::move(role.error()));
  return std::string(to_string(*role));
}

Outcome<ChatModes> Minder::modes_of(io::SqlConnection& sql, std::string_view owner) {
  auto settings = talk::load_settings(sql, owner);
  if (!settings) return broken(settings.error());
  return ChatModes{.slow_mode = settings->slow_mode, .followers_only = settings->followers_only};
}

// ---- coming in --------------------------------------------------------------------------------

Outcome<json::object> Minder::attributes_of(Call& call, const Account& account, bool is_follower) {
  json::object urls;
  for (const std::string_view kind : {"avatar", "banner"}) {
    auto asset = parts_.assets->find(call.sql, account.id, kind);
    if (!asset) return std::unexpected(std::move(asset.error()));
    // Everybody's browser will load it: never from where the sender's Host field points.
    if (*asset) urls[kind] = parts_.settings.public_url + (*asset)->url;
  }
  auto channel = parts_.channels->find(call.sql, account.id);
  if (!channel) return std::unexpected(std::move(channel.error()));
  json::object attributes{{"avatar", account.avatar},
                          {"color", account.color},
                          {"displayName", account.name},
                          {"channelArn", *channel ? (*channel)->channel_arn : ""},
                          {"channelAssetUrls", json::serialize(urls)}};
  // What the room's own moderation goes by.
  if (is_follower) attributes["follower"] = "true";
  if (call.now - account.created_at < std::chrono::seconds(kMaxNewAccount)) {
    attributes["accountCreatedAt"] = base::to_rfc3339(account.created_at);
  }
  return attributes;
}

Outcome<ChatEntry> Minder::enter_as_visitor(Call& call, const ChannelRow& channel,
                                            std::string_view visitor) {
  ChatEntry entry;
  entry.user_id = std::string(visitor);
  if (!is_visitor_id(visitor)) {
    // Two of one millisecond are two.
    std::string more;
    for (const std::uint8_t octet : base::random_octets(6)) {
      more += static_cast<char>('0' + octet % 10);
    }
    entry.user_id = fmt::format("{}{}{}", kVisitor, microseconds(call.now) / 1000, more);
  }
  const control::OwnAnswer answer =
      ask("CreateChatToken", {{"roomIdentifier", channel.room_arn},
                              {"userId", entry.user_id},
                              {"sessionDurationInMinutes", kChatSession.count()}});
  if (!answer.ok()) return refusal_of(answer, "The chat");
  entry.token = answer.output.at("token").as_string();
  entry.token_ends = answer.output.at("tokenExpirationTime").as_string();
  entry.session_ends = answer.output.at("sessionExpirationTime").as_string();
  return entry;
}

Outcome<void> Minder::may_read(Call& call, const ChannelRow& channel) {
  if (!call.viewer) {
    auto settings = talk::load_settings(call.sql, channel.account);
    if (!settings) return broken(settings.error());
    return refuse_strangers(channel, *settings);
  }
  auto account = parts_.accounts->find(call.sql, call.viewer->id);
  if (!account) return std::unexpected(std::move(account.error()));
  if (!*account) return refuse(401, "SignIn", "Sign in first.");
  return refuse_banned(call, channel, **account);
}

Outcome<ChatEntry> Minder::enter(Call& call, const ChannelRow& channel,
                                 const std::optional<Viewer>& viewer, std::string_view visitor) {
  if (channel.room_arn.empty()) return not_found("This channel has no chat yet.");
  auto settings = talk::load_settings(call.sql, channel.account);
  if (!settings) return broken(settings.error());
  if (!viewer) {
    if (auto may = refuse_strangers(channel, *settings); !may) {
      return std::unexpected(std::move(may.error()));
    }
    return enter_as_visitor(call, channel, visitor);
  }
  auto account = parts_.accounts->find(call.sql, viewer->id);
  if (!account) return std::unexpected(std::move(account.error()));
  if (!*account) return refuse(401, "SignIn", "Sign in first.");
  const Account& person = **account;
  if (auto may = refuse_banned(call, channel, person); !may) {
    return std::unexpected(std::move(may.error()));
  }
  auto role = role_now(call.sql, channel.account, *viewer, call.now);
  if (!role) return std::unexpected(std::move(role.error()));
  ChatEntry entry;
  entry.user_id = person.name;
  entry.display_name = person.name;
  entry.role = *role;
  bool follows = false;
  if (*role == ChatRole::kNone) {
    auto since = followed_since(call.sql, person.id, channel.account);
    if (!since) return std::unexpected(std::move(since.error()));
    entry.followers_only = wait_of(*since, *settings, call.now);
    follows = since->has_value() && !entry.followers_only;
  }
  entry.may_send = !entry.followers_only;
  entry.may_moderate = *role >= ChatRole::kModerator;
  if (auto seated = seat(call.sql,
                         {.account = person.id,
                          .owner = channel.account,
                          .room_arn = channel.room_arn,
                          .room_user = person.name,
                          .role = *role},
                         call.now);
      !seated) {
    return std::unexpected(std::move(seated.error()));
  }
  auto attributes = attributes_of(call, person, follows);
  if (!attributes) return std::unexpected(std::move(attributes.error()));
  json::array capabilities;
  if (entry.may_send) capabilities.emplace_back("SEND_MESSAGE");
  if (entry.may_moderate) {
    capabilities.emplace_back("DELETE_MESSAGE");
    capabilities.emplace_back("DISCONNECT_USER");
  }
  const json::object wanted{{"roomIdentifier", channel.room_arn},
                            {"userId", person.name},
                            {"capabilities", std::move(capabilities)},
                            {"sessionDurationInMinutes", kChatSession.count()},
                            {"attributes", std::move(*attributes)}};
  control::OwnAnswer answer = ask("CreateChatToken", wanted);
  if (answer.error == "AccessDeniedException") {
    // The room bans somebody whom we do not.
    auto held = adopt(call, channel, person);
    if (!held) return std::unexpected(std::move(held.error()));
    if (*held) return std::unexpected(banned(**held).error());
    answer = ask("CreateChatToken", wanted);
  }
  if (!answer.ok()) return refusal_of(answer, "The chat");
  entry.token = answer.output.at("token").as_string();
  entry.token_ends = answer.output.at("tokenExpirationTime").as_string();
  entry.session_ends = answer.output.at("sessionExpirationTime").as_string();
  return entry;
}

Outcome<json::object> Minder::token(Call& call, const ChannelRow& channel,
                                    const std::optional<Viewer>& viewer) {
  auto entry = enter(call, channel, viewer, {});
  if (!entry) return std::unexpected(std::move(entry.error()));
  return json::object{{"token", entry->token},
                      {"sessionExpirationTime", entry->session_ends},
                      {"tokenExpirationTime", entry->token_ends},
                      {"capabilities", capabilities_of(*entry)}};
}

// ---- bans -------------------------------------------------------------------------------------

Outcome<void> Minder::refuse_banned(Call& call, const ChannelRow& channel, const Account& account) {
  if (account.id == channel.account) return {};
  auto ban = talk::find_ban(call.sql, channel.account, account.id, call.now);
  if (!ban) return broken(ban.error());
  if (!*ban) return {};
  // The room was told, and lets them in all the same: a moderator there has lifted it.
  if ((*ban)->room_arn != channel.room_arn || (*ban)->room_user != account.name) {
    return banned(**ban);
  }
  const control::OwnAnswer answer =
      ask("CreateChatToken", {{"roomIdentifier", channel.room_arn}, {"userId", account.name}});
  if (!answer.ok()) return banned(**ban);
  return unban(call, channel, account.id);
}

Outcome<void> Minder::ban(Call& call, const ChannelRow& channel, std::string_view account,
                          std::string_view reason, std::int64_t seconds) {
  auto person = parts_.accounts->find(call.sql, account);
  if (!person) return std::unexpected(std::move(person.error()));
  if (!*person) return not_found("There is nobody of that name.");
  if (account == channel.account) return forbidden("Nobody bans the owner of a channel.");
  if ((*person)->role >= Role::kModerator) {
    return forbidden("Nobody bans the moderators of the platform.");
  }
  if (call.me().id == account) return forbidden("Nobody bans themselves.");
  auto role = talk::find_role(call.sql, channel.account, account);
  if (!role) return broken(role.error());
  const bool is_above = call.me().id == channel.account || call.me().role >= Role::kModerator;
  if (*role == ChatRole::kModerator && !is_above) {
    return forbidden("Only the owner of the channel bans its moderators.");
  }
  ChatBan made;
  made.owner = channel.account;
  made.account = std::string(account);
  made.reason = std::string(reason);
  made.by = call.me().id;
  made.at = call.now;
  if (seconds > 0) made.until = call.now + std::chrono::seconds(seconds);
  auto written = call.write([made](io::SqlConnection& sql) -> Outcome<void> {
    auto count = talk::count_bans(sql, made.owner);
    if (!count) return broken(count.error());
    if (*count >= talk::kMaxBans) {
      return refuse(409, "TooMany", "This channel bans too many people. Lift some bans first.");
    }
    if (auto put = talk::put_ban(sql, made); !put) return broken(put.error());
    return {};
  });
  if (!written) return written;
  memory_.forget(channel.account, account);
  tell(call.sql, "banned", made);
  parts_.channels->revoke(call, channel, account);
  if (channel.room_arn.empty()) return {};
  json::object wanted{{"roomIdentifier", channel.room_arn}, {"userId", (*person)->name}};
  if (seconds > 0) wanted["durationSeconds"] = seconds;
  if (!made.reason.empty()) wanted["reason"] = made.reason;
  const control::OwnAnswer answer = ask("BanRoomUser", std::move(wanted));
  if (is_missing(answer)) return {};
  if (!answer.ok()) return refusal_of(answer, "The ban");
  made.room_arn = channel.room_arn;
  made.room_user = (*person)->name;
  return call.write([made](io::SqlConnection& sql) -> Outcome<void> {
    if (auto noted = talk::note_ban_in_room(sql, made); !noted) return broken(noted.error());
    return {};
  });
}

Outcome<void> Minder::unban(Call& call, const ChannelRow& channel, std::string_view account) {
  auto person = parts_.accounts->find(call.sql, account);
  if (!person) return std::unexpected(std::move(person.error()));
  ChatBan gone;
  gone.owner = channel.account;
  gone.account = std::string(account);
  bool was_there = false;
  auto written = call.write([&was_there, gone](io::SqlConnection& sql) -> Outcome<void> {
    auto dropped = talk::drop_ban(sql, gone.owner, gone.account);
    if (!dropped) return broken(dropped.error());
    was_there = *dropped;
    return {};
  });
  if (!written) return written;
  memory_.forget(channel.account, account);
  if (*person && !channel.room_arn.empty()) {
    const control::OwnAnswer answer =
        ask("UnbanRoomUser", {{"roomIdentifier", channel.room_arn}, {"userId", (*person)->name}});
    if (!answer.ok() && !is_missing(answer)) return refusal_of(answer, "The ban");
  }
  if (was_there) tell(call.sql, "unbanned", gone);
  return {};
}

void Minder::tell(io::SqlConnection& sql, std::string_view event, const ChatBan& ban) {
  auto owner = parts_.accounts->find(sql, ban.owner);
  json::object data{{"channel", owner && *owner ? (*owner)->name : ""}};
  if (ban.until) data["until"] = base::to_rfc3339(*ban.until);
  if (!ban.reason.empty()) data["reason"] = ban.reason;
  parts_.feed.publish("account:" + ban.account, event, data);
}

control::OwnAnswer Minder::ask(std::string_view operation, json::object input) {
  return control_and_wait(parts_.control,
                          {.operation = std::string(operation), .input = std::move(input)});
}

}  // namespace app
