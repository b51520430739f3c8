// /channels and the followed channels of the UGC demo's backend.
#include <algorithm>
#include <boost/json/array.hpp>

#include "app/channels/channel_service.h"
#include "app/channels/demo_channels.h"
#include "app/talk/chat_minder.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Response;

constexpr std::size_t kMostResults = 50;

json::object summary_of(const ChannelProfile& profile) {
  return {{"avatar", demo_avatar(profile)},
          {"color", profile.color},
          {"username", profile.name},
          {"channelAssetUrls", asset_urls(profile)}};
}

Outcome<Answer> live_channels(Call& call) {
  if (call.text("isLive") != "true") {
    return refuse(400, "BadRequestException", "Only isLive=true can be asked for.");
  }
  auto shelf = ChannelService::of(call).shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  json::array list;
  for (const ShelfEntry& entry : (*shelf)->entries()) {
    if (list.size() == kMostResults) break;
    if (entry.profile) list.emplace_back(summary_of(*entry.profile));
  }
  return Answer(json::object{{"channels", std::move(list)}, {"maxResults", kMostResults}});
}

// 404 in words of the demo.
Outcome<ProfilePtr> user_named(Call& call, std::string_view name) {
  auto found = ChannelService::of(call).profile(call.sql, ProfileKey::kName, name);
  if (found && !*found) return refuse(404, "UserNotFoundException", "There is no such channel.");
  return found;
}

Outcome<Answer> show(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = user_named(call, call.capture("username"));
  if (!found) return std::unexpected(std::move(found.error()));
  const ChannelProfile& profile = **found;
  auto banned = channels.is_banned(call, profile);
  if (!banned) return std::unexpected(std::move(banned.error()));
  json::object channel = summary_of(profile);
  channel["isViewerBanned"] = *banned;
  channel["isChannelBanned"] = false;
  channel["isViewerFollowing"] = false;
  channel["channelArn"] = profile.row.channel_arn;
  channel["stageId"] = nullptr;
  channel["stageCreationDate"] = nullptr;
  if (call.viewer) {
    auto follows = call.sql.run("SELECT 1 FROM app_follows WHERE follower = $1 AND followed = $2",
                                {call.viewer->id, profile.row.account});
    if (!follows) return broken(follows.error());
    channel["isViewerFollowing"] = !follows->empty();
    // Whether the viewer has banned the one whose channel this is.
    if (call.viewer->id != profile.row.account) {
      auto other =
          call.parts.chat->is_banned(call.sql, call.viewer->id, profile.row.account, call.now);
      if (!other) return std::unexpected(std::move(other.error()));
      channel["isChannelBanned"] = *other;
    }
  }
  if (*banned) return Answer(std::move(channel));
  const auto live = call.parts.live.find(profile.row.channel_arn);
  channel["isLive"] = live.has_value();
  auto url = channels.playback_url(call, profile);
  if (!url) return std::unexpected(std::move(url.error()));
  if (*url) channel["playbackUrl"] = **url;
  if (live) {
    if (auto ingest = channels.facts().ingest(*live)) {
      channel["ingestConfiguration"] = std::move(*ingest);
    }
  }
  return Answer(std::move(channel));
}

Outcome<Answer> following(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  auto accounts = channels.followed(call, **shelf);
  if (!accounts) return std::unexpected(std::move(accounts.error()));
  json::array list;
  for (const std::string& account : *accounts) {
    if (list.size() == kMostResults) break;
    auto profile = channels.profile(call.sql, ProfileKey::kAccount, account);
    if (!profile) return std::unexpected(std::move(profile.error()));
    if (!*profile) continue;
    json::object entry = summary_of(**profile);
    entry["isLive"] = (*shelf)->find(account) != nullptr;
    entry["stageId"] = nullptr;
    list.emplace_back(std::move(entry));
  }
  return Answer(json::object{{"channels", std::move(list)}, {"maxResults", kMostResults}});
}

Outcome<ProfilePtr> followed_one(Call& call) {
  if (!call.has("followedUsername")) {
    return refuse(400, "BadRequestException", "followedUsername is missing.");
  }
  auto found = user_named(call, call.text("followedUsername"));
  if (found && (*found)->row.account == call.me().id) {
    return refuse(400, "UnexpectedException", "You cannot follow your own channel.");
  }
  return found;
}

Outcome<Answer> follow(Call& call) {
  auto found = followed_one(call);
  if (!found) return std::unexpected(std::move(found.error()));
  auto known = call.sql.run("SELECT 1 FROM app_follows WHERE follower = $1 AND followed = $2",
                            {call.me().id, (*found)->row.account});
  if (!known) return broken(known.error());
  if (!known->empty()) return Answer::nothing();
  if (auto done = ChannelService::of(call).follow(call, **found); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Answer(json::object());
}

Outcome<Answer> unfollow(Call& call) {
  auto found = followed_one(call);
  if (!found) return std::unexpected(std::move(found.error()));
  if (auto done = ChannelService::of(call).unfollow(call, **found); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Answer(json::object());
}

Outcome<Answer> status(Call&) {
  return Answer::as_it_is(
      Response::with_body(200, "text/plain; charset=utf-8", base::Slice::unowned("OK")));
}

constexpr Field kLive[] = {{.name = "isLive", .most = 20, .description = "true"}};
constexpr Field kFollowed[] = {{.name = "followedUsername", .most = 100}};
constexpr std::string_view kGroup = "As the UGC demo's backend";

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/channels",
     .summary = "List what is live",
     .input = kLive,
     .run = live_channels,
     .manners = Manners::kDemo,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/channels/{username}",
     .summary = "What a channel's page shows",
     .run = show,
     .manners = Manners::kDemo,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/channel/followingList",
     .access = Access::kSignedIn,
     .summary = "List the channels that one follows",
     .run = following,
     .manners = Manners::kDemo,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/channel/followingList/add",
     .access = Access::kSignedIn,
     .summary = "Follow a channel",
     .input = kFollowed,
     .run = follow,
     .manners = Manners::kDemo,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/channel/followingList/remove",
     .access = Access::kSignedIn,
     .summary = "Follow a channel no longer",
     .input = kFollowed,
     .run = unfollow,
     .manners = Manners::kDemo,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/status",
     .summary = "Whether the server answers",
     .run = status,
     .manners = Manners::kDemo,
     .group = kGroup},
};

}  // namespace

std::span<const Route> demo_channels_routes() {
  return kRoutes;
}

}  // namespace app
