#include "server/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/metrics.h"
#include "io/system.h"
#include "server/event_stream.h"
#include "server/recording_routes.h"
#include "server/static_files.h"
#include "wire/websocket/handshake.h"

namespace server {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kOneChannel = "/api/rostrum/v1/channels/";
constexpr std::size_t kMostListed = 100;
// Small answers that nobody reads: there is no use in adding to them.
constexpr std::size_t kMaxStreamBacklog = 16 << 10;

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

// Fifty tags of the greatest length, in Python's spelling: a character takes up to 12 octets.
constexpr std::size_t kApiBody = 256 * 1024;

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

std::size_t Site::body_limit(const Request& head, std::size_t usual) const {
  if (control_.is_api(head)) return std::max(usual, kApiBody);
  return platform_ != nullptr ? platform_->body_limit(head, usual) : usual;
}

void Site::handle(HttpSession& session, wire::http::RequestId id, Request&& request) {
  if (request.path == "/" && wire::websocket::is_websocket_upgrade(request)) {
    start_chat(session, id, std::move(request), chat_);
    return;
  }
  if (request.path.starts_with(live::kPlaybackPrefix)) {
    if (request.method == Method::kGet || request.method == Method::kHead) {
      request.path.starts_with(record::kReplayPrefix) ? session.replay(id, request)
                                                      : session.play(id, request);
      return;
    }
  } else if (polls_ != nullptr && polls_->handles(request.path)) {
    poll(session, id, std::move(request));
    return;
  } else if (ChatRoutes::handles(request)) {
    chat_routes_.handle(session, id, std::move(request));
    return;
  } else if (platform_ != nullptr && platform_->handles(request)) {
    platform_->handle(session, id, std::move(request));
    return;
  } else if (control_.is_api(request)) {
    api(session, id, std::move(request));
    return;
  } else if (request.method == Method::kGet || request.method == Method::kHead) {
    get(session, id, std::move(request));
    return;
  }
  Response response = wire::http::error_response(405, "only GET and HEAD are served here");
  response.headers.add("Allow", "GET, HEAD, OPTIONS");
  session.respond(id, std::move(response));
}

void Site::get(HttpSession& session, wire::http::RequestId id, Request&& request) {
  const std::string_view path = request.path;
  if (path == "/healthz") {
    session.respond(id, text_response(200, "ok\n"));
  } else if (path == "/readyz") {
    const bool ready = readiness_.is_ready();
    session.respond(id, text_response(ready ? 200 : 503, ready ? "ready\n" : "draining\n"));
  } else if (path == "/metrics" && info_.metrics_enabled) {
    metrics(session, id);
  } else if (path == "/api/rostrum/v1/server") {
    session.respond(id, server_info(session, request));
  } else if (path == "/api/rostrum/v1/channels") {
    all_channels(session, id);
  } else if (path == "/api/rostrum/v1/events") {
    serve_events(session, id, std::move(request), control_);
  } else if (is_recordings_path(path)) {
    serve_recordings(session, id, request, control_);
  } else if (path.starts_with(kOneChannel)) {
    one_channel(session, id, path.substr(kOneChannel.size()));
  } else if (auto file = static_file(request, platform_ != nullptr)) {
    session.respond(id, std::move(*file));
  } else {
    session.respond(id, wire::http::error_response(404, "nothing is here"));
  }
}

void Site::poll(HttpSession& session, wire::http::RequestId id, Request&& request) {
  if (const auto counts = polls_->stream_of(request)) {
    poll_counts(session, id, *counts);
    return;
  }
  polls_->handle({std::move(request), session.peer_ip()},
                 [this, weak = session.self(), id](Response response) {
                   loop_.post([weak, id, answer = std::move(response)]() mutable {
                     if (const auto alive = weak.lock()) {
                       (*alive)->respond(id, std::move(answer), HttpSession::Cors::kAsItIs);
                     }
                   });
                 });
}

// The session tells when its stream has gone, so a viewer never outlives its session.
void Site::poll_counts(HttpSession& session, wire::http::RequestId id, const std::string& poll) {
  auto token = std::make_shared<std::uint64_t>(0);
  session.respond(id, app::poll_stream_head(), HttpSession::Cors::kAsItIs);
  session.when_cancelled(id, [this, token] { poll_feed_->remove(*token); });
  const auto added = poll_feed_->add(poll, [&session, id](const base::Slice& event) {
    if (session.backlog() > kMaxStreamBacklog) return false;
    session.append(id, event);
    return true;
  });
  if (added) {
    *token = *added;
  } else {
    session.finish(id);
  }
}

// Workers answer; their answer comes back to this loop.
void Site::api(HttpSession& session, wire::http::RequestId id, Request&& request) {
  control::ApiRequest asked{std::move(request), session.peer_ip(), session.is_secure()};
  control_.handle(std::move(asked), [this, weak = session.self(), id](Response response) {
    loop_.post([weak, id, answer = std::move(response)]() mutable {
      if (const auto alive = weak.lock()) (*alive)->respond(id, std::move(answer));
    });
  });
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
  return json_response(
      200, json::object{
               {"version", info_.version}, {"ingest", ingest}, {"platform", platform_ != nullptr}});
}

// Figures that nobody keeps up to date are taken when somebody asks.
void Site::metrics(HttpSession& session, wire::http::RequestId id) {
  live_.status(loop_, [this, weak = session.self(),
                       id](const std::vector<live::StreamStatus>& streams) {
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
    (*alive)->respond(id, text_response(200, all.expose() + control_.metrics_text(),
                                        "text/plain; version=0.0.4; charset=utf-8"));
  });
}

void Site::all_channels(HttpSession& session, wire::http::RequestId id) {
  control_.list_channels(kMostListed, [this, weak = session.self(),
                                       id](std::vector<control::ChannelListing> channels) {
    answer_channels(weak, id, std::move(channels), false);
  });
}

void Site::one_channel(HttpSession& session, wire::http::RequestId id, std::string_view channel) {
  control_.find_channel(
      base::ChannelId(std::string(channel)),
      [this, weak = session.self(), id](std::optional<control::ChannelListing> found) {
        if (found) {
          answer_channels(weak, id, {std::move(*found)}, true);
          return;
        }
        loop_.post([weak, id] {
          if (const auto alive = weak.lock()) {
            (*alive)->respond(id, wire::http::error_response(404, "there is no such channel",
                                                             wire::http::ErrorFormat::kJson));
          }
        });
      });
}

// From any thread: what is live is asked for on this loop.
void Site::answer_channels(std::weak_ptr<HttpSession*> session, wire::http::RequestId id,
                           std::vector<control::ChannelListing> channels, bool only_one) {
  live_.status(loop_, [this, session = std::move(session), id, channels = std::move(channels),
                       only_one](const std::vector<live::StreamStatus>& streams) {
    const auto alive = session.lock();
    if (alive == nullptr) return;
    (*alive)->respond(
        id, text_response(200, render_channels(channels, streams, only_one), "application/json"));
  });
}

std::string Site::render_channels(const std::vector<control::ChannelListing>& channels,
                                  const std::vector<live::StreamStatus>& streams,
                                  bool only_one) const {
  json::array list;
  for (const control::ChannelListing& channel : channels) {
    // Private channels are found by those who know their address, not by everybody.
    if (channel.authorized && !only_one) continue;
    json::object entry{{"id", channel.id.str()},
                       {"name", channel.name.empty() ? channel.id.str() : channel.name},
                       {"authorized", channel.authorized},
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
    if (only_one) return json::serialize(entry);
    list.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"channels", std::move(list)}});
}

}  // namespace server
