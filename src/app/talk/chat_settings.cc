// What may be said in a chat and by whom, and what moderators do with messages. All but who must
// follow and who may read is the room's own moderation: it stands there alone.
#include <boost/json/array.hpp>

#include "app/core/feed.h"
#include "app/talk/talk_routes.h"

namespace app::talk {
namespace {

namespace json = boost::json;

constexpr std::int64_t kRepeatedSeconds = 30;

control::OwnAnswer moderation_of(Call& call, const ChatPlace& place) {
  return call.control("GetRoomModeration", {{"roomIdentifier", place.channel.room_arn}});
}

json::object shown(const json::object& moderation, const ChatSettings& settings) {
  return {{"slowMode", moderation.at("slowModeSeconds")},
          {"followersOnly", settings.followers_only},
          {"blockedWords", moderation.at("blockedWords")},
          {"blockedPatterns", moderation.at("blockedPatterns")},
          {"links", moderation.at("links")},
          {"repeated", moderation.at("repeatedTextSeconds").as_int64() > 0},
          {"newAccountSeconds", moderation.at("newAccountSeconds")},
          {"membersOnlyChat", settings.members_only}};
}

Outcome<ChatPlace> moderated_room_of(Call& call) {
  auto place = moderated_place_of(call);
  if (place && place->channel.room_arn.empty()) return not_found("This channel has no chat yet.");
  return place;
}

// Kept beside the room's own moderation: what pages show before they are in the chat.
Outcome<void> keep(Call& call, const std::string& owner, const ChatSettings& settings) {
  return call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    if (auto saved = save_settings(sql, owner, settings); !saved) return broken(saved.error());
    return {};
  });
}

Outcome<Answer> done_in_room(const control::OwnAnswer& answer, std::string_view what) {
  if (answer.ok()) return Answer::nothing();
  return refusal_of(answer, what);
}

}  // namespace

Outcome<Answer> get_settings(Call& call) {
  auto place = moderated_room_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto settings = load_settings(call.sql, place->owner.id);
  if (!settings) return broken(settings.error());
  const control::OwnAnswer answer = moderation_of(call, *place);
  if (!answer.ok()) return refusal_of(answer, "The chat");
  const json::object& moderation = answer.output.at("moderation").as_object();
  const std::int64_t slow_mode = moderation.at("slowModeSeconds").as_int64();
  if (slow_mode != settings->slow_mode) {
    // A moderator set it in the chat itself.
    settings->slow_mode = slow_mode;
    if (auto kept = keep(call, place->owner.id, *settings); !kept) {
      return std::unexpected(std::move(kept.error()));
    }
  }
  return Answer(shown(moderation, *settings));
}

Outcome<Answer> put_settings(Call& call) {
  auto place = moderated_room_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto settings = load_settings(call.sql, place->owner.id);
  if (!settings) return broken(settings.error());
  const control::OwnAnswer before = moderation_of(call, *place);
  if (!before.ok()) return refusal_of(before, "The chat");
  json::object moderation = before.output.at("moderation").as_object();
  for (const auto& [member, theirs] :
       {std::pair("slowMode", "slowModeSeconds"), std::pair("blockedWords", "blockedWords"),
        std::pair("blockedPatterns", "blockedPatterns"), std::pair("links", "links"),
        std::pair("newAccountSeconds", "newAccountSeconds")}) {
    if (call.has(member)) moderation[theirs] = call.input.at(member);
  }
  if (call.has("repeated")) {
    moderation["repeatedTextSeconds"] = call.flag("repeated") ? kRepeatedSeconds : 0;
  }
  settings->slow_mode = moderation.at("slowModeSeconds").as_int64();
  settings->followers_only = call.integer("followersOnly", settings->followers_only);
  settings->members_only = call.flag("membersOnlyChat", settings->members_only);
  // Those who are in the chat already are held to it, too: their tokens say who followed.
  moderation["speakers"] = settings->followers_only >= 0 ? "FOLLOWERS" : "EVERYBODY";
  const control::OwnAnswer answer = call.control(
      "PutRoomModeration",
      {{"roomIdentifier", place->channel.room_arn}, {"moderation", std::move(moderation)}});
  if (answer.error == "ValidationException") return invalid("blockedPatterns", answer.message);
  if (!answer.ok()) return refusal_of(answer, "The chat");
  if (auto kept = keep(call, place->owner.id, *settings); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  call.parts.feed.publish("channel:" + place->owner.id, "chat-settings",
                          json::object{{"slowMode", settings->slow_mode},
                                       {"followersOnly", settings->followers_only},
                                       {"membersOnlyChat", settings->members_only}});
  return Answer(shown(answer.output.at("moderation").as_object(), *settings));
}

Outcome<Answer> delete_message(Call& call) {
  auto place = moderated_room_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  json::object input{{"roomIdentifier", place->channel.room_arn}, {"id", call.text("messageId")}};
  const std::string reason = call.text("reason");
  if (!trimmed(reason).empty()) input["reason"] = trimmed(reason);
  return done_in_room(call.control("DeleteMessage", std::move(input)), "The message");
}

Outcome<Answer> pin(Call& call) {
  auto place = moderated_room_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  return done_in_room(call.control("PinMessage", {{"roomIdentifier", place->channel.room_arn},
                                                  {"id", call.text("messageId")}}),
                      "The message");
}

Outcome<Answer> unpin(Call& call) {
  auto place = moderated_room_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  return done_in_room(call.control("UnpinMessage", {{"roomIdentifier", place->channel.room_arn}}),
                      "The chat");
}

}  // namespace app::talk
