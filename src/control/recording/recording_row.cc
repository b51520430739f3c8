#include "control/recording/recording_row.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include "control/call.h"

namespace control {

namespace json = boost::json;

const std::string kRecordingColumns =
    "r.id, r.session_id, r.channel_id, r.channel_arn, r.channel_name, r.bucket, r.prefix, "
    "r.state, r.reason, r.streams, r.started_at, r.ended_at, r.duration, r.bytes, r.container, "
    "r.renditions, r.thumbnails, r.thumbnail_interval, r.clip_of, r.name, r.seen_at";

namespace {

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::WallTime wall_time(std::int64_t microseconds) {
  return base::WallTime(std::chrono::microseconds(microseconds));
}

RecordingRow::State state_of(std::string_view text) {
  return text == "RECORDING" ? RecordingRow::State::kRecording
         : text == "ENDED"   ? RecordingRow::State::kEnded
                             : RecordingRow::State::kFailed;
}

std::string_view container_text(media::PartContainer container) {
  return container == media::PartContainer::kMpegTs ? "TS" : "FRAGMENTED_MP4";
}

json::array renditions_json(const std::vector<record::RecordedRendition>& renditions) {
  json::array list;
  for (const record::RecordedRendition& rendition : renditions) {
    list.push_back(
        json::object{{"name", rendition.name},
                     {"width", rendition.width},
                     {"height", rendition.height},
                     {"frameRate", rendition.frame_rate},
                     {"bandwidth", rendition.bandwidth},
                     {"codecs", json::array(rendition.codecs.begin(), rendition.codecs.end())}});
  }
  return list;
}

template <class Number>
Number number_in(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value == nullptr || !value->is_number() ? Number{} : value->to_number<Number>();
}

// We wrote it: what is not there is zero or empty.
std::vector<record::RecordedRendition> parse_renditions(std::string_view kept) {
  std::vector<record::RecordedRendition> renditions;
  const json::value list = parse_kept(kept);
  if (!list.is_array()) return renditions;
  for (const json::value& entry : list.get_array()) {
    if (!entry.is_object()) continue;
    const json::object& object = entry.get_object();
    record::RecordedRendition& rendition = renditions.emplace_back();
    rendition.name = text_of(object, "name");
    rendition.width = number_in<std::uint32_t>(object, "width");
    rendition.height = number_in<std::uint32_t>(object, "height");
    rendition.frame_rate = number_in<double>(object, "frameRate");
    rendition.bandwidth = number_in<std::uint32_t>(object, "bandwidth");
    const json::value* codecs = object.if_contains("codecs");
    if (codecs == nullptr || !codecs->is_array()) continue;
    for (const json::value& codec : codecs->get_array()) {
      if (codec.is_string()) rendition.codecs.emplace_back(codec.get_string());
    }
  }
  return renditions;
}

std::vector<base::StreamId> parse_streams(std::string_view kept) {
  std::vector<base::StreamId> streams;
  const json::value list = parse_kept(kept);
  if (!list.is_array()) return streams;
  for (const json::value& entry : list.get_array()) {
    if (entry.is_string()) streams.emplace_back(std::string(entry.get_string()));
  }
  return streams;
}

json::array streams_json(const std::vector<base::StreamId>& streams) {
  json::array list;
  for (const base::StreamId& stream : streams) list.emplace_back(stream.str());
  return list;
}

RecordingRow from_row(const io::SqlResult& rows, std::size_t row) {
  RecordingRow recording;
  record::Facts& facts = recording.facts;
  facts.recording = rows.text(row, 0);
  facts.session = rows.text(row, 1);
  facts.channel = base::ChannelId(rows.text(row, 2));
  facts.channel_arn = rows.text(row, 3);
  facts.channel_name = rows.text(row, 4);
  facts.bucket = rows.text(row, 5);
  facts.prefix = rows.text(row, 6);
  recording.state = state_of(rows.text(row, 7));
  recording.reason = rows.text(row, 8);
  facts.streams = parse_streams(rows.text(row, 9));
  facts.started_at = wall_time(rows.integer(row, 10));
  if (!rows.is_null(row, 11)) facts.ended_at = wall_time(rows.integer(row, 11));
  facts.duration = std::chrono::microseconds(rows.integer(row, 12));
  facts.bytes = static_cast<std::uint64_t>(rows.integer(row, 13));
  facts.container =
      rows.text(row, 14) == "TS" ? media::PartContainer::kMpegTs : media::PartContainer::kFmp4;
  facts.renditions = parse_renditions(rows.text(row, 15));
  facts.thumbnails = static_cast<std::uint32_t>(rows.integer(row, 16));
  facts.thumbnail_interval = std::chrono::seconds(rows.integer(row, 17));
  recording.clip_of = rows.text(row, 18);
  recording.name = rows.text(row, 19);
  recording.seen_at = wall_time(rows.integer(row, 20));
  return recording;
}

base::Expected<void> done(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

json::array shown_renditions(const record::Facts& facts) {
  json::array list;
  for (const record::RecordedRendition& rendition : facts.renditions) {
    json::object shown{{"name", rendition.name}, {"bandwidth", rendition.bandwidth}};
    if (rendition.height > 0) {
      shown["width"] = rendition.width;
      shown["height"] = rendition.height;
      shown["frameRate"] = rendition.frame_rate;
    }
    if (!rendition.codecs.empty()) {
      shown["codecs"] = fmt::format("{}", fmt::join(rendition.codecs, ","));
    }
    list.emplace_back(std::move(shown));
  }
  return list;
}

}  // namespace

std::string_view to_string(RecordingRow::State state) {
  switch (state) {
    case RecordingRow::State::kRecording:
      return "RECORDING";
    case RecordingRow::State::kEnded:
      return "ENDED";
    case RecordingRow::State::kFailed:
      break;
  }
  return "FAILED";
}

base::Expected<std::vector<RecordingRow>> load_recordings(
    io::SqlConnection& sql, std::string_view statement, std::span<const io::SqlValue> parameters) {
  auto rows = sql.run(statement, parameters);
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<RecordingRow> list;
  list.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) list.push_back(from_row(*rows, row));
  return list;
}

base::Expected<std::optional<RecordingRow>> load_recording(io::SqlConnection& sql,
                                                           const std::string& id) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM recordings r WHERE r.id = $1 AND r.remove_at IS NULL", kRecordingColumns);
  const io::SqlValue key = id;
  auto found = load_recordings(sql, statement, std::span(&key, 1));
  if (!found) return base::fail(std::move(found.error()));
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

base::Expected<void> put_recording(io::SqlConnection& sql, const RecordingRow& row) {
  const record::Facts& facts = row.facts;
  const io::SqlValue ended =
      facts.ended_at ? io::SqlValue(microseconds(*facts.ended_at)) : io::SqlValue();
  auto put = done(sql.run(
      "INSERT INTO recordings (id, session_id, channel_id, channel_arn, channel_name, bucket, "
      "prefix, state, reason, streams, started_at, ended_at, duration, bytes, container, "
      "renditions, thumbnails, thumbnail_interval, clip_of, name, seen_at, access) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
      "$20, $21, '') ON CONFLICT (id) DO UPDATE SET session_id = excluded.session_id, "
      "prefix = excluded.prefix, state = excluded.state, reason = excluded.reason, "
      "streams = excluded.streams, started_at = excluded.started_at, "
      "ended_at = excluded.ended_at, duration = excluded.duration, bytes = excluded.bytes, "
      "container = excluded.container, renditions = excluded.renditions, "
      "thumbnails = excluded.thumbnails, thumbnail_interval = excluded.thumbnail_interval, "
      "seen_at = excluded.seen_at",
      {facts.recording,
       facts.session,
       facts.channel.str(),
       facts.channel_arn,
       facts.channel_name,
       facts.bucket,
       facts.prefix,
       std::string(to_string(row.state)),
       row.reason,
       json::serialize(streams_json(facts.streams)),
       microseconds(facts.started_at),
       ended,
       std::chrono::duration_cast<std::chrono::microseconds>(facts.duration).count(),
       static_cast<std::int64_t>(facts.bytes),
       std::string(container_text(facts.container)),
       json::serialize(renditions_json(facts.renditions)),
       std::int64_t{facts.thumbnails},
       std::int64_t{facts.thumbnail_interval.count()},
       row.clip_of,
       row.name,
       microseconds(row.seen_at)}));
  if (!put) return put;
  for (const base::StreamId& stream : facts.streams) {
    auto linked =
        done(sql.run("INSERT INTO recording_streams (stream_id, recording_id) VALUES ($1, $2) "
                     "ON CONFLICT (stream_id, recording_id) DO NOTHING",
                     {stream.str(), facts.recording}));
    if (!linked) return linked;
  }
  return {};
}

std::optional<base::WallTime> expiry_of(const RecordingRow& row, base::Duration keep) {
  if (!row.facts.ended_at || keep <= base::Duration::zero()) return std::nullopt;
  return *row.facts.ended_at + std::chrono::duration_cast<std::chrono::microseconds>(keep);
}

std::string recording_url(const Endpoints& endpoints, std::string_view id,
                          std::string_view ending) {
  return fmt::format("{}{}{}.{}", endpoints.public_url, record::kReplayPrefix, id, ending);
}

json::object recording_object(const RecordingRow& row, const Endpoints& endpoints,
                              base::Duration keep) {
  const record::Facts& facts = row.facts;
  const std::string& id = facts.recording;
  json::object object{
      {"recordingId", id},
      {"sessionId", facts.session},
      {"channelArn", facts.channel_arn},
      {"channelName", facts.channel_name},
      {"state", to_string(row.state)},
      {"streamIds", streams_json(facts.streams)},
      {"startedAt", base::to_rfc3339_ms(facts.started_at)},
      {"durationMs", std::chrono::duration_cast<std::chrono::milliseconds>(facts.duration).count()},
      {"sizeBytes", facts.bytes},
      {"container", container_text(facts.container)},
      {"renditions", shown_renditions(facts)},
      {"thumbnailCount", facts.thumbnails},
      {"bucketName", facts.bucket},
      {"keyPrefix", facts.prefix}};
  if (!row.name.empty()) object["name"] = row.name;
  if (!row.reason.empty()) object["stateReason"] = row.reason;
  if (!row.clip_of.empty()) object["clipOf"] = row.clip_of;
  if (facts.ended_at) object["endedAt"] = base::to_rfc3339_ms(*facts.ended_at);
  if (const auto expires = expiry_of(row, keep)) {
    object["expiresAt"] = base::to_rfc3339(*expires);
  }
  // Of thumbnails alone there is nothing to play.
  if (!facts.renditions.empty()) {
    object["playbackUrl"] = recording_url(endpoints, id, "m3u8");
    object["downloadUrl"] = recording_url(endpoints, id, "mp4");
  }
  if (facts.thumbnails > 0) {
    object["storyboardUrl"] = recording_url(endpoints, id, "vtt");
    object["thumbnailUrl"] = recording_url(endpoints, id, "jpg");
  }
  return object;
}

}  // namespace control
