#include "app/channels/cards.h"

#include <fmt/format.h>

#include "app/channels/channel_maker.h"

namespace app {

namespace json = boost::json;

namespace {

using Type = Field::Type;

constexpr Field kCard[] = {
    {.name = "name", .description = "Of the account; of channels without one their label"},
    {.name = "avatar", .description = "One of the drawn ones, or custom"},
    {.name = "color"},
    {.name = "avatarUrl", .description = "An uploaded picture"},
    {.name = "bannerUrl"},
    {.name = "title"},
    {.name = "category"},
    {.name = "live", .type = Type::kBoolean},
    {.name = "viewers", .type = Type::kInteger},
    {.name = "startedAt", .description = "While it is live"},
    {.name = "lastLiveAt"},
    {.name = "thumbnailUrl", .description = "The newest picture of the running broadcast"},
    {.name = "watchUrl", .description = "Its page"},
    {.name = "streamId"},
};

constexpr Field kFace[] = {
    {.name = "name"}, {.name = "avatar"}, {.name = "color"}, {.name = "avatarUrl"}};

constexpr Field kPast[] = {
    {.name = "id"},
    {.name = "channel", .type = Type::kObject, .members = kFace},
    {.name = "title"},
    {.name = "startedAt"},
    {.name = "duration", .type = Type::kInteger, .description = "Seconds"},
    {.name = "thumbnailUrl"},
    {.name = "watchUrl", .description = "Where it can be watched"},
};

void add_face(json::object& object, const ChannelProfile& profile) {
  object["name"] = profile.name;
  object["avatar"] = profile.avatar;
  object["color"] = profile.color;
  if (!profile.avatar_url.empty()) object["avatarUrl"] = profile.avatar_url;
}

void add_live(json::object& object, const LiveChannel* live, std::string_view thumbnail) {
  object["live"] = live != nullptr;
  object["viewers"] = live != nullptr ? live->viewers : 0;
  if (live != nullptr) {
    object["startedAt"] = base::to_rfc3339(live->started_at);
    object["streamId"] = live->stream_id;
  }
  if (!thumbnail.empty()) object["thumbnailUrl"] = thumbnail;
}

}  // namespace

json::object card_of(const ChannelProfile& profile, const LiveChannel* live,
                     std::string_view thumbnail) {
  json::object card;
  card.reserve(std::size(kCard) + 16);
  add_face(card, profile);
  if (!profile.banner_url.empty()) card["bannerUrl"] = profile.banner_url;
  card["title"] = profile.row.title;
  card["category"] = profile.row.category;
  add_live(card, live, thumbnail);
  if (profile.last_live_at) card["lastLiveAt"] = base::to_rfc3339(*profile.last_live_at);
  card["watchUrl"] = "/" + profile.name;
  return card;
}

json::object card_of(const LooseChannel& channel, const LiveChannel* live,
                     std::string_view thumbnail) {
  json::object card{{"name", channel.name.empty() ? channel.id : channel.name},
                    {"avatar", ""},
                    {"color", ""},
                    {"title", ""},
                    {"category", ""}};
  add_live(card, live, thumbnail);
  card["watchUrl"] = "/watch/" + channel.id;
  return card;
}

json::object past_of(const ChannelProfile& profile, const json::object& recording) {
  json::object face;
  add_face(face, profile);
  const std::string id = text_in(recording, "recordingId");
  std::int64_t milliseconds = 0;
  if (const json::value* value = recording.if_contains("durationMs")) {
    if (value->is_number()) milliseconds = value->to_number<std::int64_t>();
  }
  const std::string name = text_in(recording, "name");
  json::object past{{"id", id},
                    {"channel", std::move(face)},
                    {"title", name.empty() ? profile.row.title : name},
                    {"startedAt", text_in(recording, "startedAt")},
                    {"duration", milliseconds / 1000},
                    {"watchUrl", fmt::format("/watch/{}/replay/{}?of={}", profile.row.channel_id(),
                                             id, profile.name)}};
  if (recording.contains("thumbnailUrl") && !profile.row.is_members_only) {
    past["thumbnailUrl"] = recording_thumbnail(id);
  }
  return past;
}

std::string recording_thumbnail(std::string_view recording) {
  return fmt::format("/api/video/v1/recordings/{}.jpg", recording);
}

std::span<const Field> card_fields() {
  return kCard;
}
std::span<const Field> past_fields() {
  return kPast;
}

}  // namespace app
