// A channel's page: who it is, where to watch, what was on, following.
#include <boost/json/array.hpp>

#include "app/channels/cards.h"
#include "app/channels/channel_service.h"
#include "app/overlays/overlays.h"
#include "app/talk/chat_minder.h"

namespace app {
namespace {

namespace json = boost::json;
using enum Field::Type;
using wire::http::Method;

// What everybody sees, then what this viewer does.
Outcome<json::object> public_part(Call& call, const ChannelProfile& profile,
                                  const LiveChannel* live) {
  ChannelService& channels = ChannelService::of(call);
  std::string thumbnail;
  if (live != nullptr && !profile.row.is_members_only) {
    auto shelf = channels.shelf(call.sql);
    if (shelf) thumbnail = (*shelf)->thumbnail_of(live->stream_id);
  }
  json::object page = card_of(profile, live, thumbnail);
  page["about"] = profile.row.about;
  page["channelArn"] = profile.row.channel_arn;
  page["channelId"] = profile.row.channel_id();
  page["roomArn"] = profile.row.room_arn;
  page["membersOnly"] = profile.row.is_members_only;
  page["followers"] = profile.followers;
  if (live != nullptr) {
    if (auto ingest = channels.facts().ingest(*live)) {
      page["ingestConfiguration"] = std::move(*ingest);
    }
  }
  auto modes = call.parts.chat->modes_of(call.sql, profile.row.account);
  if (!modes) return std::unexpected(std::move(modes.error()));
  page["chat"] =
      json::object{{"slowMode", modes->slow_mode}, {"followersOnly", modes->followers_only}};
  return page;
}

Outcome<bool> follows(Call& call, const ChannelProfile& profile) {
  if (!call.viewer) return false;
  auto rows = call.sql.run("SELECT 1 FROM app_follows WHERE follower = $1 AND followed = $2",
                           {call.viewer->id, profile.row.account});
  if (!rows) return broken(rows.error());
  return !rows->empty();
}

Outcome<Answer> show(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = channels.named(call, call.capture("name"));
  if (!found) return std::unexpected(std::move(found.error()));
  const ChannelProfile& profile = **found;
  const auto live = call.parts.live.find(profile.row.channel_arn);
  auto page = public_part(call, profile, live ? &*live : nullptr);
  if (!page) return std::unexpected(std::move(page.error()));
  auto is_following = follows(call, profile);
  if (!is_following) return std::unexpected(std::move(is_following.error()));
  auto is_banned = channels.is_banned(call, profile);
  if (!is_banned) return std::unexpected(std::move(is_banned.error()));
  const bool is_owner = call.viewer && call.viewer->id == profile.row.account;
  std::string role = "NONE";
  if (call.viewer && !*is_banned) {
    auto known = call.parts.chat->role_in(call.sql, profile.row.account, *call.viewer);
    if (!known) return std::unexpected(std::move(known.error()));
    role = std::move(*known);
  }
  (*page)["isFollowing"] = *is_following;
  (*page)["isBanned"] = *is_banned;
  (*page)["isOwner"] = is_owner;
  (*page)["role"] = role;
  if (*is_banned) {
    (*page)["poll"] = nullptr;
    return Answer(std::move(*page));
  }
  auto url = channels.playback_url(call, profile);
  if (!url) return std::unexpected(std::move(url.error()));
  if (*url) (*page)["playbackUrl"] = **url;
  auto poll = call.parts.overlays->poll_of(call.sql, profile.row, call.viewer, call.text("visitor"),
                                           call.now);
  if (!poll) return std::unexpected(std::move(poll.error()));
  if (poll->empty()) {
    (*page)["poll"] = nullptr;
  } else {
    (*page)["poll"] = std::move(*poll);
  }
  return Answer(std::move(*page));
}

// What the addresses of a channel's past broadcasts end in: a token where only members may watch.
Outcome<std::string> ticket_of(Call& call, const ChannelProfile& profile) {
  if (!profile.row.is_members_only) return std::string();
  auto token =
      ChannelService::of(call).tickets().issue(profile.row.channel_arn, call.me().id, call.now);
  if (!token) return std::unexpected(std::move(token.error()));
  return "?token=" + *token;
}

// With where it can be watched again; its page asks for a ticket of its own, however late it opens.
json::object replay_of(const ChannelProfile& profile, const json::object& recording,
                       const std::string& ticket) {
  json::object past = past_of(profile, recording);
  for (const std::string_view name :
       {"playbackUrl", "downloadUrl", "storyboardUrl", "thumbnailUrl"}) {
    if (recording.contains(name)) past[name] = text_in(recording, name) + ticket;
  }
  return past;
}

Outcome<Answer> list_recordings(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = channels.named(call, call.capture("name"));
  if (!found) return std::unexpected(std::move(found.error()));
  const ChannelProfile& profile = **found;
  auto banned = channels.is_banned(call, profile);
  if (!banned) return std::unexpected(std::move(banned.error()));
  json::array list;
  if (*banned || (profile.row.is_members_only && !call.viewer)) {
    return Answer(json::object{{"recordings", std::move(list)}});
  }
  json::object input{
      {"channelArn", profile.row.channel_arn}, {"state", "ENDED"}, {"maxResults", 24}};
  if (call.has("before")) input["nextToken"] = call.text("before");
  const auto answer = call.control("ListRecordings", std::move(input));
  if (answer.error == "ValidationException") {
    return invalid("before", "That is not what a page before this one gave.");
  }
  if (!answer.ok()) return broken("ListRecordings", answer);
  const auto ticket = ticket_of(call, profile);
  if (!ticket) return std::unexpected(ticket.error());
  if (const json::array* recordings = array_in(answer.output, "recordings")) {
    for (const json::value& entry : *recordings) {
      // Of thumbnails alone there is nothing to watch.
      if (!entry.as_object().contains("playbackUrl")) continue;
      list.emplace_back(replay_of(profile, entry.as_object(), *ticket));
    }
  }
  json::object page{{"recordings", std::move(list)}};
  if (const std::string next = text_in(answer.output, "nextToken"); !next.empty()) {
    page["next"] = next;
  }
  return Answer(std::move(page));
}

Outcome<Answer> follow(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = channels.named(call, call.capture("name"));
  if (!found) return std::unexpected(std::move(found.error()));
  if (auto done = channels.follow(call, **found); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Answer::nothing();
}

Outcome<Answer> unfollow(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = channels.named(call, call.capture("name"));
  if (!found) return std::unexpected(std::move(found.error()));
  if (auto done = channels.unfollow(call, **found); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return Answer::nothing();
}

constexpr Field kVisitorInput[] = {
    {.name = "visitor", .most = 400, .description = "Of a visitor who votes"}};
constexpr Field kBeforeInput[] = {
    {.name = "before", .most = 1024, .description = "next of the page before"}};
constexpr Field kChat[] = {
    {.name = "slowMode", .type = kInteger, .description = "Seconds between messages; 0: off"},
    {.name = "followersOnly", .type = kInteger, .description = "Seconds followed; -1: off"}};
constexpr Field kVideo[] = {{.name = "videoWidth", .type = kInteger},
                            {.name = "videoHeight", .type = kInteger}};
constexpr Field kIngest[] = {{.name = "video", .type = kObject, .members = kVideo}};

}  // namespace

std::span<const Route> channel_page_routes() {
  static const std::vector<Field> kPage = [] {
    std::vector<Field> fields(card_fields().begin(), card_fields().end());
    const Field further[] = {
        {.name = "about"},
        {.name = "channelArn"},
        {.name = "channelId"},
        {.name = "roomArn"},
        {.name = "playbackUrl",
         .description = "Absent for those who may not watch: banned, or members only"},
        {.name = "membersOnly", .type = kBoolean},
        {.name = "followers", .type = kInteger},
        {.name = "isFollowing", .type = kBoolean},
        {.name = "isBanned", .type = kBoolean},
        {.name = "isOwner", .type = kBoolean},
        {.name = "role", .description = "In the chat: NONE, VIP, MODERATOR or OWNER"},
        {.name = "poll", .type = kObject, .description = "Null if there is none"},
        {.name = "chat", .type = kObject, .members = kChat},
        {.name = "ingestConfiguration",
         .type = kObject,
         .description = "While it is live",
         .members = kIngest}};
    fields.insert(fields.end(), std::begin(further), std::end(further));
    return fields;
  }();
  static const std::vector<Field> kPast = [] {
    std::vector<Field> fields(past_fields().begin(), past_fields().end());
    const Field further[] = {
        {.name = "playbackUrl",
         .description = "This and the next two, and thumbnailUrl, with a token that is good for "
                        "some minutes where only members may watch"},
        {.name = "downloadUrl", .description = "MP4"},
        {.name = "storyboardUrl", .description = "WebVTT with pictures for the seek bar"}};
    fields.insert(fields.end(), std::begin(further), std::end(further));
    return fields;
  }();
  static const Field kRecordings[] = {
      {.name = "recordings", .type = kList, .description = "Newest first", .members = kPast},
      {.name = "next"}};
  static const Route kRoutes[] = {
      {.method = Method::kGet,
       .path = "/api/platform/v1/channels/{name}",
       .summary = "What a channel's page shows",
       .input = kVisitorInput,
       .output = kPage,
       .run = show,
       .group = "Channels"},
      {.method = Method::kGet,
       .path = "/api/platform/v1/channels/{name}/recordings",
       .summary = "List past broadcasts of a channel",
       .input = kBeforeInput,
       .output = kRecordings,
       .run = list_recordings,
       .group = "Channels"},
      {.method = Method::kPut,
       .path = "/api/platform/v1/channels/{name}/follow",
       .access = Access::kSignedIn,
       .summary = "Follow a channel",
       .run = follow,
       .group = "Channels"},
      {.method = Method::kDelete,
       .path = "/api/platform/v1/channels/{name}/follow",
       .access = Access::kSignedIn,
       .summary = "Follow a channel no longer",
       .run = unfollow,
       .group = "Channels"},
  };
  return kRoutes;
}

}  // namespace app
