#include "control/stream_recorder.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/log.h"
#include "base/metrics.h"
#include "control/channel_record.h"
#include "control/health/event_notes.h"
#include "control/recording_configuration_record.h"
#include "control/viewer_gates.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

namespace json = boost::json;
using Kind = live::StreamEvent::Kind;

constexpr std::string_view kStateChange = "IVS Stream State Change";
constexpr std::string_view kHealthChange = "IVS Stream Health Change";
constexpr std::string_view kLimitBreach = "IVS Limit Breach";
constexpr std::string_view kAdBreak = "IVS Ad Break State Change";
constexpr std::string_view kRenditionChange = "Rostrum Rendition Change";
constexpr std::string_view kOwnSource = "rostrum";

/// An event as the service tells it; nothing for those that only we know.
struct Told {
  std::string_view type;
  std::string name;
  std::string_view discriminator = "event_name";
  json::object more = {};
  std::string code = {};  // in the session's list
  bool is_error = false;
  std::string_view source = "aws.ivs";
  bool is_listed_only = false;  // in the session's list, and no event for others
};

Told breach(const live::StreamEvent& event) {
  using Limit = live::StreamEvent::Breach::Limit;
  const live::StreamEvent::Breach& what = *event.breach;
  const bool bitrate = what.limit == Limit::kIngestBitrate;
  const std::string_view unit = bitrate                             ? "bits per second"
                                : what.limit == Limit::kTotalPixels ? "total pixels"
                                                                    : "pixels per edge";
  return {.type = kLimitBreach,
          .name = bitrate ? "Ingest Bitrate" : "Ingest Resolution",
          .discriminator = "limit_name",
          .more = {{"limit_value", what.value},
                   {"exceeded_by", what.exceeded_by},
                   {"limit_unit", unit}},
          .is_error = true};
}

// Not one of the service's events: its own type and source keep it from those who know only them.
Told renditions_change(const live::StreamEvent& event) {
  const auto names = [](const std::vector<std::string>& list) {
    return json::array(list.begin(), list.end());
  };
  return {.type = kRenditionChange,
          .name = "Rendition Change",
          .more = {{"running", names(event.renditions->running)},
                   {"missing", names(event.renditions->missing)},
                   {"reason", event.detail}},
          .source = kOwnSource};
}

Told connection_change(std::string_view name) {
  return {.type = kConnectionChange, .name = std::string(name), .is_listed_only = true};
}

std::optional<Told> tell(const live::StreamEvent& event) {
  switch (event.kind) {
    case Kind::kSessionCreated:
      return Told{kStateChange, "Session Created"};
    case Kind::kStreamStart:
      return Told{kStateChange, "Stream Start"};
    case Kind::kSessionEnded:
      return Told{kStateChange, "Session Ended"};
    case Kind::kStreamEnd:
      return Told{kStateChange, "Stream End"};
    case Kind::kStreamFailure:
      return Told{.type = kStateChange,
                  .name = "Stream Failure",
                  .more = {{"reason", event.detail}},
                  .is_error = true};
    case Kind::kTakeover:
      return Told{kStateChange, "Stream Takeover"};
    case Kind::kTakeoverFailure:
      return Told{.type = kStateChange,
                  .name = "Stream Takeover Failure",
                  .more = {{"code", event.detail}},
                  .code = event.detail};
    case Kind::kStarvationStart:
      return Told{kHealthChange, "Starvation Start"};
    case Kind::kStarvationEnd:
      return Told{kHealthChange, "Starvation End"};
    case Kind::kAdBreakInserted:
      return Told{
          .type = kAdBreak,
          .name = "Ad Break Inserted",
          .more = {
              {"ad_break_id", event.ad_break->id},
              {"duration_seconds",
               std::chrono::duration_cast<std::chrono::seconds>(event.ad_break->duration).count()},
              {"target_start_time", base::to_rfc3339(event.ad_break->starts_at)}}};
    case Kind::kRenditionsChange:
      if (event.renditions) return renditions_change(event);
      return std::nullopt;
    case Kind::kLimitBreach:
      if (event.breach) return breach(event);
      return std::nullopt;
    case Kind::kIngestLost:
      return connection_change(kIngestLost);
    case Kind::kIngestBack:
      return connection_change(kIngestBack);
  }
  return std::nullopt;
}

