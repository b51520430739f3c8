#include "live/playback.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_text.h"
#include "io/loop.h"
#include "live/playback_path.h"
#include "live/playlist.h"
#include "wire/http/representation.h"

namespace live {
namespace {

using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kBriefly = "public, max-age=1";
// The one session of public channels.
constexpr std::string_view kPublicSession = "-";
constexpr std::size_t kMaxCountedViewers = 200'000;
constexpr auto kViewerKept = std::chrono::seconds(15);
constexpr auto kUnsubscribeAfter = std::chrono::seconds(30);
constexpr auto kTick = std::chrono::milliseconds(500);
// How far past the live edge a blocking reload may reach (RFC 8216bis section 6.2.5.2).
constexpr std::uint64_t kMaxSegmentsAhead = 2;

std::string_view media_type(Container container, bool init, bool audio) {
  if (container == Container::kTs) return "video/mp2t";
  if (init) return audio ? "audio/mp4" : "video/mp4";
  return audio ? "audio/mp4" : "video/iso.segment";
}

// The form in which players of the IVS family read the reason of a failure.
Response failure(std::uint16_t status, const Request* request, std::string_view code,
                 std::string_view sentence) {
  std::string text = "[{\"url\":";
  base::append_json_string(text, request != nullptr ? request->raw_path() : "");
  text.append(",\"error\":");
  base::append_json_string(text, sentence);
  fmt::format_to(std::back_inserter(text), R"(,"error_code":"{}","type":"error"}}])", code);
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(std::move(text)));
  response.headers.add("Cache-Control", status == 404 ? kBriefly : "no-store");
  return response;
}

Response not_found(const Request* request) {
  return failure(404, request, "not_found", "no such playlist or segment, or it has expired");
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Response playlist_response(const RenderedPlaylist& playlist, bool gzip, bool blocking,
                           const Window& window) {
  Response response = Response::with_body(200, kPlaylistType, gzip ? playlist.gzip : playlist.text);
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Vary", "Accept-Encoding");
  // With directives the address means one state of the playlist for ever; without, the newest.
  response.headers.add("Cache-Control", blocking ? fmt::format("public, max-age={}",
                                                               6 * window.times.target_duration)
                                                 : std::string(kBriefly));
  return response;
}

// Media never changes under its name, so the name is its tag. Ranges and conditions are answered
// where the request is at hand; whoever waited for the bytes wants all of them.
void finish_media(const Request& request, Response& response) {
  response.headers.add(
      "ETag", fmt::format("\"{}\"", request.raw_path().substr(request.raw_path().rfind('/') + 1)));
  if (!wire::http::apply_if_none_match(request, response)) {
    wire::http::apply_range(request, response);
  }
}

Response media_response(const Window& window, Container container, std::vector<base::Slice> body) {
  Response response;
  response.headers.reserve(128, 4);
  response.headers.add("Content-Type",
                       media_type(container, false, window.rendition.starts_with("audio")));
  response.headers.add("Cache-Control", kForEver);
  response.body = std::move(body);
  return response;
}

}  // namespace

LoopPlayback::LoopPlayback(io::Loop& loop, const Settings& settings, SnapshotSource& source)
    : loop_(loop), settings_(settings), source_(source), ticker_(loop) {}

LoopPlayback::~LoopPlayback() = default;

LoopPlayback::View* LoopPlayback::find(std::string_view channel) {
  const auto found = views_.find(channel);
  return found == views_.end() ? nullptr : found->second.get();
}

std::uint64_t LoopPlayback::request(const PlaybackRequest& request, ViewerConnection& connection,
                                    std::uint64_t token) {
  // A request may come from inside an answer: what that one's connection does is not about it.
  Serving here{0, false, serving_};
  serving_ = &here;
  const std::uint64_t handle = begin(request, connection, token);
  serving_ = here.outer;
  return handle;
}

std::uint64_t LoopPlayback::begin(const PlaybackRequest& request, ViewerConnection& connection,
                                  std::uint64_t token) {
  const Request& http = *request.http;
  const auto path = parse_playback_path(http.path);
  View* view = path ? find(path->channel) : nullptr;
  if (view == nullptr) {
    connection.respond(token, path && path->multivariant
                                  ? failure(404, &http, "not_found", "this channel is not live")
                                  : not_found(&http));
    return 0;
  }
  view->last_request = loop_.now();
  if (!view->subscribed) {
    view->subscribed = true;
    source_.subscribe(view->channel, loop_.index());
    view = find(path->channel);
    if (view == nullptr) {
      connection.respond(token, not_found(&http));
      return 0;
    }
  }
  if (path->file == "index.m3u8") count_viewer(*view, request.viewer);
  if (view->snapshot == nullptr) {
    Waiter waiter;
    waiter.connection = &connection;
    waiter.token = token;
    waiter.wants = Wants::kSnapshot;
    waiter.held = std::make_unique<Request>(http);
    return park(*view, std::move(waiter));
  }
  return answer(*view, http, connection, token);
}

std::uint64_t LoopPlayback::answer(View& view, const Request& request, ViewerConnection& connection,
                                   std::uint64_t token) {
  const auto path = parse_playback_path(request.path);
  if (path && path->multivariant) {
    connection.respond(token, multivariant(view, request));
    return 0;
  }
  if (!path || path->session != kPublicSession) {
    connection.respond(token, not_found(&request));
    return 0;
  }
  return answer_file(view, request, {path->rendition, path->container, path->file}, connection,
                     token);
}

Response LoopPlayback::multivariant(const View& view, const Request& request) const {
  const ChannelSnapshot& snapshot = *view.snapshot;
  Container container = snapshot.default_container;
  const auto asked = request.query_parameter("container");
  const bool ts_fits =
      std::all_of(snapshot.windows.begin(), snapshot.windows.end(), [](const auto& window) {
        return window->segments.empty() || window->segments.back()->tracks->fits(Container::kTs);
      });
  if (asked == "ts" && !ts_fits) {
    return failure(404, &request, "not_found",
                   "this broadcast's codecs cannot be carried in MPEG-TS; ask for container=fmp4");
  }
  if (asked && asked != "ts" && asked != "fmp4") {
    return failure(400, &request, "bad_request", "container must be ts or fmp4");
  }
  if (asked) container = asked == "ts" ? Container::kTs : Container::kFmp4;
  if (!ts_fits) container = Container::kFmp4;
  MultivariantInfo info = *snapshot.multivariant;
  info.server_time = io::Loop::wall_now();
  const auto complete = [&](std::string& uri) {
    uri = variant_uri(kPublicSession, view.channel.str(), uri, container);
  };
  for (Variant& variant : info.variants) complete(variant.uri);
  for (AlternateAudio& audio : info.alternate_audio) complete(audio.uri);
  Response response = Response::with_body(200, kPlaylistType,
                                          base::Slice::take(render_multivariant_playlist(info)));
  response.headers.add("Cache-Control", kBriefly);
  return response;
}

std::uint64_t LoopPlayback::answer_file(View& view, const Request& request, const Target& target,
                                        ViewerConnection& connection, std::uint64_t token) {
  const auto* window = view.snapshot->find(target.rendition);
  if (window == nullptr || (!(*window)->segments.empty() &&
                            !(*window)->segments.back()->tracks->fits(target.container))) {
    connection.respond(token, not_found(&request));
    return 0;
  }
  // Answering may bring a new request of the same connection: keep what is being read.
  const std::shared_ptr<const Window> kept = *window;
  return target.file == "index.m3u8"
             ? answer_playlist(view, request, *kept, target, connection, token)
             : answer_media(view, request, *kept, target, connection, token);
}

std::uint64_t LoopPlayback::answer_playlist(View& view, const Request& request,
                                            const Window& window, const Target& target,
                                            ViewerConnection& connection, std::uint64_t token) {
  const auto msn_text = request.query_parameter("_HLS_msn");
  const auto part_text = request.query_parameter("_HLS_part");
  const auto skip_text = request.query_parameter("_HLS_skip");
  const auto bad = [&](std::string_view sentence) -> std::uint64_t {
    connection.respond(token, failure(400, &request, "bad_request", sentence));
    return 0;
  };
  if (part_text && !msn_text) return bad("_HLS_part needs _HLS_msn");
  const bool skip = skip_text == "YES" || skip_text == "v2";
  const bool gzip = wire::http::choose_coding(request, {wire::http::ContentCoding::kGzip}) ==
                    wire::http::ContentCoding::kGzip;
  const auto respond = [&](bool blocking) -> std::uint64_t {
    connection.respond(
        token, playlist_response(window.playlist(target.container, skip), gzip, blocking, window));
    return 0;
  };
  if (!msn_text) return respond(false);
  const auto msn = number(*msn_text);
  const auto part = part_text ? number(*part_text) : std::nullopt;
  if (!msn || (part_text && !part)) return bad("_HLS_msn and _HLS_part must be decimal numbers");
  if (window.ended) return respond(false);
  // Before the first part the one that is promised stands for the last.
  const PartPosition last = window.segments.empty() ? window.next : window.last();
  if (*msn > last.msn + kMaxSegmentsAhead) return bad("_HLS_msn is too far ahead");
  const auto parts_ahead = static_cast<std::uint64_t>(std::max<media::Ticks>(
      3, 3 * media::kVideoTimescale / std::max<media::Ticks>(1, window.times.part_target)));
  if (part && *msn == last.msn && *part > last.part + parts_ahead) {
    return bad("_HLS_part is too far ahead");
  }
  const auto part_index =
      part ? std::optional(static_cast<std::uint32_t>(std::min<std::uint64_t>(*part, 1'000'000)))
           : std::nullopt;
  if (window.has(*msn, part_index)) return respond(true);
  Waiter waiter;
  waiter.connection = &connection;
  waiter.token = token;
  waiter.rendition = target.rendition;
  waiter.container = target.container;
  waiter.wants = Wants::kPlaylist;
  waiter.position = {*msn, part_index.value_or(0)};
  waiter.whole_segment = !part_index;
  waiter.skip = skip;
  waiter.gzip = gzip;
  waiter.deadline = loop_.now() + 3 * std::chrono::seconds(window.times.target_duration);
  return park(view, std::move(waiter));
}

std::uint64_t LoopPlayback::answer_media(View& view, const Request& request, const Window& window,
                                         const Target& target, ViewerConnection& connection,
                                         std::uint64_t token) {
  const auto name = parse_media_name(target.file, target.container);
  if (!name) {
    connection.respond(token, not_found(&request));
    return 0;
  }
  if (name->kind == MediaName::Kind::kInit) {
    const auto tracks = window.track_set(name->generation);
    Response response = not_found(&request);
    if (tracks != nullptr) {
      response = Response::with_body(
          200, media_type(target.container, true, window.rendition.starts_with("audio")),
          tracks->init_segment());
      response.headers.add("Cache-Control", kForEver);
      finish_media(request, response);
    }
    connection.respond(token, std::move(response));
    return 0;
  }
  Waiter waiter;
  waiter.connection = &connection;
  waiter.token = token;
  waiter.rendition = target.rendition;
  waiter.container = target.container;
  waiter.position = name->position;
  waiter.deadline = loop_.now() + 3 * std::chrono::seconds(window.times.target_duration);
  if (name->kind == MediaName::Kind::kPart) {
    if (const auto part = window.part(name->position)) {
      Response response = media_response(window, target.container, {part->bytes(target.container)});
      finish_media(request, response);
      connection.respond(token, std::move(response));
      return 0;
    }
    // Only the part that was promised is worth waiting for.
    if (window.ended || name->position != window.next) {
      connection.respond(token, not_found(&request));
      return 0;
    }
    waiter.wants = Wants::kPart;
    return park(view, std::move(waiter));
  }
  const auto segment = window.segment(name->position.msn);
  if (segment != nullptr && segment->complete) {
    Response response = media_response(window, target.container, segment->bytes(target.container));
    finish_media(request, response);
    connection.respond(token, std::move(response));
    return 0;
  }
  if (segment != nullptr) {
    waiter.position.part = 0;
    return start_tail(view, std::move(waiter), window);
  }
  const std::uint64_t next = window.next.msn;
  if (window.ended || name->position.msn < next || name->position.msn > next + 1) {
    connection.respond(token, not_found(&request));
    return 0;
  }
  waiter.wants = Wants::kSegment;
  // The one after next begins only when the next has ended.
  waiter.deadline += std::chrono::seconds(2 * window.times.target_duration);
  return park(view, std::move(waiter));
}

std::uint64_t LoopPlayback::park(View& view, Waiter waiter) {
  const std::uint64_t handle = next_handle_++;
  waiter.view = &view;
  if (waiter.deadline == base::MonotonicTime{}) waiter.deadline = loop_.now() + kUnsubscribeAfter;
  waiters_.emplace(handle, std::move(waiter));
  view.waiting.push_back(handle);
  if (!ticker_.is_running()) ticker_.start(kTick, [this] { tick(); });
  return handle;
}

// A segment that is being made is sent as it grows.
std::uint64_t LoopPlayback::start_tail(View& view, Waiter waiter, const Window& window) {
  Response response = media_response(window, waiter.container, {});
  response.streaming = true;
  waiter.wants = Wants::kSegmentTail;
  waiter.connection->respond(waiter.token, std::move(response));
  if (is_cancelled() || serve_tail(waiter, window)) return 0;
  return park(view, std::move(waiter));
}

void LoopPlayback::cancel(std::uint64_t handle) {
  waiters_.erase(handle);
  for (Serving* serving = serving_; serving != nullptr; serving = serving->outer) {
    if (serving->handle == handle) serving->cancelled = true;
  }
}

void LoopPlayback::announce(const base::ChannelId& channel) {
  if (find(channel.str()) != nullptr) return;
  auto view = std::make_unique<View>();
  view->channel = channel;
  views_.emplace(channel.str(), std::move(view));
}

void LoopPlayback::update(std::shared_ptr<const ChannelSnapshot> snapshot) {
  View* view = find(snapshot->channel.str());
  if (view == nullptr) return;
  view->snapshot = std::move(snapshot);
  // It may come for a subscription that was made before the channel was withdrawn.
  if (!view->subscribed) {
    view->subscribed = true;
    view->last_request = loop_.now();
    if (!ticker_.is_running()) ticker_.start(kTick, [this] { tick(); });
  }
  serve_all(*view);
}

void LoopPlayback::serve_all(View& view) {
  std::vector<std::uint64_t> waiting = std::exchange(view.waiting, {});
  std::vector<std::uint64_t> still;
  for (const std::uint64_t handle : waiting) {
    const auto found = waiters_.find(handle);
    if (found == waiters_.end()) continue;
    // Serving may lead to new requests: the waiter is taken out for the time being.
    Waiter waiter = std::move(found->second);
    waiters_.erase(found);
    if (!serve_or_cancelled(view, handle, waiter)) still.push_back(handle);
  }
  if (view.waiting.empty()) {
    view.waiting = std::move(still);
  } else {
    view.waiting.insert(view.waiting.end(), still.begin(), still.end());
  }
}

// True if the waiter is done with, for whatever reason; otherwise it is in the table again.
bool LoopPlayback::serve_or_cancelled(View& view, std::uint64_t handle, Waiter& waiter) {
  Serving here{handle, false, serving_};
  serving_ = &here;
  bool done = false;
  std::uint64_t again = 0;
  if (waiter.wants == Wants::kSnapshot) {
    const std::unique_ptr<Request> request = std::move(waiter.held);
    again = answer(view, *request, *waiter.connection, waiter.token);
    done = again == 0;
  } else {
    done = serve(view, waiter);
  }
  serving_ = here.outer;
  if (done) return true;
  if (again != 0) {
    // The connection knows the first handle only: keep it.
    std::erase(view.waiting, again);
    waiter = std::move(waiters_.at(again));
    waiters_.erase(again);
  }
  if (!here.cancelled) waiters_.emplace(handle, std::move(waiter));
  return here.cancelled;
}

bool LoopPlayback::serve(View& view, Waiter& waiter) {
  const auto* found = view.snapshot->find(waiter.rendition);
  if (found == nullptr) {
    waiter.connection->respond(waiter.token, not_found(nullptr));
    return true;
  }
  const std::shared_ptr<const Window> window = *found;
  switch (waiter.wants) {
    case Wants::kSnapshot:
      break;
    case Wants::kPlaylist:
      if (!window->ended &&
          !window->has(waiter.position.msn,
                       waiter.whole_segment ? std::nullopt : std::optional(waiter.position.part))) {
        return false;
      }
      waiter.connection->respond(waiter.token,
                                 playlist_response(window->playlist(waiter.container, waiter.skip),
                                                   waiter.gzip, !window->ended, *window));
      return true;
    case Wants::kPart: {
      if (const auto part = window->part(waiter.position)) {
        waiter.connection->respond(waiter.token, media_response(*window, waiter.container,
                                                                {part->bytes(waiter.container)}));
        return true;
      }
      if (!window->ended && window->next == waiter.position) return false;
      waiter.connection->respond(waiter.token, not_found(nullptr));
      return true;
    }
    case Wants::kSegment: {
      if (window->segment(waiter.position.msn) == nullptr) {
        if (!window->ended) return false;
        waiter.connection->respond(waiter.token, not_found(nullptr));
        return true;
      }
      Response response = media_response(*window, waiter.container, {});
      response.streaming = true;
      waiter.wants = Wants::kSegmentTail;
      waiter.position.part = 0;
      waiter.connection->respond(waiter.token, std::move(response));
      return is_cancelled() || serve_tail(waiter, *window);
    }
    case Wants::kSegmentTail:
      return serve_tail(waiter, *window);
  }
  return true;
}

bool LoopPlayback::serve_tail(Waiter& waiter, const Window& window) {
  const auto segment = window.segment(waiter.position.msn);
  if (segment == nullptr || waiter.connection->queued_bytes() > settings_.max_viewer_backlog) {
    waiter.connection->abort(waiter.token);
    return true;
  }
  while (waiter.position.part < segment->parts.size()) {
    if (is_cancelled()) return true;
    waiter.connection->append(waiter.token,
                              segment->parts[waiter.position.part]->bytes(waiter.container));
    ++waiter.position.part;
  }
  // Once bytes have gone out the end of the segment decides, not a deadline.
  waiter.deadline = loop_.now() + settings_.reconnect_window;
  if (is_cancelled()) return true;
  if (!segment->complete && !window.ended) return false;
  waiter.connection->finish(waiter.token);
  return true;
}

void LoopPlayback::withdraw(const base::ChannelId& channel) {
  const auto found = views_.find(channel.str());
  if (found == views_.end()) return;
  const std::unique_ptr<View> view = std::move(found->second);
  views_.erase(found);
  for (const std::uint64_t handle : view->waiting) {
    const auto waiting = waiters_.find(handle);
    if (waiting == waiters_.end()) continue;
    const Waiter waiter = std::move(waiting->second);
    waiters_.erase(waiting);
    if (waiter.wants == Wants::kSegmentTail) {
      waiter.connection->abort(waiter.token);
    } else {
      waiter.connection->respond(waiter.token, not_found(nullptr));
    }
  }
}

// Requests that waited too long, viewers that left, channels that nobody here watches any more.
void LoopPlayback::tick() {
  if (look_after(loop_.now())) ticker_.start(kTick, [this] { tick(); });
}

bool LoopPlayback::look_after(base::MonotonicTime now) {
  std::vector<std::uint64_t> late;
  for (const auto& [handle, waiter] : waiters_) {
    if (waiter.deadline <= now) late.push_back(handle);
  }
  for (const std::uint64_t handle : late) {
    const auto found = waiters_.find(handle);
    if (found == waiters_.end()) continue;
    const Waiter waiter = std::move(found->second);
    waiters_.erase(found);
    if (waiter.wants == Wants::kSegmentTail) {
      waiter.connection->abort(waiter.token);
    } else {
      waiter.connection->respond(
          waiter.token, failure(503, nullptr, "timeout", "nothing new came in time; try again"));
    }
  }
  bool busy = !waiters_.empty();
  for (const auto& [name, view] : views_) {
    std::erase_if(view->viewers,
                  [&](const auto& entry) { return now - entry.second > kViewerKept; });
    std::erase_if(view->waiting, [&](std::uint64_t handle) { return !waiters_.contains(handle); });
    if (!view->subscribed) continue;
    if (view->waiting.empty() && now - view->last_request > kUnsubscribeAfter) {
      view->subscribed = false;
      view->snapshot.reset();
      source_.unsubscribe(view->channel, loop_.index());
    } else {
      busy = true;
    }
  }
  return busy;
}

void LoopPlayback::count_viewer(View& view, std::string_view viewer) {
  const std::uint64_t hash = std::hash<std::string_view>{}(viewer);
  if (view.viewers.size() >= kMaxCountedViewers && !view.viewers.contains(hash)) return;
  view.viewers[hash] = loop_.now();
  if (!ticker_.is_running()) ticker_.start(kTick, [this] { tick(); });
}

std::vector<std::pair<base::ChannelId, std::uint32_t>> LoopPlayback::viewer_counts() const {
  const base::MonotonicTime now = loop_.now();
  std::vector<std::pair<base::ChannelId, std::uint32_t>> counts;
  for (const auto& [name, view] : views_) {
    counts.emplace_back(view->channel,
                        static_cast<std::uint32_t>(std::count_if(
                            view->viewers.begin(), view->viewers.end(),
                            [&](const auto& entry) { return now - entry.second <= kViewerKept; })));
  }
  return counts;
}

}  // namespace live
