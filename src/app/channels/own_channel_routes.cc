// One's own channel: made, set up, its key, its health, its pictures.
#include <algorithm>
#include <boost/json/array.hpp>

#include "app/channels/assets.h"
#include "app/channels/channel_service.h"
#include "app/channels/ingest_addresses.h"
#include "app/channels/picture_forms.h"
#include "app/channels/search_words.h"
#include "app/letters/refused_starts.h"
#include "app/people/accounts.h"

namespace app {
namespace {

namespace json = boost::json;
using enum Field::Type;
using wire::http::Method;

bool may_stream(Call& call) {
  return call.me().role >= Role::kStreamer || call.parts.accounts->limits().everyone_streams;
}

Outcome<json::object> describe(Call& call, const ChannelProfile& profile) {
  ChannelService& channels = ChannelService::of(call);
  auto addresses = channels.facts().addresses(call.request, profile.row.channel_arn);
  if (!addresses) return std::unexpected(std::move(addresses.error()));
  auto url = channels.playback_url(call, profile);
  if (!url) return std::unexpected(std::move(url.error()));
  json::object channel{{"name", profile.name},
                       {"channelArn", profile.row.channel_arn},
                       {"channelId", profile.row.channel_id()},
                       {"playbackUrl", url->value_or("")},
                       {"title", profile.row.title},
                       {"category", profile.row.category},
                       {"about", profile.row.about},
                       {"membersOnly", profile.row.is_members_only},
                       {"live", call.parts.live.find(profile.row.channel_arn).has_value()},
                       {"canStream", may_stream(call)}};
  if (!profile.avatar_url.empty()) channel["avatarUrl"] = profile.avatar_url;
  if (!profile.banner_url.empty()) channel["bannerUrl"] = profile.banner_url;
  if (!channel.at("live").as_bool()) {
    auto refused = find_refused_start(call.sql, profile.row.account, call.now);
    if (!refused) return std::unexpected(std::move(refused.error()));
    if (*refused) {
      channel["refused"] = json::object{{"type", "TooManyLive"},
                                        {"message", kRefusedStartText},
                                        {"at", base::to_rfc3339(**refused)}};
    }
  }
  if (*addresses) {
    channel["ingest"] = ingest_of(call.parts.settings, call.parts.ingest, **addresses);
  }
  return channel;
}

Outcome<Answer> show(Call& call) {
  auto own = ChannelService::of(call).own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  auto channel = describe(call, **own);
  if (!channel) return std::unexpected(std::move(channel.error()));
  return Answer(std::move(*channel));
}

Outcome<Answer> make(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto before = channels.find(call.sql, call.me().id);
  if (!before) return std::unexpected(std::move(before.error()));
  auto made = channels.ensure(call, call.me().id);
  if (!made) return std::unexpected(std::move(made.error()));
  auto answer = show(call);
  if (answer && !*before) answer->status = 201;
  return answer;
}

// What was typed, on one line.
std::string line_of(std::string_view text) {
  std::string line;
  bool was_space = false;
  for (const char c : trimmed(text)) {
    const bool is_space = static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
    if (is_space && was_space) continue;
    line.push_back(is_space ? ' ' : c);
    was_space = is_space;
  }
  return line;
}

// Its viewers need tokens from then on, or need none any more.
Outcome<void> set_members_only(Call& call, const ChannelRow& row, bool wanted) {
  ChannelService& channels = ChannelService::of(call);
  if (wanted) {
    if (auto ready = channels.tickets().prepare(); !ready) return ready;
  }
  const auto answer =
      call.control("UpdateChannel", {{"arn", row.channel_arn}, {"authorized", wanted}});
  if (answer.error == "ConflictException") {
    return refuse(409, "Live", "End your broadcast before you change who may watch.",
                  "membersOnly");
  }
  if (!answer.ok()) return broken("UpdateChannel", answer);
  channels.facts().forget(row.channel_arn);
  return {};
}

Outcome<Answer> change(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  const ChannelRow& before = (*own)->row;
  ChannelRow row = before;
  row.title = call.has("title") ? line_of(call.text("title")) : row.title;
  row.category = call.has("category") ? line_of(call.text("category")) : row.category;
  row.about = std::string(trimmed(call.text("about", row.about)));
  row.is_members_only = call.flag("membersOnly", row.is_members_only);
  if (row.is_members_only != before.is_members_only) {
    if (auto done = set_members_only(call, row, row.is_members_only); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  const bool is_renamed = row.title != before.title || row.category != before.category;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto updated = sql.run(
        "UPDATE app_channels SET title = $2, category = $3, about = $4, members_only = $5 "
        "WHERE account = $1",
        {row.account, row.title, row.category, row.about,
         std::int64_t{row.is_members_only ? 1 : 0}});
    if (!updated) return broken(updated.error());
    return is_renamed ? index_channel(sql, row.account) : Outcome<void>();
  });
  channels.changed(**own);
  if (!written) return std::unexpected(std::move(written.error()));
  return show(call);
}

Outcome<Answer> show_key(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  auto key = channels.stream_key(call, (*own)->row);
  if (!key) return std::unexpected(std::move(key.error()));
  return Answer(json::object{{"streamKey", std::move(*key)}});
}

Outcome<Answer> reset_key(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  auto key = channels.reset_stream_key(call, (*own)->row);
  if (!key) return std::unexpected(std::move(key.error()));
  return Answer(json::object{{"streamKey", std::move(*key)}});
}

Outcome<Answer> stop(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  if (auto stopped = channels.stop_stream(call, (*own)->row); !stopped) {
    return std::unexpected(std::move(stopped.error()));
  }
  return Answer::nothing();
}

// What the pages of health call, about one's own channel and no other.
Outcome<Answer> operate(Call& call) {
  constexpr std::string_view kAllowed[] = {"ListStreamSessions", "GetStreamSession",
                                           "GetStreamHealth", "GetStreamMetrics", "GetStream"};
  const std::string& operation = call.capture("operation");
  if (std::ranges::find(kAllowed, operation) == std::end(kAllowed)) {
    return not_found("There is no such operation here.");
  }
  auto own = ChannelService::of(call).own(call);
  if (!own) return std::unexpected(std::move(own.error()));
  json::object input = call.input;
  input["channelArn"] = (*own)->row.channel_arn;
  auto answer = call.control(operation, std::move(input));
  if (answer.ok()) return Answer(std::move(answer.output));
  if (answer.status >= 500) return broken(operation, answer);
  return refuse(answer.status, answer.error, answer.message);
}

Outcome<Answer> keep_picture(Call& call, std::string_view kind) {
  auto kept = call.parts.assets->keep_picture(call, call.me().id, kind,
                                              call.request.http.body.span(), form_of(kind));
  if (!kept) return std::unexpected(std::move(kept.error()));
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.find_profile(call.sql, call.me().id);
  if (own && *own) channels.changed(**own);
  return Answer(json::object{{"url", kept->url}});
}

Outcome<Answer> remove_picture(Call& call, std::string_view kind) {
  if (auto removed = call.parts.assets->remove(call, call.me().id, kind); !removed) {
    return std::unexpected(std::move(removed.error()));
  }
  ChannelService& channels = ChannelService::of(call);
  auto own = channels.find_profile(call.sql, call.me().id);
  if (own && *own) channels.changed(**own);
  return Answer::nothing();
}

Outcome<Answer> put_avatar(Call& call) {
  return keep_picture(call, "avatar");
}
Outcome<Answer> put_banner(Call& call) {
  return keep_picture(call, "banner");
}
Outcome<Answer> remove_avatar(Call& call) {
  return remove_picture(call, "avatar");
}
Outcome<Answer> remove_banner(Call& call) {
  return remove_picture(call, "banner");
}

constexpr Field kIngest[] = {{.name = "server", .description = "For encoders, before the key"},
                             {.name = "rtmp"},
                             {.name = "rtmps"},
                             {.name = "srt", .description = "The key is the stream id"},
                             {.name = "srtPassphrase", .description = "Secret"}};
constexpr Field kRefused[] = {{.name = "type",
                               .description = "As many channels are live as may be",
                               .choices = "TooManyLive"},
                              {.name = "message", .description = "What to do"},
                              {.name = "at"}};
constexpr Field kChannel[] = {
    {.name = "name"},
    {.name = "channelArn"},
    {.name = "channelId"},
    {.name = "playbackUrl"},
    {.name = "title"},
    {.name = "category"},
    {.name = "about"},
    {.name = "membersOnly", .type = kBoolean},
    {.name = "avatarUrl"},
    {.name = "bannerUrl"},
    {.name = "ingest", .type = kObject, .members = kIngest},
    {.name = "live", .type = kBoolean},
    {.name = "canStream", .type = kBoolean, .description = "Whether this account may go live"},
    {.name = "refused",
     .type = kObject,
     .description = "Why the last broadcast was ended at its start, for ten minutes",
     .members = kRefused}};
constexpr Field kChange[] = {
    {.name = "title", .most = 140},
    {.name = "category", .most = 60},
    {.name = "about", .most = 2'000},
    {.name = "membersOnly",
     .type = kBoolean,
     .description = "Only people who are signed in may watch; not while it is live"}};
constexpr Field kKey[] = {{.name = "streamKey", .description = "Secret"}};
constexpr Field kUrl[] = {{.name = "url", .description = "Where the picture is"}};
constexpr Field kOperation[] = {{.name = "streamId", .most = 26},
                                {.name = "startTime", .most = 40},
                                {.name = "endTime", .most = 40},
                                {.name = "period", .type = kInteger, .least = 5, .most = 3'600},
                                {.name = "nextToken", .most = 1'024},
                                {.name = "maxResults", .type = kInteger, .least = 1, .most = 100}};

constexpr Route own_route(Method method, std::string_view path, std::string_view summary,
                          Outcome<Answer> (*run)(Call&), std::span<const Field> input,
                          std::span<const Field> output, Pace pace) {
  return {.method = method,
          .path = path,
          .access = Access::kSignedIn,
          .pace = pace,
          .summary = summary,
          .input = input,
          .output = output,
          .run = run,
          .group = "Your channel"};
}

constexpr Route picture_route(Method method, std::string_view path, std::string_view summary,
                              Outcome<Answer> (*run)(Call&), std::size_t most) {
  Route route = own_route(method, path, summary, run, {}, {}, Pace::kSlow);
  if (method == Method::kPut) {
    route.output = kUrl;
    route.body = Body::kOctets;
    route.max_body = most;
  }
  return route;
}

// A picture that is a little too large is refused by us, who say by how much.
constexpr std::size_t kRoom = std::size_t{1} << 20;

constexpr Route kRoutes[] = {
    own_route(Method::kGet, "/api/platform/v1/me/channel", "One's own channel", show, {}, kChannel,
              Pace::kQuick),
    own_route(Method::kPost, "/api/platform/v1/me/channel", "Make one's channel, if there is none",
              make, {}, kChannel, Pace::kSlow),
    own_route(Method::kPatch, "/api/platform/v1/me/channel", "Change one's channel", change,
              kChange, kChannel, Pace::kSlow),
    own_route(Method::kGet, "/api/platform/v1/me/channel/key", "Show the stream key", show_key, {},
              kKey, Pace::kSlow),
    own_route(Method::kPost, "/api/platform/v1/me/channel/key/reset",
              "Make a new stream key; ends the broadcast", reset_key, {}, kKey, Pace::kSlow),
    own_route(Method::kPost, "/api/platform/v1/me/channel/stop", "End one's broadcast", stop, {},
              {}, Pace::kSlow),
    own_route(Method::kPost, "/api/platform/v1/me/channel/operations/{operation}",
              "Ask an operation of the API about one's own channel", operate, kOperation, {},
              Pace::kQuick),
    picture_route(Method::kPut, "/api/platform/v1/me/avatar", "Upload a picture of oneself",
                  put_avatar, kMostAvatar + kRoom),
    picture_route(Method::kDelete, "/api/platform/v1/me/avatar", "Remove it", remove_avatar, 0),
    picture_route(Method::kPut, "/api/platform/v1/me/banner", "Upload the channel's banner",
                  put_banner, kMostBanner + kRoom),
    picture_route(Method::kDelete, "/api/platform/v1/me/banner", "Remove it", remove_banner, 0),
};

}  // namespace

std::span<const Route> own_channel_routes() {
  return kRoutes;
}

}  // namespace app
