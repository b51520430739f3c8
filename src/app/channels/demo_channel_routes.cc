// /channel of the UGC demo's backend: one's own channel, for clients that were written against it.
#include <algorithm>
#include <boost/json/array.hpp>

#include "app/channels/asset_store.h"
#include "app/channels/channel_service.h"
#include "app/channels/demo_channels.h"
#include "app/channels/ingest_addresses.h"
#include "app/channels/multipart.h"
#include "app/channels/picture_forms.h"
#include "app/people/accounts.h"
#include "app/people/names.h"

namespace app {

namespace json = boost::json;

json::object asset_urls(const ChannelProfile& profile) {
  json::object urls;
  if (!profile.avatar_url.empty()) urls["avatar"] = profile.avatar_url;
  if (!profile.banner_url.empty()) urls["banner"] = profile.banner_url;
  return urls;
}

std::string demo_avatar(const ChannelProfile& profile) {
  return profile.avatar_url.empty() ? profile.avatar : "custom";
}

std::unexpected<Refusal> unexpected_exception(std::string_view message) {
  return refuse(500, "UnexpectedException", message);
}

namespace {

using enum Field::Type;
using wire::http::Method;
using wire::http::Response;

constexpr std::chrono::seconds kUploadWithin{20};

Answer empty(std::uint16_t status = 200) {
  Answer answer{json::object()};
  answer.status = status;
  return answer;
}

// A failure under the name that the demo's backend gives it.
std::unexpected<Refusal> renamed(Refusal refusal, std::string_view type) {
  if (refusal.status >= 500) refusal.type = type;
  return std::unexpected(std::move(refusal));
}

Outcome<ProfilePtr> own(Call& call) {
  auto found = ChannelService::of(call).find_profile(call.sql, call.me().id);
  // How the demo's pages see that somebody signed in for the first time.
  if (found && !*found) return unexpected_exception("There is no channel yet.");
  return found;
}

Outcome<Answer> show(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto mine = own(call);
  if (!mine) return std::unexpected(std::move(mine.error()));
  const ChannelProfile& profile = **mine;
  auto addresses = channels.facts().addresses(call.request, profile.row.channel_arn);
  if (!addresses) return std::unexpected(std::move(addresses.error()));
  if (!*addresses) return unexpected_exception("The channel has gone.");
  auto url = channels.playback_url(call, profile);
  if (!url) return std::unexpected(std::move(url.error()));
  auto key = channels.stream_key(call, profile.row);
  if (!key) return std::unexpected(std::move(key.error()));
  const std::string id(profile.row.channel_id());
  return Answer(json::object{
      {"avatar", demo_avatar(profile)},
      {"color", profile.color},
      {"channelAssetUrls", asset_urls(profile)},
      {"channelResourceId", id},
      {"channelId", folded(id)},
      {"ingestEndpoint", (*addresses)->ingest_endpoint},
      {"ingestServerUrl", ingest_server_of(call.parts.settings, call.parts.ingest, **addresses)},
      {"playbackUrl", url->value_or("")},
      {"streamKeyValue", std::move(*key)},
      {"username", profile.name},
      {"trackingId", folded(id)},
      {"stageId", nullptr},
      {"channelConfiguration",
       json::object{{"type", (*addresses)->type},
                    {"multitrackInputConfiguration", (*addresses)->multitrack}}}});
}

Outcome<Answer> make(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto before = channels.find(call.sql, call.me().id);
  if (!before) return std::unexpected(std::move(before.error()));
  if (auto made = channels.ensure(call, call.me().id); !made) {
    return renamed(std::move(made.error()), "UnexpectedException");
  }
  return empty(*before ? 200 : 201);
}

Outcome<Answer> apply_settings(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto mine = own(call);
  if (!mine) return std::unexpected(std::move(mine.error()));
  auto changed = channels.maker().apply_settings(call, (*mine)->row);
  if (!changed) return renamed(std::move(changed.error()), "UnexpectedException");
  if (!*changed) return Answer::nothing();
  channels.facts().forget((*mine)->row.channel_arn);
  return empty(201);
}

Outcome<Answer> reset_key(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto mine = own(call);
  if (!mine) return renamed(std::move(mine.error()), "ResetStreamKeyException");
  auto key = channels.reset_stream_key(call, (*mine)->row);
  if (!key) return renamed(std::move(key.error()), "ResetStreamKeyException");
  return Answer(json::object{{"streamKeyValue", std::move(*key)}});
}

Outcome<Answer> live_status(Call& call) {
  auto mine = own(call);
  if (!mine) return std::unexpected(std::move(mine.error()));
  return Answer(
      json::object{{"isStageActive", false},
                   {"isBroadcasting", call.parts.live.find((*mine)->row.channel_arn).has_value()}});
}

Outcome<Answer> begin_upload(Call& call) {
  const std::string kind = call.text("assetType");
  const std::string type = call.text("contentType");
  const bool is_kind = kind == "avatar" || kind == "banner";
  const bool is_type = type == "image/jpeg" || type == "image/jpg" || type == "image/png";
  if (!is_kind || !is_type) {
    return refuse(400, "InvalidPresignedPostInputException",
                  "assetType is avatar or banner, contentType image/jpeg, image/jpg or image/png.");
  }
  const std::string leave =
      AssetStore::of(call).sign({.account = call.me().id, .kind = kind}, call.now + kUploadWithin);
  return Answer(json::object{{"url", call.site_url() + "/channel/assets/upload"},
                             {"fields", json::object{{"key", call.me().id + "/" + kind},
                                                     {"Content-Type", type},
                                                     {"policy", leave}}}});
}

// What the demo's pages send to the address above: a form without anything that says who sends it
// but the leave.
Outcome<Answer> upload(Call& call) {
  const auto parts =
      parse_form(call.request.http.headers.get("Content-Type"), call.request.http.body.span());
  if (!parts) return refuse(400, "InvalidPresignedPostInputException", parts.error().message);
  const FormPart* policy = find_part(*parts, "policy");
  const FormPart* file = find_part(*parts, "file");
  if (policy == nullptr || file == nullptr) {
    return refuse(400, "InvalidPresignedPostInputException", "policy or file is missing.");
  }
  const auto leave = AssetStore::of(call).check(base::as_text(policy->content), call.now);
  if (!leave) return refuse(403, "AccessDenied", "The leave to upload has ended. Ask again.");
  auto kept = call.parts.assets->keep_picture(call, leave->account, leave->kind, file->content,
                                              form_of(leave->kind));
  if (!kept) return std::unexpected(std::move(kept.error()));
  ChannelService& channels = ChannelService::of(call);
  auto profile = channels.find_profile(call.sql, leave->account);
  if (profile && *profile) channels.changed(**profile);
  Answer answer = Answer::nothing(204);
  answer.headers = {{"Location", call.site_url() + kept->url},
                    {"x-amz-version-id", kept->id},
                    {"Access-Control-Expose-Headers", "Location, x-amz-version-id, Date"}};
  return answer;
}

// Pictures are kept when they are uploaded; what is drawn, and the colour, is said here.
Outcome<Answer> change_preferences(Call& call) {
  const auto name_of = [&](std::string_view key) {
    const json::object* preference = object_in(call.input, key);
    return preference != nullptr ? text_in(*preference, "name") : std::string();
  };
  const std::string avatar = name_of("avatar");
  const std::string color = name_of("color");
  const auto is_one_of = [](auto known, const std::string& name) {
    return name.empty() || std::ranges::find(known, name) != known.end();
  };
  const bool is_drawn = avatar != "custom" && !avatar.empty();
  if ((is_drawn && !is_one_of(avatars(), avatar)) || !is_one_of(colors(), color)) {
    return refuse(400, "ChangeUserPreferencesException", "There is no such avatar or colour.");
  }
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto updated = sql.run(
        "UPDATE app_accounts SET avatar = CASE WHEN $2 = '' THEN avatar ELSE $2 END, "
        "color = CASE WHEN $3 = '' THEN color ELSE $3 END WHERE id = $1",
        {call.me().id, is_drawn ? avatar : std::string(), color});
    if (!updated) return broken(updated.error());
    return {};
  });
  if (!written) return renamed(std::move(written.error()), "ChangeUserPreferencesException");
  if (is_drawn) {
    auto removed = call.parts.assets->remove(call, call.me().id, "avatar");
    if (!removed) return renamed(std::move(removed.error()), "ChangeUserPreferencesException");
  }
  ChannelService& channels = ChannelService::of(call);
  auto profile = channels.find_profile(call.sql, call.me().id);
  if (profile && *profile) channels.changed(**profile);
  return Answer(call.input);
}

