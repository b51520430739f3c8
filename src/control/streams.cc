// What is live: asking about it, stopping it, metadata and advertising breaks in it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/channel_record.h"
#include "control/home_call.h"
#include "control/live_board.h"
#include "control/platform.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kAdBreakIdLength = 12;

std::string_view health_name(live::Health health) {
  switch (health) {
    case live::Health::kHealthy:
      return "HEALTHY";
    case live::Health::kStarving:
      return "STARVING";
    case live::Health::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::unexpected<ApiError> not_broadcasting() {
  return api_fail("ChannelNotBroadcasting", "the channel is not live");
}

/// The stream of the channel that `channelArn` names, while it is live.
ApiResult<LiveStream> live_stream(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "channelArn"));
  if (!channel) return std::unexpected(channel.error());
  auto stream = call.platform.board.find(base::ChannelId(channel->id));
  if (!stream || call.platform.live == nullptr) return not_broadcasting();
  return *stream;
}

json::object summary(const Call& call, const LiveStream& stream) {
  return {{"channelArn", make_arn(call.platform.home, "channel", stream.channel.str())},
          {"streamId", stream.stream.str()},
          {"state", "LIVE"},
          {"health", health_name(stream.health)},
          {"viewerCount", stream.viewers},
          {"startTime", base::to_rfc3339(stream.started_at)}};
}

ApiObject get_stream(Call& call) {
  auto stream = live_stream(call);
  if (!stream) return std::unexpected(stream.error());
  json::object object = summary(call, *stream);
  object["playbackUrl"] = playback_url(call.platform.home, call.endpoints, stream->channel.str());
  return json::object{{"stream", std::move(object)}};
}

ApiObject list_streams(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  const json::value* filter = call.input.if_contains("filterBy");
  const std::string health =
      filter != nullptr && filter->is_object() ? text_of(filter->as_object(), "health") : "";
  json::object output;
  json::array list;
  std::string last;
  for (const LiveStream& stream : call.platform.board.all()) {
    if (stream.channel.str() <= page->after) continue;
    if (!health.empty() && health_name(stream.health) != health) continue;
    if (static_cast<std::int64_t>(list.size()) == page->limit) {
      output["nextToken"] = next_token(call, last);
      break;
    }
    list.emplace_back(summary(call, stream));
    last = stream.channel.str();
  }
  output["streams"] = std::move(list);
  return output;
}

std::unexpected<ApiError> unavailable() {
  return api_fail("StreamUnavailable", "the stream does not answer now; try again");
}

ApiObject stop_stream(Call& call) {
  auto stream = live_stream(call);
  if (!stream) return std::unexpected(stream.error());
  live::Live& live = *call.platform.live;
  const auto stopped = ask_home(live, stream->channel,
                                [&live, channel = stream->channel] { return live.stop(channel); });
  if (!stopped) return unavailable();
  if (!*stopped) return not_broadcasting();
  return json::object{};
}

// A part of the contract in every mode: 1 KB, five a second for each channel.
ApiObject put_metadata(Call& call) {
  std::string metadata = text_of(call.input, "metadata");
  const auto most = static_cast<std::size_t>(service_quota("metadataPayloadBytes"));
  if (metadata.size() > most) {
    return invalid(
        fmt::format("metadata has {} bytes; at most {} are allowed", metadata.size(), most));
  }
  auto stream = live_stream(call);
  if (!stream) return std::unexpected(stream.error());
  Platform& platform = call.platform;
  const base::MonotonicTime now = io::Loop::precise_now();
  const auto rate = static_cast<double>(service_quota("putMetadataPerChannelPerSecond"));
  if (!platform.limiter.take(fmt::format("metadata/{}", stream->channel.str()), rate, rate, now)) {
    return throttled(fmt::format("at most {} metadata a second for each channel", rate));
  }
  if (platform.settings.limits == LimitsMode::kIvs) {
    const auto all = static_cast<double>(service_quota("putMetadataPerAccountPerSecond"));
    if (!platform.limiter.take("metadata", all, all, now)) {
      return throttled(fmt::format("at most {} metadata a second in all", all));
    }
  }
  live::Live& live = *platform.live;
  const auto put =
      ask_home(live, stream->channel,
               [&live, channel = stream->channel, text = std::move(metadata)]() mutable {
                 return live.put_metadata(channel, std::move(text));
               });
  if (!put || !*put) return not_broadcasting();
  return json::object{};
}

ApiObject insert_ad_break(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "channelArn"));
  if (!channel) return std::unexpected(channel.error());
  auto stream = live_stream(call);
  if (!stream) return std::unexpected(stream.error());
  if (channel->container_format != "TS") {
    return conflict("advertising breaks need a channel with containerFormat TS");
  }
  live::Live& live = *call.platform.live;
  const std::string id = base::random_alphanumeric(kAdBreakIdLength);
  const std::chrono::seconds duration(integer_of(call.input, "durationSeconds", 0));
  const auto inserted =
      ask_home(live, stream->channel, [&live, channel = stream->channel, id, duration] {
        return live.insert_ad_break(channel, id, duration);
      });
  if (!inserted) return api_fail("InternalServerException", "the stream does not answer");
  if (!*inserted) {
    const base::Error& error = inserted->error();
    if (error.code == base::ErrorCode::kNotFound) return not_broadcasting();
    return conflict(error.message);
  }
  return json::object{{"adBreakId", id}};
}

}  // namespace

std::span<const Handler> stream_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"GetStream", kRead, get_stream},          {"ListStreams", kRead, list_streams},
      {"StopStream", kRead, stop_stream},        {"PutMetadata", kRead, put_metadata},
      {"InsertAdBreak", kRead, insert_ad_break},
  };
  return kHandlers;
}

}  // namespace control
