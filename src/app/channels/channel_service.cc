#include "app/channels/channel_service.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <unordered_map>
#include <utility>

#include "app/channels/schema.h"
#include "app/channels/search_words.h"
#include "app/core/feed.h"
#include "app/people/accounts.h"
#include "app/talk/chat_minder.h"
#include "base/log.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr base::Duration kQuiet = std::chrono::seconds(5);

Outcome<std::optional<ChannelRow>> row_of(Outcome<ProfilePtr> found) {
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::nullopt;
  return (*found)->row;
}

}  // namespace

ChannelService::ChannelService(Parts& parts)
    : parts_(parts),
      facts_(parts.control),
      maker_(parts),
      tickets_(parts),
      timer_(parts.home),
      quiet_(parts.home) {}

ChannelService& ChannelService::of(Call& call) {
  return static_cast<ChannelService&>(*call.parts.channels);
}

base::Expected<void> ChannelService::set_up(io::SqlConnection& sql) {
  if (auto made = make_channel_tables(sql); !made) return made;
  parts_.accounts->add_belongings(
      {.erase = [this](io::SqlConnection& connection,
                       const Account& account) { return erase(connection, account); },
       .after =
           [this](const Account& account) {
             profiles_.forget(account.id);
             shown_.with([](Shown& shown) { shown.is_old = true; });
             // Whoever deletes does not wait for the rest.
             (void)parts_.slow.give([this](io::SqlConnection& own) { clear_leftovers(own); });
           }});
  parts_.accounts->when_renamed([this](const Account& account, const std::string&) {
    auto written = write_and_wait(parts_.sql, [&](io::SqlConnection& connection) {
      return index_channel(connection, account.id);
    });
    if (!written) base::log_warn("a renamed channel is found by its former name", {});
    profiles_.forget(account.id);
    shown_.with([](Shown& shown) { shown.is_old = true; });
  });
  parts_.accounts->when_changed([this](const Account& account) {
    profiles_.forget(account.id);
    shown_.with([](Shown& shown) { shown.is_old = true; });
  });
  return {};
}

void ChannelService::start() {
  parts_.live.when_changed([this](LiveBoard::Change, const LiveChannel& live) {
    keep_last_live(live);
    tell_directory();
  });
  clear_later();
}

void ChannelService::tell_directory() {
  if (is_quiet_) {
    is_untold_ = true;
    return;
  }
  parts_.feed.publish("directory", "directory", json::object());
  is_quiet_ = true;
  quiet_.start(kQuiet, [this] {
    is_quiet_ = false;
    if (std::exchange(is_untold_, false)) tell_directory();
  });
}

// When it was seen live last: at the start and at the end.
void ChannelService::keep_last_live(const LiveChannel& live) {
  parts_.sql.write(
      [arn = live.channel_arn,
       now = io::Loop::wall_now()](io::SqlConnection& sql) -> base::Expected<void> {
        auto updated = sql.run("UPDATE app_channels SET last_live_at = $2 WHERE channel_arn = $1",
                               {arn, column_of(now)});
        if (!updated) return base::fail(std::move(updated.error()));
        return {};
      },
      [](const base::Expected<void>& written) {
        if (!written) {
          base::log_warn("when a channel was live is not known",
                         {{"reason", written.error().message}});
        }
      });
}

Outcome<std::optional<ChannelRow>> ChannelService::find(io::SqlConnection& sql,
                                                        std::string_view account) {
  return row_of(profiles_.find(sql, ProfileKey::kAccount, account));
}

Outcome<std::optional<ChannelRow>> ChannelService::find_by_arn(io::SqlConnection& sql,
                                                               std::string_view channel_arn) {
  return row_of(profiles_.find(sql, ProfileKey::kArn, channel_arn));
}

Outcome<std::optional<ChannelRow>> ChannelService::find_by_room(io::SqlConnection& sql,
                                                                std::string_view room_arn) {
  return row_of(profiles_.find(sql, ProfileKey::kRoom, room_arn));
}

Outcome<ChannelRow> ChannelService::ensure(Call& call, std::string_view account) {
  auto known = find(call.sql, account);
  if (!known) return std::unexpected(std::move(known.error()));
  if (*known) return std::move(**known);
  auto owner = parts_.accounts->find(call.sql, account);
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (!*owner) return not_found("There is no such account.");
  auto made = maker_.ensure(call, **owner);
  profiles_.forget(account);
  return made;
}

void ChannelService::revoke(Call& call, const ChannelRow& channel, std::string_view account) {
  if (!channel.is_members_only) return;
  // Whoever bans is not told: the ban holds, and the token ends by itself within minutes.
  (void)tickets_.revoke(channel.channel_arn, account, call.now);
}

