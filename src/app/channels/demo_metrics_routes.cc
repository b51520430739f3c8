// /metrics of the UGC demo's backend: one's own broadcasts and how they went.
#include <boost/json/array.hpp>

#include "app/channels/channel_service.h"
#include "app/channels/demo_channels.h"
#include "app/channels/demo_metrics.h"
#include "base/rfc3339.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;

constexpr std::int64_t kPage = 50;
constexpr std::chrono::hours kLiveWindow{3};

Outcome<ProfilePtr> own(Call& call) {
  auto found = ChannelService::of(call).find_profile(call.sql, call.me().id);
  if (!found) return found;
  // Of others there is nothing to be seen, nor whether there is such a channel.
  if (!*found || (*found)->row.channel_id() != call.capture("channelResourceId")) {
    return refuse(404, "UnexpectedException", "That is not your channel.");
  }
  return found;
}

json::object session_of(const json::object& session) {
  json::object shown = session;
  const bool is_live = !session.contains("endTime");
  shown["isLive"] = is_live;
  if (is_live) shown["endTime"] = nullptr;
  return shown;
}

Outcome<Answer> list(Call& call) {
  auto mine = own(call);
  if (!mine) return std::unexpected(std::move(mine.error()));
  json::object input{{"channelArn", (*mine)->row.channel_arn}, {"maxResults", kPage}};
  if (call.has("nextToken")) input["nextToken"] = call.text("nextToken");
  const auto answer = call.control("ListStreamSessions", std::move(input));
  if (!answer.ok()) return unexpected_exception(answer.message);
  json::array sessions;
  if (const json::array* given = array_in(answer.output, "streamSessions")) {
    for (const json::value& entry : *given) {
      json::object session = session_of(entry.as_object());
      session["channelArn"] = (*mine)->row.channel_arn;
      sessions.emplace_back(std::move(session));
    }
  }
  json::object shown{{"streamSessions", std::move(sessions)}, {"maxResults", kPage}};
  if (const std::string next = text_in(answer.output, "nextToken"); !next.empty()) {
    shown["nextToken"] = next;
  }
  return Answer(std::move(shown));
}

json::array metrics_of(Call& call, const ChannelRow& row, const std::string& stream,
                       base::WallTime start, std::optional<base::WallTime> end) {
  base::WallTime from = start;
  const base::WallTime until = end.value_or(call.now);
  if (!end) from = std::max(from, call.now - kLiveWindow);
  const auto answer =
      call.control("GetStreamMetrics", {{"channelArn", row.channel_arn},
                                        {"streamId", stream},
                                        {"startTime", base::to_rfc3339(from)},
                                        {"endTime", base::to_rfc3339(until)},
                                        {"period", metrics_period(call.now - start)}});
  // A page without figures is better than none.
  return demo_metrics(answer.ok() ? answer.output : json::object(), !end.has_value());
}

Outcome<Answer> show(Call& call) {
  auto mine = own(call);
  if (!mine) return std::unexpected(std::move(mine.error()));
  const ChannelRow& row = (*mine)->row;
  const std::string stream = call.capture("streamSessionId");
  const auto answer =
      call.control("GetStreamSession", {{"channelArn", row.channel_arn}, {"streamId", stream}});
  const json::object* session = answer.ok() ? object_in(answer.output, "streamSession") : nullptr;
  if (session == nullptr) {
    return refuse(answer.status >= 500 ? 500 : 404, "UnexpectedException",
                  "There is no such broadcast.");
  }
  const auto start = base::parse_rfc3339(text_in(*session, "startTime"));
  const auto end = base::parse_rfc3339(text_in(*session, "endTime"));
  json::object shown{{"streamId", stream},
                     {"startTime", text_in(*session, "startTime")},
                     {"endTime", nullptr},
                     {"isLive", !end.has_value()}};
  if (end) shown["endTime"] = text_in(*session, "endTime");
  const json::object* channel = object_in(*session, "channel");
  shown["channel"] = json::object{{"type", channel != nullptr ? text_in(*channel, "type") : ""}};
  if (const auto* ingest = object_in(*session, "ingestConfiguration")) {
    shown["ingestConfiguration"] = *ingest;
  }
  const json::array none;
  const json::array* events = array_in(*session, "truncatedEvents");
  json::array told = demo_events(events != nullptr ? *events : none, !end.has_value());
  // As its last event of health says.
  bool is_healthy = true;
  for (const json::value& event : demo_events(events != nullptr ? *events : none, false)) {
    const std::string name = text_in(event.as_object(), "name");
    if (name == "Starvation Start") is_healthy = false;
    if (name == "Starvation End") is_healthy = true;
  }
  shown["isHealthy"] = is_healthy;
  shown["truncatedEvents"] = std::move(told);
  shown["metrics"] = start ? metrics_of(call, row, stream, *start, end) : json::array();
  return Answer(std::move(shown));
}

constexpr Field kList[] = {{.name = "nextToken", .most = 1024}};

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/metrics/{channelResourceId}/streamSessions",
     .access = Access::kSignedIn,
     .summary = "List one's broadcasts, newest first",
     .input = kList,
     .run = list,
     .manners = Manners::kDemo,
     .group = "As the UGC demo's backend"},
    {.method = Method::kGet,
     .path = "/metrics/{channelResourceId}/streamSessions/{streamSessionId}",
     .access = Access::kSignedIn,
     .summary = "How one of one's broadcasts went",
     .run = show,
     .manners = Manners::kDemo,
     .group = "As the UGC demo's backend"},
};

}  // namespace

std::span<const Route> demo_metrics_routes() {
  return kRoutes;
}

}  // namespace app
