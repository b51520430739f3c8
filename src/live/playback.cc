#include "live/playback.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "io/loop.h"
#include "live/playlist.h"
#include "wire/http/representation.h"

namespace live {
namespace {

using wire::http::Request;
using wire::http::Response;

// A little more than the look of the ticker: long enough for any database, short for a person.
constexpr auto kDecisionTime = std::chrono::seconds(5);
constexpr auto kSnapshotTime = std::chrono::seconds(30);
// For a rendition that has been started.
constexpr auto kStartTime = std::chrono::seconds(5);
// How far past the live edge a blocking reload may reach (RFC 8216bis section 6.2.5.2).
constexpr std::uint64_t kMaxSegmentsAhead = 2;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

base::Duration targets(const Window& window, int count) {
  return count * std::chrono::seconds(window.times.target_duration);
}

}  // namespace

LoopPlayback::LoopPlayback(io::Loop& loop, const Settings& settings, SnapshotSource& source,
                           ViewAdmission& admission)
    : loop_(loop), settings_(settings), source_(source), admission_(admission), ticker_(loop) {}

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
  SessionBounds bounds;
  if (!path->multivariant) {
    const auto checked =
        admission_.check_session(view->channel, path->session, http.headers.get("Origin"));
    if (!checked) {
      connection.respond(token, refused(checked.error(), &http));
      return 0;
    }
    bounds = *checked;
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
  const Asking asking{*view, http, request.remote_address, *path, bounds, connection, token};
  if (path->file == "index.m3u8") count_viewer(asking);
  if (view->snapshot == nullptr) return park(hold(asking, Wants::kSnapshot, kSnapshotTime));
  Rest rest = answer(asking);
  return rest ? park(std::move(*rest)) : 0;
}

LoopPlayback::Rest LoopPlayback::answer(const Asking& asking) {
  const PlaybackPath& path = asking.path;
  if (path.multivariant) {
    // What cannot be answered anyway must not use up a token.
    auto container = choose_container(*asking.view.snapshot, asking.http);
    if (container) return hold(asking, Wants::kGrant, kDecisionTime);
    asking.respond(std::move(container.error()));
    return std::nullopt;
  }
  const auto* found = asking.view.snapshot->find(path.rendition);
  if (found == nullptr) {
    asking.respond(not_found(&asking.http));
    return std::nullopt;
  }
  // Answering may bring a new request of the same connection: keep what is being read.
  const std::shared_ptr<const Window> window = *found;
  if (!window->segments.empty()) {
    const TrackSet& tracks = *window->segments.back()->tracks;
    if (!tracks.fits(path.container)) {
      asking.respond(not_found(&asking.http));
      return std::nullopt;
    }
    if (exceeds(asking.bounds, tracks)) {
      asking.respond(too_large(&asking.http));
      return std::nullopt;
    }
  }
  return path.file == "index.m3u8" ? answer_playlist(asking, *window)
                                   : answer_media(asking, *window);
}

void LoopPlayback::ask_admission(std::uint64_t handle) {
  const Waiter& waiter = waiters_.at(handle);
  const Request& http = waiter.held->http;
  ViewRequest request;
  request.channel = waiter.view->channel;
  request.token = http.query_parameter("token").value_or("");
  request.origin = http.headers.get("Origin");
  request.remote_address = waiter.held->remote_address;
  admission_.authorise_view(std::move(request),
                            [this, handle](const std::expected<ViewGrant, ViewRefusal>& decision) {
                              on_decision(handle, decision);
                            });
}

void LoopPlayback::on_decision(std::uint64_t handle,
                               const std::expected<ViewGrant, ViewRefusal>& decision) {
  DCHECK(loop_.is_current());
  const auto found = waiters_.find(handle);
  if (found == waiters_.end()) return;  // it has left, or had waited for too long
  const Waiter waiter = std::move(found->second);
  waiters_.erase(found);
  const Request& http = waiter.held->http;
  waiter.connection->respond(
      waiter.token, decision ? multivariant_response(*waiter.view->snapshot, http, *decision,
                                                     io::Loop::wall_now())
                             : refused(decision.error(), &http));
}

LoopPlayback::Rest LoopPlayback::answer_playlist(const Asking& asking, const Window& window) {
  const Request& http = asking.http;
  const auto msn_text = http.query_parameter("_HLS_msn");
  const auto part_text = http.query_parameter("_HLS_part");
  const auto skip_text = http.query_parameter("_HLS_skip");
  const auto bad = [&](std::string_view sentence) -> Rest {
    asking.respond(failure(400, &http, "bad_request", sentence));
    return std::nullopt;
  };
  if (part_text && !msn_text) return bad("_HLS_part needs _HLS_msn");
  const bool skip = skip_text == "YES" || skip_text == "v2";
  const bool gzip = wire::http::choose_coding(http, {wire::http::ContentCoding::kGzip}) ==
                    wire::http::ContentCoding::kGzip;
  const auto respond = [&](bool blocking) -> Rest {
    asking.respond(playlist_response(window.playlist(asking.path.container, skip), gzip, blocking,
                                     window, asking.audience()));
    return std::nullopt;
  };
  if (window.starting && !window.ended) {
    // It is on offer, and about to begin.
    Waiter waiter = waiter_for(asking, Wants::kFirst, kStartTime);
    waiter.skip = skip;
    waiter.gzip = gzip;
    return waiter;
  }
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
  Waiter waiter = waiter_for(asking, Wants::kPlaylist, targets(window, 3));
  waiter.position = {*msn, part_index.value_or(0)};
  waiter.whole_segment = !part_index;
  waiter.skip = skip;
  waiter.gzip = gzip;
  return waiter;
}

LoopPlayback::Rest LoopPlayback::answer_media(const Asking& asking, const Window& window) {
  const Container container = asking.path.container;
  const auto name = parse_media_name(asking.path.file, container);
  const auto answer = [&](Response response) -> Rest {
    finish_media(asking.http, response);
    asking.respond(std::move(response));
    return std::nullopt;
  };
  const auto refuse = [&](Response response) -> Rest {
    asking.respond(std::move(response));
    return std::nullopt;
  };
  if (!name) return refuse(not_found(&asking.http));
  if (name->kind == MediaName::Kind::kSegment) {
    return answer_segment(asking, window, name->position.msn);
  }
  if (name->kind == MediaName::Kind::kInit) {
    const auto tracks = window.track_set(name->generation);
    if (tracks == nullptr) return refuse(not_found(&asking.http));
    if (exceeds(asking.bounds, *tracks)) return refuse(too_large(&asking.http));
    return answer(init_response(window, container, *tracks, asking.audience()));
  }
  if (const auto part = window.part(name->position)) {
    if (exceeds(asking.bounds, *part->tracks)) return refuse(too_large(&asking.http));
    return answer(media_response(window, container, {part->bytes(container)}, asking.audience()));
  }
  // Only the part that was promised is worth waiting for.
  if (window.ended || name->position != window.next) return refuse(not_found(&asking.http));
  Waiter waiter = waiter_for(asking, Wants::kPart, targets(window, 3));
  waiter.position = name->position;
  return waiter;
}

LoopPlayback::Rest LoopPlayback::answer_segment(const Asking& asking, const Window& window,
                                                std::uint64_t msn) {
  const auto segment = window.segment(msn);
  if (segment != nullptr && exceeds(asking.bounds, *segment->tracks)) {
    asking.respond(too_large(&asking.http));
    return std::nullopt;
  }
  if (segment != nullptr && segment->complete) {
    const Container container = asking.path.container;
    Response response =
        media_response(window, container, segment->bytes(container), asking.audience());
    finish_media(asking.http, response);
    asking.respond(std::move(response));
    return std::nullopt;
  }
  // The one after next begins only when the next has ended.
  Waiter waiter = waiter_for(asking, Wants::kSegment, targets(window, 5));
  waiter.position = {msn, 0};
  if (segment != nullptr) return start_tail(std::move(waiter), window);
  const std::uint64_t next = window.next.msn;
  if (window.ended || msn < next || msn > next + 1) {
    asking.respond(not_found(&asking.http));
    return std::nullopt;
  }
  return waiter;
}

// A segment that is being made is sent as it grows.
LoopPlayback::Rest LoopPlayback::start_tail(Waiter waiter, const Window& window) {
  Response response = media_response(window, waiter.container, {}, waiter.audience);
  response.streaming = true;
  waiter.wants = Wants::kSegmentTail;
  waiter.connection->respond(waiter.token, std::move(response));
  if (is_cancelled() || serve_tail(waiter, window)) return std::nullopt;
  return waiter;
}

void LoopPlayback::count_viewer(const Asking& asking) {
  asking.view.viewers.seen(viewer_hash(asking.path.session, asking.remote_address,
                                       asking.http.headers.get("User-Agent")),
                           loop_.now(), asking.remote_address, admission_);
  keep_ticking();
}

std::vector<std::pair<base::ChannelId, ViewerSample>> LoopPlayback::viewer_samples() const {
  std::vector<std::pair<base::ChannelId, ViewerSample>> samples;
  for (const auto& [name, view] : views_) {
    ViewerSample sample = view->viewers.sample(loop_.now());
    if (sample.total > 0) samples.emplace_back(view->channel, std::move(sample));
  }
  return samples;
}

}  // namespace live
