#include "server/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/metrics.h"
#include "io/system.h"
#include "server/static_files.h"

namespace server {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kApi = "/api/rostrum/v1/";

Response json_response(std::uint16_t status, const json::value& value) {
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(json::serialize(value)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response text_response(std::uint16_t status, std::string text,
                       std::string_view type = "text/plain; charset=utf-8") {
  Response response = Response::with_body(status, type, base::Slice::take(std::move(text)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

// The host of a request without its port: where encoders and viewers reach this server.
std::string_view host_without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_safe_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

void Site::handle(HttpSession& session, wire::http::RequestId id, Request&& request) {
  const std::string_view path = request.path;
  if (request.method != Method::kGet && request.method != Method::kHead) {
    Response response = wire::http::error_response(405, "only GET and HEAD are served here");
    response.headers.add("Allow", "GET, HEAD, OPTIONS");
    session.respond(id, std::move(response));
  } else if (path.starts_with(live::kPlaybackPrefix)) {
    session.play(id, request);
  } else if (path == "/healthz") {
    session.respond(id, text_response(200, "ok\n"));
  } else if (path == "/readyz") {
    const bool ready = readiness_.is_ready();
    session.respond(id, text_response(ready ? 200 : 503, ready ? "ready\n" : "draining\n"));
  } else if (path == "/metrics" && info_.metrics_enabled) {
    metrics(session, id);
  } else if (path == "/api/rostrum/v1/server") {
    session.respond(id, server_info(session, request));
  } else if (path == "/api/rostrum/v1/channels") {
    channels(session, id, {});
  } else if (path.starts_with("/api/rostrum/v1/channels/")) {
    channels(session, id, std::string(path.substr(kApi.size() + 9)));
  } else if (auto file = static_file(request)) {
    session.respond(id, std::move(*file));
  } else {
    session.respond(id, wire::http::error_response(404, "nothing is here"));
  }
}

Response Site::server_info(const HttpSession& session, const Request& request) const {
  std::string_view host = host_without_port(request.host);
  if (!info_.public_url.empty()) {
    const std::size_t scheme = info_.public_url.find("://");
    host = host_without_port(
        std::string_view(info_.public_url).substr(scheme == std::string::npos ? 0 : scheme + 3));
    host = host.substr(0, host.find('/'));
  }
  const std::string local = session.local().ip();
  if (!is_safe_host(host)) host = local;
  json::object ingest;
  const auto add = [&](const char* name, std::uint16_t port, std::string_view path) {
    if (port != 0) ingest[name] = fmt::format("{}://{}:{}{}", name, host, port, path);
  };
  add("rtmp", info_.rtmp_port, "/app");
  add("rtmps", info_.rtmps_port, "/app");
  add("srt", info_.srt_port, "");
  return json_response(200, json::object{{"version", info_.version}, {"ingest", ingest}});
}

// Figures that nobody keeps up to date are taken when somebody asks.
void Site::metrics(HttpSession& session, wire::http::RequestId id) {
  live_.status(loop_, [weak = session.self(), id](const std::vector<live::StreamStatus>& streams) {
    const auto alive = weak.lock();
    if (alive == nullptr) return;
    std::int64_t live = 0;
    std::int64_t viewers = 0;
    std::int64_t window = 0;
    for (const live::StreamStatus& stream : streams) {
      live += stream.live ? 1 : 0;
      viewers += stream.viewers;
      window += static_cast<std::int64_t>(stream.window_bytes);
    }
    base::Metrics& all = base::metrics();
    all.gauge("rostrum_streams", "Streams that are live").set(live);
    all.gauge("rostrum_viewers", "Viewers of all streams in the last seconds").set(viewers);
    all.gauge("rostrum_window_bytes", "Coded media held for viewers").set(window);
    all.gauge("process_resident_memory_bytes", "Memory in use")
        .set(static_cast<std::int64_t>(io::resident_memory()));
    const io::CpuTimes cpu = io::cpu_times();
    all.gauge("rostrum_cpu_milliseconds", "CPU time used by the server so far")
        .set(std::chrono::duration_cast<std::chrono::milliseconds>(cpu.user + cpu.system).count());
    (*alive)->respond(id,
                      text_response(200, all.expose(), "text/plain; version=0.0.4; charset=utf-8"));
  });
}

void Site::channels(HttpSession& session, wire::http::RequestId id, std::string only) {
  if (!only.empty() && std::none_of(info_.channels.begin(), info_.channels.end(),
                                    [&](const auto& entry) { return entry.id.str() == only; })) {
    session.respond(id, wire::http::error_response(404, "there is no such channel",
                                                   wire::http::ErrorFormat::kJson));
    return;
  }
  live_.status(loop_, [this, weak = session.self(), id,
                       only = std::move(only)](const std::vector<live::StreamStatus>& streams) {
    const auto alive = weak.lock();
    if (alive == nullptr) return;
    Response response = text_response(200, render_channels(streams, only), "application/json");
    (*alive)->respond(id, std::move(response));
  });
}

std::string Site::render_channels(const std::vector<live::StreamStatus>& streams,
                                  const std::string& only) const {
  json::array list;
  for (const ChannelListing& channel : info_.channels) {
    if (!only.empty() && channel.id.str() != only) continue;
    json::object entry{{"id", channel.id.str()},
                       {"name", channel.name},
                       {"title", ""},
                       {"live", false},
                       {"viewers", 0},
                       {"playbackUrl", live_.playback_path(channel.id)},
                       {"watchUrl", "/watch/" + channel.id.str()}};
    const auto stream = std::find_if(streams.begin(), streams.end(), [&](const auto& status) {
      return status.channel == channel.id;
    });
    if (stream != streams.end() && !stream->stream.empty()) {
      entry["live"] = stream->live;
      entry["viewers"] = stream->viewers;
      entry["streamId"] = stream->stream.str();
      entry["startedAt"] = base::to_rfc3339(stream->started_at);
      entry["bitrate"] = stream->bitrate;
      entry["protocol"] = stream->protocol;
      json::array tracks;
      for (const live::TrackStatus& track : stream->tracks) {
        json::object described{{"name", track.name}, {"codec", track.codec}};
        if (track.height > 0) {
          described["width"] = track.width;
          described["height"] = track.height;
          described["frameRate"] = track.frame_rate;
        } else {
          described["sampleRate"] = track.sample_rate;
          described["channels"] = track.channels;
        }
        tracks.push_back(std::move(described));
      }
      entry["tracks"] = std::move(tracks);
    }
    if (!only.empty()) return json::serialize(entry);
    list.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"channels", std::move(list)}});
}

}  // namespace server