Outcome<Answer> remove_asset(Call& call) {
  const std::string kind = call.text("assetType");
  if (kind != "avatar" && kind != "banner") {
    return refuse(400, "DeleteChannelAssetException", "assetType is avatar or banner.");
  }
  if (auto removed = call.parts.assets->remove(call, call.me().id, kind); !removed) {
    return renamed(std::move(removed.error()), "DeleteChannelAssetException");
  }
  ChannelService& channels = ChannelService::of(call);
  auto profile = channels.find_profile(call.sql, call.me().id);
  if (profile && *profile) channels.changed(**profile);
  return Answer::nothing();
}

constexpr Field kResources[] = {{.name = "email", .most = 254}};
constexpr Field kUpload[] = {{.name = "assetType", .description = "avatar or banner"},
                             {.name = "contentType"}};
constexpr Field kAsset[] = {{.name = "assetType", .description = "avatar or banner"}};
constexpr Field kPreference[] = {{.name = "name", .most = 200},
                                 {.name = "previewUrl", .most = 2'000},
                                 {.name = "uploadDateTime", .most = 60}};
constexpr Field kPreferences[] = {{.name = "avatar", .type = kObject, .members = kPreference},
                                  {.name = "color", .type = kObject, .members = kPreference},
                                  {.name = "banner", .type = kObject, .members = kPreference}};

constexpr Route demo(Method method, std::string_view path, std::string_view summary,
                     Outcome<Answer> (*run)(Call&), std::span<const Field> input = {},
                     Pace pace = Pace::kSlow) {
  return {.method = method,
          .path = path,
          .access = Access::kSignedIn,
          .pace = pace,
          .summary = summary,
          .input = input,
          .run = run,
          .manners = Manners::kDemo,
          .group = "As the UGC demo's backend"};
}

constexpr Route upload_route() {
  Route route = demo(Method::kPost, "/channel/assets/upload",
                     "Upload a picture with the fields that were given for it", upload);
  route.access = Access::kAnyone;
  route.body = Body::kOctets;
  route.max_body = kMostBanner + (std::size_t{1} << 20);
  return route;
}

constexpr Route kRoutes[] = {
    demo(Method::kGet, "/channel", "One's own channel, with its stream key", show),
    demo(Method::kPost, "/channel/resources/create", "Make one's channel and room", make,
         kResources),
    demo(Method::kPut, "/channel/config/update", "Bring one's channel to what is configured",
         apply_settings),
    demo(Method::kGet, "/channel/streamKey/reset", "Make a new stream key", reset_key),
    demo(Method::kGet, "/channel/liveStatus", "Whether one is live", live_status, {}, Pace::kQuick),
    demo(Method::kPost, "/channel/assets/imagePresignedPost/create", "Ask to upload a picture",
         begin_upload, kUpload, Pace::kQuick),
    upload_route(),
    demo(Method::kPut, "/channel/preferences/update", "Choose avatar and colour",
         change_preferences, kPreferences),
    demo(Method::kDelete, "/channel/asset", "Remove an uploaded picture", remove_asset, kAsset),
};

}  // namespace

std::span<const Route> demo_channel_routes() {
  return kRoutes;
}

}  // namespace app
