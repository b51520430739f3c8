// Stream sessions: what was broadcast, with the encoder's figures and the events of each.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>

#include "control/call.h"
#include "control/channel_record.h"
#include "control/platform.h"

namespace control {
namespace {

namespace json = boost::json;

base::WallTime time_of(std::int64_t microseconds) {
  return base::WallTime(std::chrono::microseconds(microseconds));
}

/// Sessions outlive their channel: only the ARN's form is checked.
ApiResult<std::string> channel_id(const Call& call) {
  const std::string arn = text_of(call.input, "channelArn");
  std::string id{own_id(call.platform.home, "channel", arn)};
  if (id.empty()) return not_found(fmt::format("there is no channel {}", arn));
  return id;
}

// Addresses depend on how the request came: they are not part of what is kept.
json::object channel_snapshot(const Call& call, std::string_view kept, const std::string& id) {
  json::object channel = parse_kept(kept).as_object();
  channel["ingestEndpoint"] = call.endpoints.ingest;
  channel["playbackUrl"] = playback_url(call.platform.home, call.endpoints, id);
  if (!call.endpoints.srt.empty()) {
    channel["srt"] = json::object{{"endpoint", call.endpoints.srt}};
  }
  return channel;
}

ApiResult<json::array> events_of(Call& call, const std::string& session) {
  auto rows = call.sql.run(
      "SELECT name, type, code, at FROM stream_session_events WHERE session_id = $1 "
      "AND type NOT LIKE 'Rostrum %' ORDER BY number DESC LIMIT $2",
      {session, service_quota("streamSessionEvents")});
  if (!rows) return internal(rows.error());
  json::array events;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    json::object event{{"name", rows->text(i, 0)},
                       {"type", rows->text(i, 1)},
                       {"eventTime", base::to_rfc3339(time_of(rows->integer(i, 3)))}};
    if (!rows->text(i, 2).empty()) event["code"] = rows->text(i, 2);
    events.emplace_back(std::move(event));
  }
  return events;
}

ApiObject get_stream_session(Call& call) {
  auto channel = channel_id(call);
  if (!channel) return std::unexpected(channel.error());
  const std::string wanted = text_of(call.input, "streamId");
  auto rows = wanted.empty() ? call.sql.run(
                                   "SELECT id, started_at, ended_at, channel, ingest, recording "
                                   "FROM stream_sessions WHERE channel_id = $1 "
                                   "ORDER BY started_at DESC, id DESC LIMIT 1",
                                   {*channel})
                             : call.sql.run(
                                   "SELECT id, started_at, ended_at, channel, ingest, recording "
                                   "FROM stream_sessions WHERE channel_id = $1 AND id = $2",
                                   {*channel, wanted});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found("there is no such stream session");
  const std::string& id = rows->text(0, 0);
  json::object session{{"streamId", id},
                       {"startTime", base::to_rfc3339(time_of(rows->integer(0, 1)))},
                       {"channel", channel_snapshot(call, rows->text(0, 3), *channel)}};
  if (!rows->is_null(0, 2)) {
    session["endTime"] = base::to_rfc3339(time_of(rows->integer(0, 2)));
  }
  if (!rows->text(0, 4).empty()) {
    const json::value ingest = parse_kept(rows->text(0, 4));
    for (const auto& [name, value] : ingest.as_object()) session[name] = value;
  }
  if (!rows->text(0, 5).empty()) {
    session["recordingConfiguration"] = parse_kept(rows->text(0, 5));
  }
  auto events = events_of(call, id);
  if (!events) return std::unexpected(events.error());
  session["truncatedEvents"] = std::move(*events);
  return json::object{{"streamSession", std::move(session)}};
}

// Newest first; a page goes on below "<start>/<id>".
ApiObject list_stream_sessions(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto channel = channel_id(call);
  if (!channel) return std::unexpected(channel.error());
  std::int64_t start = std::numeric_limits<std::int64_t>::max();
  std::string id;
  if (!page->after.empty()) {
    const std::size_t slash = page->after.find('/');
    const char* end = page->after.data() + std::min(slash, page->after.size());
    if (slash == std::string::npos || std::from_chars(page->after.data(), end, start).ptr != end) {
      return invalid("nextToken is not one of ours");
    }
    id = page->after.substr(slash + 1);
  }
  auto rows = call.sql.run(
      "SELECT id, started_at, ended_at, has_error FROM stream_sessions "
      "WHERE channel_id = $1 AND (started_at < $2 OR (started_at = $2 AND id < $3)) "
      "ORDER BY started_at DESC, id DESC LIMIT $4",
      {*channel, start, id, page->limit + 1});
  if (!rows) return internal(rows.error());
  if (rows->empty() && page->after.empty()) {
    auto known = load_channel(call.sql, *channel);
    if (!known) return internal(known.error());
    if (!*known) return not_found("there is no such channel");
  }
  json::object output;
  json::array list;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (static_cast<std::int64_t>(i) == page->limit) {
      output["nextToken"] =
          next_token(call, fmt::format("{}/{}", rows->integer(i - 1, 1), rows->text(i - 1, 0)));
      break;
    }
    json::object session{{"streamId", rows->text(i, 0)},
                         {"startTime", base::to_rfc3339(time_of(rows->integer(i, 1)))},
                         {"hasErrorEvent", rows->integer(i, 3) != 0}};
    if (!rows->is_null(i, 2)) {
      session["endTime"] = base::to_rfc3339(time_of(rows->integer(i, 2)));
    }
    list.emplace_back(std::move(session));
  }
  output["streamSessions"] = std::move(list);
  return output;
}

}  // namespace

std::span<const Handler> stream_session_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"GetStreamSession", kRead, get_stream_session},
      {"ListStreamSessions", kRead, list_stream_sessions},
  };
  return kHandlers;
}

}  // namespace control