Outcome<ProfilePtr> ChannelService::profile(io::SqlConnection& sql, ProfileKey key,
                                            std::string_view value) {
  auto found = profiles_.find(sql, key, value);
  if (found && *found && !(*found)->is_active) return ProfilePtr();
  return found;
}

Outcome<ProfilePtr> ChannelService::named(Call& call, std::string_view name) {
  auto found = profile(call.sql, ProfileKey::kName, name);
  if (found && !*found) return not_found("There is no such channel.");
  return found;
}

Outcome<ProfilePtr> ChannelService::own(Call& call) {
  auto found = profiles_.find(call.sql, ProfileKey::kAccount, call.me().id);
  if (found && !*found) return not_found("You have no channel yet.");
  return found;
}

void ChannelService::changed(const ChannelProfile& profile) {
  profiles_.forget(profile.row.account);
  if (!parts_.live.find(profile.row.channel_arn)) return;
  shown_.with([](Shown& shown) { shown.is_old = true; });
}

Outcome<ShelfPtr> ChannelService::shelf(io::SqlConnection& sql) {
  const std::uint64_t version = parts_.live.version();
  ShelfPtr shelf = shown_.with([&](Shown& shown) -> ShelfPtr {
    // While one makes the next, the others are shown the last.
    const bool is_good = shown.shelf && shown.shelf->version() == version && !shown.is_old;
    if (shown.shelf && (is_good || shown.is_being_made)) return shown.shelf;
    shown.is_being_made = true;
    shown.is_old = false;
    return nullptr;
  });
  if (shelf) return shelf;
  auto made = fill_shelf(sql, version, *parts_.live.all());
  shown_.with([&](Shown& shown) {
    shown.is_being_made = false;
    if (made) shown.shelf = *made;
  });
  return made;
}

Outcome<ShelfPtr> ChannelService::fill_shelf(io::SqlConnection& sql, std::uint64_t version,
                                             const std::vector<LiveChannel>& live) {
  std::vector<std::string> arns;
  arns.reserve(live.size());
  for (const LiveChannel& channel : live) arns.push_back(channel.channel_arn);
  auto profiles = ProfileMemory::load_by_arn(sql, arns);
  if (!profiles) return std::unexpected(std::move(profiles.error()));
  std::unordered_map<std::string, ProfilePtr> known;
  for (ProfilePtr& profile : *profiles) known.emplace(profile->row.channel_arn, std::move(profile));
  std::vector<std::string> others;
  for (const std::string& arn : arns) {
    if (!known.contains(arn)) others.push_back(arn);
  }
  const auto loose = facts_.loose(others);
  const auto running = facts_.running(live);
  std::vector<ShelfEntry> entries;
  entries.reserve(live.size());
  for (const LiveChannel& channel : live) {
    ShelfEntry entry{.live = channel, .profile = {}, .loose = {}, .thumbnail = {}};
    bool is_open = true;
    if (const auto profile = known.find(channel.channel_arn); profile != known.end()) {
      if (!profile->second->is_active) continue;
      entry.profile = profile->second;
      is_open = !profile->second->row.is_members_only;
    } else if (const auto other = loose.find(channel.channel_arn); other != loose.end()) {
      entry.loose = other->second;
    } else {
      continue;
    }
    const auto recording = running.find(channel.stream_id);
    if (is_open && recording != running.end()) {
      entry.thumbnail = recording_thumbnail(recording->second);
    }
    entries.push_back(std::move(entry));
  }
  return std::make_shared<const LiveShelf>(version, std::move(entries));
}

Outcome<bool> ChannelService::is_banned(Call& call, const ChannelProfile& profile) {
  if (!call.viewer || call.viewer->id == profile.row.account) return false;
  return parts_.chat->is_banned(call.sql, profile.row.account, call.viewer->id, call.now);
}

Outcome<std::optional<std::string>> ChannelService::playback_url(Call& call,
                                                                 const ChannelProfile& profile) {
  const ChannelRow& row = profile.row;
  if (row.is_members_only && !call.viewer) return std::nullopt;
  auto banned = is_banned(call, profile);
  if (!banned) return std::unexpected(std::move(banned.error()));
  if (*banned) return std::nullopt;
  auto addresses = facts_.addresses(call.request, row.channel_arn);
  if (!addresses) return std::unexpected(std::move(addresses.error()));
  if (!*addresses) return std::nullopt;
  std::string url = (*addresses)->playback_url;
  if (row.is_members_only) {
    auto token = tickets_.issue(row.channel_arn, call.viewer->id, call.now);
    if (!token) return std::unexpected(std::move(token.error()));
    url += "?token=" + *token;
  }
  return url;
}