void log_event(const live::StreamEvent& event) {
  const std::string_view name = live::to_string(event.kind);
  base::metrics()
      .counter("rostrum_stream_events_total", "Changes of state of streams",
               {{"event", std::string(name)}})
      .add();
  const base::LogField channel("channel", event.channel.str());
  const base::LogField stream("stream", event.stream.str());
  if (event.detail.empty()) {
    base::log_info(name, {channel, stream});
  } else {
    base::log_info(name, {channel, stream, {"detail", event.detail}});
  }
}

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::Expected<void> done(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

base::Expected<void> begin_session(io::SqlConnection& sql, const Home& home,
                                   const live::StreamEvent& event,
                                   const std::optional<ChannelRecord>& channel) {
  std::string recording;
  std::string snapshot = "{}";
  if (channel) {
    snapshot = json::serialize(channel_object(*channel, home, {}, nullptr));
    if (!channel->recording_configuration.empty()) {
      auto object = recording_configuration_object(sql, home, channel->recording_configuration);
      if (!object) return base::fail(std::move(object.error()));
      recording = json::serialize(*object);
    }
  }
  return done(sql.run(
      "INSERT INTO stream_sessions (id, channel_id, started_at, seen_at, has_error, channel, "
      "ingest, recording) VALUES ($1, $2, $3, $3, 0, $4, '', $5)",
      {event.stream.str(), event.channel.str(), microseconds(event.at), snapshot, recording}));
}

/// Whether an event of this name stands in the session's list.
base::Expected<bool> was_told(io::SqlConnection& sql, const std::string& session,
                              const std::string& name) {
  auto rows = sql.run("SELECT 1 FROM stream_session_events WHERE session_id = $1 AND name = $2",
                      {session, name});
  if (!rows) return base::fail(std::move(rows.error()));
  return !rows->empty();
}

base::Expected<void> note_in_session(io::SqlConnection& sql, const live::StreamEvent& event,
                                     const Told& told) {
  // Without a stream the session's own end is the last that is told of it.
  bool is_last = event.kind == Kind::kStreamEnd;
  if (event.kind == Kind::kSessionEnded) {
    auto started = was_told(sql, event.stream.str(), "Stream Start");
    if (!started) return base::fail(std::move(started.error()));
    is_last = !*started;
  }
  if (is_last) {
    if (auto ended = done(sql.run("UPDATE stream_sessions SET ended_at = $2 WHERE id = $1",
                                  {event.stream.str(), microseconds(event.at)}));
        !ended) {
      return ended;
    }
  }
  if (told.is_error) {
    if (auto marked = done(sql.run("UPDATE stream_sessions SET has_error = 1 WHERE id = $1",
                                   {event.stream.str()}));
        !marked) {
      return marked;
    }
  }
  if (event.status != nullptr) {
    if (auto kept =
            done(sql.run("UPDATE stream_sessions SET ingest = $2 WHERE id = $1",
                         {event.stream.str(), json::serialize(ingest_object(*event.status))}));
        !kept) {
      return kept;
    }
  }
  return done(sql.run(
      "INSERT INTO stream_session_events (session_id, number, name, type, code, at, detail) "
      "SELECT $1, (SELECT coalesce(max(number), 0) + 1 FROM stream_session_events "
      "WHERE session_id = $1), $2, $3, $4, $5, $6 WHERE EXISTS "
      "(SELECT 1 FROM stream_sessions WHERE id = $1)",
      {event.stream.str(), told.name, std::string(told.type), told.code, microseconds(event.at),
       told.more.empty() ? std::string() : json::serialize(told.more)}));
}

base::Expected<void> write_down(io::SqlConnection& sql, Platform& platform,
                                const live::StreamEvent& event, const Told& told) {
  auto channel = load_channel(sql, event.channel.str());
  if (!channel) return base::fail(std::move(channel.error()));
  if (event.kind == Kind::kSessionCreated) {
    if (auto begun = begin_session(sql, platform.home, event, *channel); !begun) return begun;
  }
  if (auto noted = note_in_session(sql, event, told); !noted) return noted;
  if (told.is_listed_only) return {};
  Event out;
  out.detail_type = told.type;
  out.source = told.source;
  out.resource = make_arn(platform.home, "channel", event.channel.str());
  out.time = event.at;
  out.detail = {{told.discriminator, told.name},
                {"channel_name", *channel ? (*channel)->name : std::string()},
                {"stream_id", event.stream.str()}};
  for (const auto& [name, value] : told.more) out.detail[name] = value;
  return platform.events.record(sql, out);
}

}  // namespace

