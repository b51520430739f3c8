// Our own operations on rooms: the built-in review, the pinned message.
#include <boost/json/serialize.hpp>

#include "chat/chat.h"
#include "control/call.h"
#include "control/moderation_json.h"
#include "control/platform.h"
#include "control/room_record.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::string_view kRate = "maximumMessageRatePerSecond";

json::object shown(const chat::Moderation& moderation, std::int64_t rate) {
  json::object object = moderation_object(moderation);
  object[kRate] = rate;
  return json::object{{"moderation", std::move(object)}};
}

ApiObject put_moderation(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  const json::object& given = call.input.at("moderation").as_object();
  auto moderation = read_moderation(given);
  if (!moderation) {
    auto error = invalid(moderation.error().message);
    error.error().field = "moderation";
    return error;
  }
  const std::int64_t rate = integer_of(given, kRate, 0);
  json::object kept = moderation_object(*moderation);
  kept[kRate] = rate;
  room->moderation = json::serialize(kept);
  if (auto saved = update_room(call.sql, *room); !saved) return internal(saved.error());
  return after_reload(call, room->id, shown(*moderation, rate));
}

ApiObject get_moderation(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  const json::value kept = parse_kept(room->moderation);
  auto moderation = read_moderation(kept.as_object());
  if (!moderation) return internal(moderation.error());
  return shown(*moderation, integer_of(kept.as_object(), kRate, 0));
}

// As a moderator in the room does it: a message that was said a moment ago can be pinned.
ApiObject change(Call& call, chat::RoomChange wanted) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  call.later = [&platform = call.platform, id = chat::RoomId(room->id), wanted = std::move(wanted)](
                   json::object, Call::Finish finish) mutable {
    after_chat_is_written(platform, [&platform, id, wanted = std::move(wanted),
                                     finish = std::move(finish)]() mutable {
      platform.chat_above.change_room(
          id, std::move(wanted), platform.loop,
          [&platform, id, finish = std::move(finish)](base::Expected<void> changed) mutable {
            if (!changed && changed.error().code == base::ErrorCode::kNotFound) {
              return finish(not_found(changed.error().message));
            }
            if (!changed) return finish(internal(changed.error()));
            if (platform.chat == nullptr) return finish(json::object{});
            platform.chat->reload(
                id, [finish = std::move(finish)]() mutable { finish(json::object{}); });
          });
    });
  };
  return json::object{};
}

ApiObject pin(Call& call) {
  return change(call,
                {.kind = chat::RoomChange::Kind::kPin, .message_id = text_of(call.input, "id")});
}

ApiObject unpin(Call& call) {
  return change(call, {.kind = chat::RoomChange::Kind::kUnpin});
}

}  // namespace

std::span<const Handler> room_moderation_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"PutRoomModeration", kWrite, put_moderation},
      {"GetRoomModeration", kRead, get_moderation},
      {"PinMessage", kRead, pin},
      {"UnpinMessage", kRead, unpin},
  };
  return kHandlers;
}

}  // namespace control
