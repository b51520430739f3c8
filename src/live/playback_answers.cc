#include "live/playback_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "live/playback_path.h"
#include "live/playlist.h"
#include "wire/http/playback_failure.h"
#include "wire/http/representation.h"

namespace live {
namespace {

using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

std::string_view media_type(Container container, bool init, bool audio) {
  if (container == Container::kTs) return "video/mp2t";
  if (init) return audio ? "audio/mp4" : "video/mp4";
  return audio ? "audio/mp4" : "video/iso.segment";
}

bool is_audio(const Window& window) {
  return window.rendition.starts_with("audio");
}

std::string_view briefly(Audience audience) {
  return audience == Audience::kEverybody ? "public, max-age=1" : "private, max-age=1";
}

// What is bound to a session may be refused to pages of another origin.
void add_media_caching(Response& response, Audience audience) {
  if (audience == Audience::kEverybody) {
    response.headers.add("Cache-Control", "public, max-age=31536000, immutable");
  } else {
    response.headers.add("Cache-Control", "private, max-age=31536000, immutable");
    response.headers.add("Vary", "Origin");
  }
}

// Pixels of the shorter edge; 0 without pictures.
std::uint32_t shorter_edge(std::uint32_t width, std::uint32_t height) {
  return std::min(width, height);
}

}  // namespace

Audience audience_of(std::string_view session) {
  return session == ViewGrant::kOpenSession ? Audience::kEverybody : Audience::kOneViewer;
}

Response failure(std::uint16_t status, const Request* request, std::string_view code,
                 std::string_view sentence) {
  return wire::http::playback_failure(status, request, code, sentence);
}

Response not_found(const Request* request) {
  return failure(404, request, "not_found", "no such playlist or segment, or it has expired");
}

Response refused(const ViewRefusal& refusal, const Request* request) {
  Response response = failure(refusal.status, request, refusal.code, refusal.sentence);
  // What one viewer is refused another may be given, whatever the status.
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Response too_large(const Request* request) {
  return failure(403, request, "resolution_not_allowed",
                 "the pictures are larger than this viewer may see");
}

bool exceeds(const SessionBounds& bounds, const TrackSet& tracks) {
  return bounds.max_height && std::ranges::any_of(tracks.tracks(), [&](const media::Track& track) {
           return track.kind() == media::TrackKind::kVideo &&
                  shorter_edge(track.video.width, track.video.height) > *bounds.max_height;
         });
}

std::expected<Container, Response> choose_container(const ChannelSnapshot& snapshot,
                                                    const Request& request) {
  const bool ts_fits =
      std::all_of(snapshot.windows.begin(), snapshot.windows.end(), [](const auto& window) {
        return window->segments.empty() || window->segments.back()->tracks->fits(Container::kTs);
      });
  const auto asked = request.query_parameter("container");
  if (!asked) return ts_fits ? snapshot.default_container : Container::kFmp4;
  if (*asked == "fmp4") return Container::kFmp4;
  if (*asked != "ts") {
    return std::unexpected(failure(400, &request, "bad_request", "container must be ts or fmp4"));
  }
  if (!ts_fits) {
    return std::unexpected(
        failure(404, &request, "not_found",
                "this broadcast's codecs cannot be carried in MPEG-TS; ask for container=fmp4"));
  }
  return Container::kTs;
}

Response multivariant_response(const ChannelSnapshot& snapshot, const Request& request,
                               const ViewGrant& grant, base::WallTime now) {
  const auto container = choose_container(snapshot, request);
  if (!container) return container.error();
  MultivariantInfo info = *snapshot.multivariant;
  info.server_time = now;
  if (grant.max_height) {
    std::erase_if(info.variants, [&](const Variant& variant) {
      return shorter_edge(variant.width, variant.height) > *grant.max_height;
    });
    if (info.variants.empty()) return too_large(&request);
  }
  const auto complete = [&](std::string& uri) {
    uri = variant_uri(grant.session, snapshot.channel.str(), uri, *container);
  };
  for (Variant& variant : info.variants) complete(variant.uri);
  for (AlternateAudio& audio : info.alternate_audio) complete(audio.uri);
  Response response = Response::with_body(200, kPlaylistType,
                                          base::Slice::take(render_multivariant_playlist(info)));
  response.headers.add("Cache-Control", briefly(audience_of(grant.session)));
  response.headers.add("Vary", "Origin");
  return response;
}

Response playlist_response(const RenderedPlaylist& playlist, bool gzip, bool blocking,
                           const Window& window, Audience audience) {
  Response response = Response::with_body(200, kPlaylistType, gzip ? playlist.gzip : playlist.text);
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  const bool everybody = audience == Audience::kEverybody;
  response.headers.add("Vary", everybody ? "Accept-Encoding" : "Accept-Encoding, Origin");
  // With directives the address means one state of the playlist for ever; without, the newest.
  if (blocking) {
    response.headers.add("Cache-Control",
                         fmt::format("{}, max-age={}", everybody ? "public" : "private",
                                     6 * window.times.target_duration));
  } else {
    response.headers.add("Cache-Control", briefly(audience));
  }
  return response;
}

Response media_response(const Window& window, Container container, std::vector<base::Slice> body,
                        Audience audience) {
  Response response;
  response.headers.reserve(160, 5);
  response.headers.add("Content-Type", media_type(container, false, is_audio(window)));
  add_media_caching(response, audience);
  response.body = std::move(body);
  return response;
}

Response init_response(const Window& window, Container container, const TrackSet& tracks,
                       Audience audience) {
  Response response = Response::with_body(200, media_type(container, true, is_audio(window)),
                                          tracks.init_segment());
  add_media_caching(response, audience);
  return response;
}

// Media never changes under its name, so the name is its tag. Whoever waited for the bytes wants
// all of them, without conditions.
void finish_media(const Request& request, Response& response) {
  response.headers.add(
      "ETag", fmt::format("\"{}\"", request.raw_path().substr(request.raw_path().rfind('/') + 1)));
  if (!wire::http::apply_if_none_match(request, response)) {
    wire::http::apply_range(request, response);
  }
}

}  // namespace live