void StreamRecorder::on_event(const live::StreamEvent& event) {
  log_event(event);
  platform_.board.on_event(event);
  // Gates know a channel before anything of it can be played, so that they never have to wait.
  if (event.kind == Kind::kSessionCreated) platform_.viewers.prepare(event.channel);
  auto told = tell(event);
  if (!told) return;
  platform_.sql.write(
      [&platform = platform_, event, told = std::move(*told)](io::SqlConnection& sql) {
        return write_down(sql, platform, event, told);
      },
      [&platform = platform_](base::Expected<void> written) {
        if (written) {
          platform.events.wake();
        } else {
          base::log_error("a stream's event was lost", {{"reason", written.error().message}});
        }
      });
}

void StreamRecorder::on_account_limit(std::string name, std::string unit, std::int64_t limit,
                                      std::int64_t exceeded_by, base::WallTime at) {
  Event out;
  out.detail_type = kLimitBreach;
  out.time = at;
  out.detail = {{"limit_name", std::move(name)},
                {"limit_value", limit},
                {"exceeded_by", exceeded_by},
                {"limit_unit", std::move(unit)}};
  platform_.sql.write([&platform = platform_, out = std::move(out)](
                          io::SqlConnection& sql) { return platform.events.record(sql, out); },
                      [&platform = platform_](base::Expected<void> written) {
                        if (written) platform.events.wake();
                      });
}

base::Expected<void> StreamRecorder::end_orphans(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT id, channel_id, seen_at FROM stream_sessions WHERE ended_at IS NULL");
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    live::StreamEvent event;
    event.stream = base::StreamId(rows->text(i, 0));
    event.channel = base::ChannelId(rows->text(i, 1));
    event.at = base::WallTime(std::chrono::microseconds(rows->integer(i, 2)));
    const auto end = [&](Kind kind, bool is_due) -> base::Expected<void> {
      event.kind = kind;
      return is_due ? write_down(sql, platform_, event, *tell(event)) : base::Expected<void>();
    };
    auto ended = was_told(sql, event.stream.str(), "Session Ended");
    if (!ended) return base::fail(std::move(ended.error()));
    auto started = was_told(sql, event.stream.str(), "Stream Start");
    if (!started) return base::fail(std::move(started.error()));
    if (auto told = end(Kind::kSessionEnded, !*ended); !told) return told;
    if (auto told = end(Kind::kStreamEnd, *started); !told) return told;
    base::log_warn("a stream was live when the server ended",
                   {{"channel", event.channel.str()}, {"stream", event.stream.str()}});
  }
  return {};
}

void StreamRecorder::look_after(base::WallTime now) {
  const std::int64_t seen = microseconds(now);
  const std::int64_t oldest = seen - std::chrono::duration_cast<std::chrono::microseconds>(
                                         platform_.settings.session_history)
                                         .count();
  platform_.sql.write(
      [seen, oldest](io::SqlConnection& sql) -> base::Expected<void> {
        if (auto noted = done(
                sql.run("UPDATE stream_sessions SET seen_at = $1 WHERE ended_at IS NULL", {seen}));
            !noted) {
          return noted;
        }
        if (auto gone = done(sql.run("DELETE FROM used_tokens WHERE expires_at < $1", {seen}));
            !gone) {
          return gone;
        }
        return done(
            sql.run("DELETE FROM stream_sessions WHERE ended_at IS NOT NULL AND started_at < $1",
                    {oldest}));
      },
      [](base::Expected<void> written) {
        if (!written) {
          base::log_warn("sessions were not looked after", {{"reason", written.error().message}});
        }
      });
}

}  // namespace control
