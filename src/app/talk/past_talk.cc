// What was said: to read back in a chat that is on, and beside a past broadcast.
#include <boost/json/array.hpp>

#include "app/talk/talk_routes.h"
#include "base/rfc3339.h"

namespace app::talk {
namespace {

namespace json = boost::json;

constexpr std::int64_t kUsualPage = 100;

void copy(const json::object& from, std::string_view name, json::object& to, std::string_view as) {
  if (const json::value* value = from.if_contains(name)) to[as] = *value;
}

// A frame of the chat's socket, so that pages read both in one way.
json::object frame_of(const json::object& said) {
  json::object frame;
  copy(said, "type", frame, "Type");
  copy(said, "id", frame, "Id");
  copy(said, "sendTime", frame, "SendTime");
  copy(said, "content", frame, "Content");
  copy(said, "eventName", frame, "EventName");
  copy(said, "attributes", frame, "Attributes");
  if (said.contains("userId")) {
    json::object sender;
    copy(said, "userId", sender, "UserId");
    copy(said, "senderAttributes", sender, "Attributes");
    copy(said, "senderRole", sender, "Role");
    frame["Sender"] = std::move(sender);
  }
  return frame;
}

Outcome<void> check_time(const Call& call, std::string_view name) {
  if (!call.has(name) || base::parse_rfc3339(call.text(name))) return {};
  return invalid(name, "That is not a time as in RFC 3339.");
}

}  // namespace

Outcome<Answer> list_messages(Call& call) {
  auto place = place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  if (auto may = minder_of(call).may_read(call, place->channel); !may) {
    return std::unexpected(std::move(may.error()));
  }
  if (place->channel.room_arn.empty()) return Answer(json::object{{"messages", json::array{}}});
  for (const std::string_view name : {"from", "to"}) {
    if (auto checked = check_time(call, name); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
  }
  json::object input{{"roomIdentifier", place->channel.room_arn},
                     {"order", "OLDEST_FIRST"},
                     {"maxResults", call.integer("limit", kUsualPage)}};
  if (call.has("from")) input["startTime"] = call.text("from");
  if (call.has("to")) input["endTime"] = call.text("to");
  if (call.has("after")) input["nextToken"] = call.text("after");
  const control::OwnAnswer answer = call.control("ListRoomMessages", std::move(input));
  if (answer.error == "ValidationException") {
    return invalid("after", "That is not what a page before this one gave.");
  }
  if (!answer.ok()) return refusal_of(answer, "The chat");
  json::array frames;
  for (const json::value& said : answer.output.at("messages").as_array()) {
    frames.emplace_back(frame_of(said.as_object()));
  }
  json::object page{{"messages", std::move(frames)}};
  copy(answer.output, "nextToken", page, "next");
  return Answer(std::move(page));
}

}  // namespace app::talk
