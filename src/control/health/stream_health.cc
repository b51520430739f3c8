// Stream health: how a broadcast is now, and how it was.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <cmath>

#include "base/check.h"
#include "base/ids.h"
#include "base/rfc3339.h"
#include "control/call.h"
#include "control/channel_record.h"
#include "control/health/event_notes.h"
#include "control/health/explain.h"
#include "control/health/health_board.h"
#include "control/health/stream_series.h"
#include "control/live_board.h"
#include "control/metric_reader.h"
#include "control/metric_series.h"
#include "control/platform.h"
#include "io/loop.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLongestSeries = 20'000;  // points of one series

base::WallTime time_of(std::int64_t microseconds) {
  return base::WallTime(std::chrono::microseconds(microseconds));
}

std::int64_t milliseconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

json::object note_object(const HealthNote& note) {
  json::object object{{"code", note.code},
                      {"severity", to_string(note.severity)},
                      {"title", note.title},
                      {"explanation", note.explanation}};
  if (note.since) object["since"] = base::to_rfc3339(*note.since);
  return object;
}

json::array note_list(const std::vector<HealthNote>& notes) {
  json::array list;
  for (const HealthNote& note : notes) list.emplace_back(note_object(note));
  return list;
}

/// Sessions outlive their channel: only the ARN's form is checked.
ApiResult<std::string> channel_id(const Call& call) {
  const std::string arn = text_of(call.input, "channelArn");
  std::string id{own_id(call.platform.home, "channel", arn)};
  if (id.empty()) return not_found(fmt::format("there is no channel {}", arn));
  return id;
}

struct Session {
  std::string id;
  base::WallTime started_at{};
  std::optional<base::WallTime> ended_at;
  json::object channel;
  json::object ingest;
};

json::object kept_object(std::string_view text) {
  if (text.empty()) return {};
  json::value kept = parse_kept(text);
  return kept.is_object() ? std::move(kept.get_object()) : json::object();
}

ApiResult<Session> find_session(Call& call, const std::string& channel, const std::string& id) {
  auto rows = call.sql.run(
      "SELECT id, started_at, ended_at, channel, ingest FROM stream_sessions "
      "WHERE channel_id = $1 AND id = $2",
      {channel, id});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found("there is no such stream session");
  Session session{.id = rows->text(0, 0),
                  .started_at = time_of(rows->integer(0, 1)),
                  .ended_at = std::nullopt,
                  .channel = kept_object(rows->text(0, 3)),
                  .ingest = kept_object(rows->text(0, 4))};
  if (!rows->is_null(0, 2)) session.ended_at = time_of(rows->integer(0, 2));
  return session;
}

// ---- GetStreamHealth --------------------------------------------------------------------------

json::array track_list(const live::StreamStatus& status) {
  json::array list;
  for (const live::TrackStatus& track : status.tracks) {
    json::object object{{"name", track.name}, {"codec", track.codec}};
    if (track.height > 0) {
      object["kind"] = "VIDEO";
      object["width"] = track.width;
      object["height"] = track.height;
      if (track.frame_rate > 0) object["frameRate"] = track.frame_rate;
    } else {
      object["kind"] = "AUDIO";
      object["sampleRate"] = track.sample_rate;
      object["channels"] = track.channels;
    }
    list.emplace_back(std::move(object));
  }
  return list;
}

std::string_view state_of(const live::RenditionStatus& rendition) {
  using State = live::RenditionStatus::State;
  if (rendition.is_source) return "SOURCE";
  switch (rendition.state) {
    case State::kRunning:
      return "RUNNING";
    case State::kStarting:
      return "STARTING";
    case State::kShed:
      return "SHED";
    case State::kIdle:
      return "STANDBY";
  }
  return "STANDBY";
}

json::array rendition_list(const live::StreamStatus& status) {
  json::array list;
  for (const live::RenditionStatus& rendition : status.renditions) {
    json::object object{{"name", rendition.name}, {"state", state_of(rendition)}};
    if (rendition.height > 0) {
      object["width"] = rendition.width;
      object["height"] = rendition.height;
    }
    if (rendition.frame_rate > 0) object["frameRate"] = rendition.frame_rate;
    if (rendition.bitrate > 0) object["bitrate"] = rendition.bitrate;
    list.emplace_back(std::move(object));
  }
  return list;
}

json::object figures_object(const live::EncoderFigures& figures) {
  json::object object{{"framesRendered", figures.rendered},
                      {"framesLagged", figures.lagged},
                      {"framesSkipped", figures.skipped},
                      {"framesDropped", figures.dropped},
                      {"framesOutput", figures.output}};
  if (figures.delay > base::Duration::zero()) object["delayMs"] = milliseconds(figures.delay);
  return object;
}

