// What pages of the UGC demo ask their backend for: timed metadata that they packed themselves.
#include "app/overlays/overlay_service.h"

namespace app {
namespace {

namespace json = boost::json;
using Type = Field::Type;
using Need = decltype(Field::need);

constexpr Field kAction[] = {
    {"metadata", Type::kText, Need::kRequired, 1, 0, "What viewers get, as it is"}};

std::unexpected<Refusal> refusal_of(const control::OwnAnswer& answer) {
  if (answer.error == "ChannelNotBroadcasting" || answer.error == "ResourceNotFoundException") {
    return refuse(500, "ChannelNotBroadcastingException", "");
  }
  if (answer.error == "ValidationException") {
    return refuse(400, "TimedMetadataValidationException", answer.message);
  }
  return refuse(500, "TimedMetadataException", "");
}

Outcome<Answer> send_action(Call& call) {
  auto channel = call.parts.channels->find(call.sql, call.me().id);
  if (!channel) return std::unexpected(std::move(channel.error()));
  if (!*channel || (*channel)->channel_arn.empty()) {
    return refuse(500, "ChannelNotBroadcastingException", "");
  }
  overlays_of(call).pass_on(call.me().id, (*channel)->channel_arn, call.text("metadata"),
                            [later = call.take_later()](const control::OwnAnswer& answer) mutable {
                              if (answer.ok()) {
                                later(Answer(json::object{}));
                              } else {
                                later(refusal_of(answer));
                              }
                            });
  return Answer::comes_later();
}

constexpr Route kRoutes[] = {
    {.method = wire::http::Method::kPost,
     .path = "/channel/actions/send",
     .access = Access::kSignedIn,
     .summary = "Sends timed metadata to the viewers of your channel",
     .input = kAction,
     .run = send_action,
     .manners = Manners::kDemo,
     .group = "UGC demo"},
};

}  // namespace

std::span<const Route> Overlays::demo_routes() {
  return kRoutes;
}

}  // namespace app
