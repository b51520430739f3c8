// One notice of the recorder as row, session event and event of the service (recording_book.h).
#include <boost/json/array.hpp>

#include "control/event_bus.h"
#include "control/recording/recording_book.h"
#include "control/recording/recording_row.h"

namespace control {
namespace {

namespace json = boost::json;
using Kind = record::Notice::Kind;

constexpr std::string_view kType = "IVS Recording State Change";

base::Expected<void> done(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

std::string_view status_of(Kind kind) {
  switch (kind) {
    case Kind::kEnded:
      return "Recording End";
    case Kind::kStartFailed:
      return "Recording Start Failure";
    case Kind::kEndFailed:
      return "Recording End Failure";
    case Kind::kStarted:
    case Kind::kGoesOn:
    case Kind::kTimeShift:
    case Kind::kTimeShiftOver:
      break;
  }
  return "Recording Start";
}

base::Expected<void> note_in_session(io::SqlConnection& sql, const record::Notice& notice,
                                     Kind kind, base::WallTime now) {
  const std::string& session = notice.stream.str();
  if (kind == Kind::kStartFailed || kind == Kind::kEndFailed) {
    auto marked =
        done(sql.run("UPDATE stream_sessions SET has_error = 1 WHERE id = $1", {session}));
    if (!marked) return marked;
  }
  return done(
      sql.run("INSERT INTO stream_session_events (session_id, number, name, type, code, at) "
              "SELECT $1, (SELECT coalesce(max(number), 0) + 1 FROM stream_session_events "
              "WHERE session_id = $1), $2, $3, '', $4 WHERE EXISTS "
              "(SELECT 1 FROM stream_sessions WHERE id = $1)",
              {session, std::string(status_of(kind)), std::string(kType),
               std::int64_t{now.time_since_epoch().count()}}));
}

base::Expected<void> tell(io::SqlConnection& sql, EventBus& events, const record::Notice& notice,
                          Kind kind, base::WallTime now) {
  if (auto noted = note_in_session(sql, notice, kind, now); !noted) return noted;
  const record::Facts& facts = notice.facts;
  const bool is_failure = kind == Kind::kStartFailed || kind == Kind::kEndFailed;
  const bool is_start = kind == Kind::kStarted;
  Event out;
  out.detail_type = kType;
  out.resource = facts.channel_arn;
  out.time = now;
  out.detail = {
      {"channel_name", facts.channel_name},
      {"stream_id", notice.stream.str()},
      {"recording_status", status_of(kind)},
      {"recording_status_reason", is_failure ? notice.reason : std::string()},
      {"recording_s3_bucket_name", facts.bucket},
      {"recording_s3_key_prefix", kind == Kind::kStartFailed ? std::string() : facts.prefix},
      {"recording_duration_ms",
       is_start || kind == Kind::kStartFailed
           ? 0
           : std::chrono::duration_cast<std::chrono::milliseconds>(facts.duration).count()},
      {"recording_session_id", facts.session}};
  if (kind == Kind::kEnded) {
    json::array streams;
    for (const base::StreamId& stream : facts.streams) streams.emplace_back(stream.str());
    out.detail["recording_session_stream_ids"] = std::move(streams);
  }
  return events.record(sql, out);
}

/// A recording's state before the notice; nothing if it is new.
struct Known {
  std::string state;
  bool is_removed = false;
};

base::Expected<std::optional<Known>> find_known(io::SqlConnection& sql, const std::string& id) {
  auto rows = sql.run("SELECT state, remove_at FROM recordings WHERE id = $1", {id});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return Known{rows->text(0, 0), !rows->is_null(0, 1)};
}

}  // namespace

base::Expected<bool> write_notice(io::SqlConnection& sql, EventBus& events,
                                  const record::Notice& notice, base::WallTime now) {
  auto known = find_known(sql, notice.facts.recording);
  if (!known) return base::fail(std::move(known.error()));
  if (*known && (*known)->is_removed) return false;
  RecordingRow row;
  row.facts = notice.facts;
  row.seen_at = now;
  switch (notice.kind) {
    case Kind::kStarted:
    case Kind::kGoesOn:
      // What comes late changes nothing any more.
      if (*known && (*known)->state == "ENDED") return false;
      break;
    case Kind::kEnded:
      row.state = RecordingRow::State::kEnded;
      break;
    case Kind::kStartFailed:
    case Kind::kEndFailed:
      row.state = RecordingRow::State::kFailed;
      row.reason = notice.reason;
      break;
    case Kind::kTimeShift:
    case Kind::kTimeShiftOver:
      return false;
  }
  if (row.state != RecordingRow::State::kRecording && !row.facts.ended_at) {
    row.facts.ended_at = now;
  }
  if (auto put = put_recording(sql, row); !put) return base::fail(std::move(put.error()));
  bool told = false;
  // Also where a crash swallowed its start.
  if (!*known && notice.kind != Kind::kStartFailed) {
    if (auto event = tell(sql, events, notice, Kind::kStarted, now); !event) {
      return base::fail(std::move(event.error()));
    }
    told = true;
  }
  // A recorder that crashed tells once more what it may have told before.
  const bool is_known = *known && (*known)->state == to_string(row.state);
  if (row.state != RecordingRow::State::kRecording && !is_known) {
    if (auto event = tell(sql, events, notice, notice.kind, now); !event) {
      return base::fail(std::move(event.error()));
    }
    told = true;
  }
  return told;
}

}  // namespace control