json::object live_report(const std::string& arn, const HealthBoard::View& view) {
  const live::StreamStatus& status = view.status;
  json::object report{{"channelArn", arn},
                      {"streamId", status.stream.str()},
                      {"state", "LIVE"},
                      {"health", health_text(status.health)},
                      {"time", base::to_rfc3339_ms(view.at)},
                      {"startTime", base::to_rfc3339(status.started_at)},
                      {"viewerCount", status.viewers},
                      {"protocol", status.protocol},
                      {"tracks", track_list(status)},
                      {"renditions", rendition_list(status)},
                      {"repairs", json::object{{"gaps", status.repairs.gaps},
                                               {"jumps", status.repairs.jumps},
                                               {"overlaps", status.repairs.overlaps},
                                               {"droppedSamples", status.dropped.total()}}},
                      {"notes", note_list(view.notes)}};
  if (status.measured) {
    report["videoBitrate"] = status.video_bitrate;
    report["audioBitrate"] = status.audio_bitrate;
    report["frameRate"] = std::round(status.frame_rate * 100) / 100;
  }
  if (status.keyframe_interval > base::Duration::zero()) {
    report["keyframeIntervalMs"] = milliseconds(status.keyframe_interval);
  }
  if (!status.encoder.name.empty()) report["encoder"] = status.encoder.name;
  if (status.encoder_figures) report["encoderFigures"] = figures_object(*status.encoder_figures);
  return report;
}

json::object offline_report(const std::string& arn, base::WallTime now) {
  return {{"channelArn", arn}, {"state", "OFFLINE"}, {"time", base::to_rfc3339_ms(now)}};
}

ApiObject get_stream_health(Call& call) {
  auto channel = channel_id(call);
  if (!channel) return std::unexpected(channel.error());
  const std::string arn = text_of(call.input, "channelArn");
  const std::string wanted = text_of(call.input, "streamId");
  const base::ChannelId id(*channel);
  const auto live = call.platform.board.find(id);
  if (!live || (!wanted.empty() && live->stream.str() != wanted)) {
    json::object report = offline_report(arn, call.now);
    if (!wanted.empty()) {
      auto session = find_session(call, *channel, wanted);
      if (!session) return std::unexpected(session.error());
      report["streamId"] = session->id;
      report["startTime"] = base::to_rfc3339(session->started_at);
    } else if (!live) {
      auto known = load_channel(call.sql, *channel);
      if (!known) return internal(known.error());
      if (!*known) return not_found("there is no such channel");
    }
    return json::object{{"health", std::move(report)}};
  }
  call.later = [&health = call.platform.health, arn, id, stream = live->stream, now = call.now](
                   json::object, Call::Finish finish) {
    health.ask(id, io::Loop::precise_now(),
               [arn, stream, now,
                finish = std::move(finish)](std::optional<HealthBoard::View> view) mutable {
                 const bool found = view && view->status.stream == stream;
                 finish(json::object{
                     {"health", found ? live_report(arn, *view) : offline_report(arn, now)}});
               });
  };
  return json::object{};
}

// ---- GetStreamMetrics -------------------------------------------------------------------------

struct SeriesRow {
  std::string_view name;
  std::string_view space;
  enum class Statistic : std::uint8_t { kAverage, kSum } statistic;
  bool filled;  // drawn as a line without holes
};
constexpr SeriesRow kSeries[] = {
    {"IngestVideoBitrate", "AWS/IVS", SeriesRow::Statistic::kAverage, true},
    {"IngestFramerate", "AWS/IVS", SeriesRow::Statistic::kAverage, true},
    {"IngestAudioBitrate", "AWS/IVS", SeriesRow::Statistic::kAverage, false},
    {"KeyframeInterval", "AWS/IVS", SeriesRow::Statistic::kAverage, false},
    {"ConcurrentViews", "AWS/IVS", SeriesRow::Statistic::kAverage, false},
    {"Gaps", "Rostrum", SeriesRow::Statistic::kSum, false},
    {"DroppedSamples", "Rostrum", SeriesRow::Statistic::kSum, false},
};

json::object series_object(const SeriesRow& row, std::string_view unit,
                           const std::vector<Datapoint>& points) {
  json::array times;
  json::array values;
  const bool sums = row.statistic == SeriesRow::Statistic::kSum;
  for (const Datapoint& point : points) {
    times.emplace_back(point.start);
    const double value = sums ? point.aggregate.sum
                              : point.aggregate.sum / static_cast<double>(point.aggregate.count);
    values.emplace_back(std::round(value * 1000) / 1000);
  }
  return {{"name", row.name},
          {"unit", unit},
          {"timestamps", std::move(times)},
          {"values", std::move(values)}};
}

struct SeriesRead {
  json::array series;
  std::optional<double> keyframe_interval;  // seconds, on average
};

ApiResult<SeriesRead> read_series(Call& call, const std::string& channel,
                                  const MetricRange& range) {
  auto reader = MetricReader::begin(call.sql);
  if (!reader) return internal(reader.error());
  SeriesRead read;
  for (const SeriesRow& row : kSeries) {
    const auto place =
        place_of(call.platform.home,
                 {std::string(row.space), std::string(row.name), {{"Channel", channel}}});
    CHECK(place);
    auto points = reader->read(*place, range);
    if (!points) return internal(points.error());
    const std::optional<double> average = average_of(*points);
    if (row.filled) fill_gaps(*points, range.period);
    json::object object = series_object(row, place->unit, *points);
    if (average && row.statistic == SeriesRow::Statistic::kAverage) {
      object["average"] = std::round(*average * 1000) / 1000;
    }
    if (row.name == "KeyframeInterval") read.keyframe_interval = average;
    read.series.emplace_back(std::move(object));
  }
  return read;
}