Outcome<void> ChannelService::follow(Call& call, const ChannelProfile& profile) {
  const std::string& me = call.me().id;
  const std::string& other = profile.row.account;
  if (me == other) return invalid("name", "You cannot follow your own channel.");
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto counted = sql.run("SELECT count(*) FROM app_follows WHERE follower = $1", {me});
    if (!counted) return broken(counted.error());
    auto inserted = sql.run(
        "INSERT INTO app_follows (follower, followed, followed_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (follower, followed) DO NOTHING",
        {me, other, column_of(call.now)});
    if (!inserted) return broken(inserted.error());
    if (inserted->changed == 0) return {};
    if (counted->integer(0, 0) >= static_cast<std::int64_t>(kMostFollowed)) {
      return refuse(409, "TooManyFollowed", "You follow as many channels as one can.");
    }
    auto raised =
        sql.run("UPDATE app_channels SET followers = followers + 1 WHERE account = $1", {other});
    if (!raised) return broken(raised.error());
    // It may have gone since it was looked up.
    if (raised->changed == 0) return not_found("There is no such channel.");
    return {};
  });
  profiles_.forget(other);
  return written;
}

Outcome<bool> ChannelService::unfollow(Call& call, const ChannelProfile& profile) {
  const std::string& other = profile.row.account;
  bool was_followed = false;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto removed = sql.run("DELETE FROM app_follows WHERE follower = $1 AND followed = $2",
                           {call.me().id, other});
    if (!removed) return broken(removed.error());
    was_followed = removed->changed > 0;
    if (!was_followed) return {};
    auto lowered = sql.run(
        "UPDATE app_channels SET followers = followers - 1 WHERE account = $1 AND followers > 0",
        {other});
    if (!lowered) return broken(lowered.error());
    return {};
  });
  profiles_.forget(other);
  if (!written) return std::unexpected(std::move(written.error()));
  return was_followed;
}

Outcome<std::vector<std::string>> ChannelService::followed(Call& call, const LiveShelf& shelf) {
  auto rows = call.sql.run(
      "SELECT followed FROM app_follows WHERE follower = $1 ORDER BY followed_at DESC, followed "
      "LIMIT $2",
      {call.me().id, static_cast<std::int64_t>(kMostFollowed)});
  if (!rows) return broken(rows.error());
  std::vector<std::pair<std::size_t, std::size_t>> order;  // place on the shelf, row
  for (std::size_t i = 0; i < rows->size(); ++i) {
    order.emplace_back(shelf.place_of(rows->text(i, 0)), i);
  }
  std::ranges::sort(order);
  std::vector<std::string> accounts;
  accounts.reserve(order.size());
  for (const auto& [place, row] : order) accounts.push_back(rows->text(row, 0));
  return accounts;
}

Outcome<json::array> ChannelService::cards(io::SqlConnection& sql, const LiveShelf& shelf,
                                           const std::vector<std::string>& accounts) {
  json::array list;
  for (const std::string& account : accounts) {
    if (const ShelfEntry* entry = shelf.find(account)) {
      list.emplace_back(LiveShelf::card(*entry));
      continue;
    }
    auto found = profile(sql, ProfileKey::kAccount, account);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) list.emplace_back(card_of(**found, nullptr, {}));
  }
  return list;
}

Outcome<void> ChannelService::erase(io::SqlConnection& sql, const Account& account) {
  auto begun = load_begun(sql, account.id);
  if (!begun) return std::unexpected(std::move(begun.error()));
  const io::SqlValue id = account.id;
  constexpr std::string_view kStatements[] = {
      "UPDATE app_channels SET followers = followers - 1 WHERE followers > 0 AND account IN "
      "(SELECT followed FROM app_follows WHERE follower = $1)",
      "DELETE FROM app_follows WHERE follower = $1",
      "DELETE FROM app_follows WHERE followed = $1",
      "DELETE FROM app_channel_words WHERE account = $1",
      "DELETE FROM app_channels WHERE account = $1",
  };
  for (const std::string_view statement : kStatements) {
    auto done = sql.run(statement, {id});
    if (!done) return broken(done.error());
  }
  if (!*begun || (*begun)->row.channel_arn.empty()) return {};
  const ChannelRow& row = (*begun)->row;
  auto left = sql.run(
      "INSERT INTO app_channel_leftovers (account, channel_arn, room_arn, since) "
      "VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO NOTHING",
      {row.account, row.channel_arn, row.room_arn, column_of(io::Loop::wall_now())});
  if (!left) return broken(left.error());
  return {};
}

}  // namespace app
