// Our own operations on recordings: list, show, delete, cut a clip.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>
#include <limits>

#include "control/call.h"
#include "control/channel_record.h"
#include "control/platform.h"
#include "control/recording/recording_desk.h"
#include "control/recording/recording_row.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

namespace json = boost::json;

json::object shown(const Call& call, const RecordingRow& row) {
  return recording_object(row, call.endpoints, call.platform.settings.recording.keep);
}

std::unexpected<ApiError> no_recording(const std::string& id) {
  return not_found(fmt::format("there is no recording {}", id));
}

ApiResult<RecordingRow> recording_named(Call& call) {
  const std::string id = text_of(call.input, "recordingId");
  auto row = load_recording(call.sql, id);
  if (!row) return internal(row.error());
  if (!*row) return no_recording(id);
  return std::move(**row);
}

ApiObject get(Call& call) {
  auto row = recording_named(call);
  if (!row) return std::unexpected(row.error());
  return json::object{{"recording", shown(call, *row)}};
}

/// Where a page begins: behind "<start>/<id>".
struct Place {
  std::int64_t start = std::numeric_limits<std::int64_t>::max();
  std::string id;
};

ApiResult<Place> place_of(const Page& page) {
  Place place;
  if (page.after.empty()) return place;
  const std::size_t slash = page.after.find('/');
  const char* end = page.after.data() + std::min(slash, page.after.size());
  if (slash == std::string::npos ||
      std::from_chars(page.after.data(), end, place.start).ptr != end) {
    return invalid("nextToken is not one that ListRecordings gave");
  }
  place.id = page.after.substr(slash + 1);
  return place;
}

// Newest first; every filter narrows.
ApiObject list(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto place = place_of(*page);
  if (!place) return std::unexpected(place.error());
  std::string where =
      "r.remove_at IS NULL AND (r.started_at < $1 OR (r.started_at = $1 AND r.id < $2))";
  std::vector<io::SqlValue> values{place->start, place->id, page->limit + 1};
  const auto narrow = [&](std::string_view condition, std::string value) {
    values.emplace_back(std::move(value));
    where += fmt::format(" AND {} ${}", condition, values.size());
  };
  std::string channel;
  if (has(call.input, "channelArn")) {
    const std::string arn = text_of(call.input, "channelArn");
    channel = own_id(call.platform.home, "channel", arn);
    if (channel.empty()) return not_found(fmt::format("there is no channel {}", arn));
    narrow("r.channel_id =", channel);
  }
  if (has(call.input, "state")) narrow("r.state =", text_of(call.input, "state"));
  if (has(call.input, "streamId")) {
    values.emplace_back(text_of(call.input, "streamId"));
    where += fmt::format(
        " AND r.id IN (SELECT recording_id FROM recording_streams WHERE stream_id = ${})",
        values.size());
  }
  const std::string statement = fmt::format(
      "SELECT {} FROM recordings r WHERE {} ORDER BY r.started_at DESC, r.id DESC LIMIT $3",
      kRecordingColumns, where);
  auto rows = load_recordings(call.sql, statement, values);
  if (!rows) return internal(rows.error());
  if (rows->empty() && !channel.empty()) {
    // Recordings outlive their channel, so only a channel that never was is an error.
    auto known = load_channel(call.sql, channel);
    if (!known) return internal(known.error());
    auto past = call.sql.run("SELECT 1 FROM recordings WHERE channel_id = $1 LIMIT 1", {channel});
    if (!past) return internal(past.error());
    if (!*known && past->empty()) return not_found("there is no such channel");
  }
  json::object output;
  const bool more = static_cast<std::int64_t>(rows->size()) > page->limit;
  if (more) rows->pop_back();
  json::array recordings;
  for (const RecordingRow& row : *rows) recordings.emplace_back(shown(call, row));
  output["recordings"] = std::move(recordings);
  if (more) {
    const record::Facts& last = rows->back().facts;
    output["nextToken"] = next_token(
        call, fmt::format("{}/{}", last.started_at.time_since_epoch().count(), last.recording));
  }
  return output;
}

std::unexpected<ApiError> is_starting() {
  return api_fail("InternalServerException", "the server is starting", 500);
}