ApiResult<json::array> event_list(Call& call, const std::string& session) {
  // The newest, told in the order in which they happened.
  auto rows = call.sql.run(
      "SELECT name, type, code, detail, at FROM (SELECT number, name, type, code, detail, at FROM "
      "stream_session_events WHERE session_id = $1 ORDER BY number DESC LIMIT $2) AS newest "
      "ORDER BY number",
      {session, service_quota("streamSessionEvents")});
  if (!rows) return internal(rows.error());
  json::array list;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const EventNote note =
        explain_event(rows->text(i, 0), rows->text(i, 2), kept_object(rows->text(i, 3)));
    json::object event{{"time", base::to_rfc3339_ms(time_of(rows->integer(i, 4)))},
                       {"name", rows->text(i, 0)},
                       {"type", rows->text(i, 1)},
                       {"severity", to_string(note.severity)},
                       {"title", note.title}};
    if (!note.explanation.empty()) event["explanation"] = note.explanation;
    list.emplace_back(std::move(event));
  }
  return list;
}

std::uint64_t number_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return 0;
  if (const auto* whole = value->if_int64())
    return *whole > 0 ? static_cast<std::uint64_t>(*whole) : 0;
  const auto* count = value->if_uint64();
  return count != nullptr ? *count : 0;
}

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object none;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

EncoderSummary summary_of(const Session& session, std::optional<double> keyframe_interval) {
  const json::object& ingest = object_in(session.ingest, "ingestConfiguration");
  const json::object& video = object_in(ingest, "video");
  const json::object& audio = object_in(ingest, "audio");
  EncoderSummary summary;
  summary.width = static_cast<std::uint32_t>(number_in(video, "videoWidth"));
  summary.height = static_cast<std::uint32_t>(number_in(video, "videoHeight"));
  summary.target_bitrate = number_in(video, "targetBitrate");
  summary.target_audio_bitrate = number_in(audio, "targetBitrate");
  summary.sample_rate = static_cast<std::uint32_t>(number_in(audio, "sampleRate"));
  summary.channels = static_cast<std::uint32_t>(number_in(audio, "channels"));
  summary.keyframe_interval = keyframe_interval.value_or(0);
  summary.max_bitrate =
      allowed_bitrate(text_of(session.channel, "type"), summary.width, summary.height);
  return summary;
}

std::optional<std::int64_t> asked_time(const Call& call, std::string_view name) {
  const std::string text = text_of(call.input, name);
  const auto time = text.empty() ? std::nullopt : base::parse_rfc3339(text);
  return time ? std::optional(to_seconds(*time)) : std::nullopt;
}

ApiObject get_stream_metrics(Call& call) {
  auto channel = channel_id(call);
  if (!channel) return std::unexpected(channel.error());
  auto session = find_session(call, *channel, text_of(call.input, "streamId"));
  if (!session) return std::unexpected(session.error());
  AskedSeries asked{.from = asked_time(call, "startTime"),
                    .to = asked_time(call, "endTime"),
                    .period = integer_of(call.input, "period", 0)};
  if (asked.period % kTick != 0) return invalid("period must be a multiple of 5 seconds");
  if (asked.from && asked.to && *asked.from >= *asked.to) {
    return invalid("endTime must be later than startTime");
  }
  SessionTimes times{.started = to_seconds(session->started_at), .ended = std::nullopt};
  if (session->ended_at) times.ended = to_seconds(*session->ended_at);
  const MetricRange range = range_for(times, asked, to_seconds(call.now));
  if ((range.to - range.from) / range.period > kLongestSeries) {
    return invalid("that is too much at once: ask for a longer period or less time");
  }
  auto read = read_series(call, *channel, range);
  if (!read) return std::unexpected(read.error());
  auto events = event_list(call, session->id);
  if (!events) return std::unexpected(events.error());
  const EncoderSummary summary = summary_of(*session, read->keyframe_interval);
  const auto at = [](std::int64_t seconds) {
    return base::to_rfc3339(base::WallTime(std::chrono::seconds(seconds)));
  };
  return json::object{{"period", range.period},
                      {"startTime", at(range.from)},
                      {"endTime", at(range.to)},
                      {"series", std::move(read->series)},
                      {"events", std::move(*events)},
                      {"notes", note_list(explain(find_conditions(summary), summary))}};
}

}  // namespace

std::span<const Handler> stream_health_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"GetStreamHealth", kRead, get_stream_health},
      {"GetStreamMetrics", kRead, get_stream_metrics},
  };
  return kHandlers;
}

}  // namespace control
