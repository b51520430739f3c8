#include "server/recording_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "io/loop.h"
#include "record/record.h"

namespace server {
namespace {

namespace json = boost::json;
using wire::http::Response;

constexpr std::string_view kChannels = "/api/rostrum/v1/channels/";
constexpr std::string_view kRecordings = "/recordings";
constexpr std::size_t kUsual = 20;
constexpr std::size_t kMost = 100;

std::string replay_url(std::string_view id, std::string_view ending) {
  return fmt::format("{}{}.{}", record::kReplayPrefix, id, ending);
}

std::size_t limit_of(const wire::http::Request& request) {
  const std::string text = request.query_parameter("limit").value_or("");
  std::size_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit == 0) return kUsual;
  return std::min(limit, kMost);
}

Response answer_of(const base::ChannelId& channel,
                   const base::Expected<control::ChannelRecordings>& list) {
  if (!list) {
    const bool is_missing = list.error().code == base::ErrorCode::kNotFound;
    return wire::http::error_response(
        is_missing ? 404 : 503,
        is_missing ? "there is no such channel" : "recordings cannot be listed now; try again",
        wire::http::ErrorFormat::kJson);
  }
  Response response = Response::with_body(200, "application/json",
                                          base::Slice::take(render_recordings(channel, *list)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

bool is_recordings_path(std::string_view path) {
  return path.starts_with(kChannels) && path.ends_with(kRecordings) &&
         path.size() > kChannels.size() + kRecordings.size();
}

void serve_recordings(HttpSession& session, wire::http::RequestId id,
                      const wire::http::Request& request, control::Control& control) {
  std::string_view name(request.path);
  name.remove_prefix(kChannels.size());
  name.remove_suffix(kRecordings.size());
  const base::ChannelId channel{std::string(name)};
  control.list_recordings(channel, request.query_parameter("before").value_or(""),
                          limit_of(request),
                          [&loop = session.loop(), weak = session.self(), id,
                           channel](const base::Expected<control::ChannelRecordings>& list) {
                            loop.post([weak, id, answer = answer_of(channel, list)]() mutable {
                              if (const auto alive = weak.lock())
                                (*alive)->respond(id, std::move(answer));
                            });
                          });
}

std::string render_recordings(const base::ChannelId& channel,
                              const control::ChannelRecordings& list) {
  json::array recordings;
  for (const control::RecordingListing& one : list.recordings) {
    json::object entry{
        {"id", one.id},
        {"name", one.name},
        {"clip", one.is_clip},
        {"startedAt", base::to_rfc3339_ms(one.started_at)},
        {"durationMs", std::chrono::duration_cast<std::chrono::milliseconds>(one.duration).count()},
        {"playbackUrl", replay_url(one.id, "m3u8")},
        {"downloadUrl", replay_url(one.id, "mp4")}};
    if (one.has_thumbnails) {
      entry["storyboardUrl"] = replay_url(one.id, "vtt");
      entry["thumbnailUrl"] = replay_url(one.id, "jpg");
    }
    recordings.emplace_back(std::move(entry));
  }
  json::object answer{{"recordings", std::move(recordings)},
                      {"timeShift", list.reaches_back_to.has_value()}};
  if (list.reaches_back_to) {
    answer["timeShiftSince"] = base::to_rfc3339_ms(*list.reaches_back_to);
    answer["timeShiftUrl"] = replay_url(fmt::format("live.{}", channel.str()), "m3u8");
  }
  return json::serialize(answer);
}

}  // namespace server