// The row is marked in this transaction; it goes when its objects are gone. Who asks once more for
// one that is marked waits for the same end.
ApiObject remove(Call& call) {
  record::Recorder* const recorder = call.platform.recorder;
  if (recorder == nullptr) return is_starting();
  static const std::string statement =
      fmt::format("SELECT {} FROM recordings r WHERE r.id = $1", kRecordingColumns);
  const std::string id = text_of(call.input, "recordingId");
  const io::SqlValue key = id;
  auto rows = load_recordings(call.sql, statement, std::span(&key, 1));
  if (!rows) return internal(rows.error());
  if (rows->empty()) return no_recording(id);
  const RecordingRow& row = rows->front();
  if (row.state == RecordingRow::State::kRecording) {
    return conflict("the recording goes on: it can be deleted when its broadcast has ended");
  }
  if (auto marked = mark_removed(call.sql, id, call.now); !marked) return internal(marked.error());
  call.later = [recorder, facts = row.facts, &remover = call.platform.recordings.remover()](
                   json::object, Call::Finish finish) {
    remover.remove(
        *recorder, facts, [finish = std::move(finish)](base::Expected<void> removed) mutable {
          if (removed) return finish(json::object{});
          if (removed.error().code == base::ErrorCode::kConflict) {
            return finish(conflict("the recording is in use; it is deleted later"));
          }
          finish(api_fail("InternalServerException",
                          "the store did not delete all of the recording; it is tried again"));
        });
  };
  return json::object{};
}

std::unexpected<ApiError> clip_error(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kNotFound:
      return not_found("there is no such recording");
    case base::ErrorCode::kInvalid:
      return invalid(error.message);
    case base::ErrorCode::kLimit:
      return throttled("too many clips are being cut; try again");
    case base::ErrorCode::kConflict:
      return conflict(error.message);
    default:
      return internal(error);
  }
}

// What the recorder made becomes a row, and then the answer.
void keep_clip(Platform& platform, const Endpoints& endpoints, RecordingRow row,
               Call::Finish finish) {
  row.state = RecordingRow::State::kEnded;
  row.seen_at = io::Loop::wall_now();
  if (!row.facts.ended_at) row.facts.ended_at = row.seen_at;
  auto kept = std::make_shared<const RecordingRow>(std::move(row));
  auto answer = recording_object(*kept, endpoints, platform.settings.recording.keep);
  platform.sql.write([kept](io::SqlConnection& sql) { return put_recording(sql, *kept); },
                     [answer = std::move(answer),
                      finish = std::move(finish)](base::Expected<void> written) mutable {
                       if (!written) return finish(internal(written.error()));
                       finish(json::object{{"recording", std::move(answer)}});
                     });
}

ApiObject clip(Call& call) {
  record::Recorder* const recorder = call.platform.recorder;
  if (recorder == nullptr) return is_starting();
  auto source = recording_named(call);
  if (!source) return std::unexpected(source.error());
  const std::chrono::milliseconds start(integer_of(call.input, "startMs", 0));
  const std::chrono::milliseconds end(integer_of(call.input, "endMs", 0));
  if (end <= start) return invalid("endMs must be greater than startMs");
  record::ClipRequest wanted{.recording = source->facts.recording, .start = start, .end = end};
  RecordingRow row;
  row.clip_of = source->facts.recording;
  row.name = text_of(call.input, "name");
  call.later = [recorder, wanted = std::move(wanted), row = std::move(row),
                &platform = call.platform,
                endpoints = call.endpoints](json::object, Call::Finish finish) mutable {
    auto cut = [row = std::move(row), &platform, endpoints = std::move(endpoints),
                finish = std::move(finish)](base::Expected<record::Facts> made) mutable {
      if (!made) return finish(clip_error(made.error()));
      row.facts = std::move(*made);
      keep_clip(platform, endpoints, std::move(row), std::move(finish));
    };
    // From this loop, so that nobody speaks to the recorder when it has ended.
    platform.loop.post([recorder, wanted = std::move(wanted), cut = std::move(cut)]() mutable {
      recorder->clip(std::move(wanted), std::move(cut));
    });
  };
  return json::object{};
}

}  // namespace

std::span<const Handler> recording_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"ListRecordings", kRead, list},
      {"GetRecording", kRead, get},
      {"DeleteRecording", kWrite, remove},
      {"CreateRecordingClip", kRead, clip},
  };
  return kHandlers;
}

}  // namespace control
