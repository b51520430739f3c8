// What viewers are answered: responses made of snapshots, and failures in the form that players of
// the IVS family read. Pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "live/live.h"
#include "live/stream.h"
#include "live/window.h"
#include "wire/http/message.h"

namespace live {

/// Who may be given an answer again by a cache on the way.
enum class Audience : std::uint8_t {
  kEverybody,
  kOneViewer,  // bound to a session: only by the viewer's own
};
Audience audience_of(std::string_view session);

/// See wire/http/playback_failure.h.
wire::http::Response failure(std::uint16_t status, const wire::http::Request* request,
                             std::string_view code, std::string_view sentence);
wire::http::Response not_found(const wire::http::Request* request);
wire::http::Response refused(const ViewRefusal& refusal, const wire::http::Request* request);
wire::http::Response too_large(const wire::http::Request* request);

/// True if the pictures of `tracks` are larger than the session may see.
bool exceeds(const SessionBounds& bounds, const TrackSet& tracks);
/// The container that a viewer gets if it names this one in the multivariant playlist's query, or
/// none; or why not.
std::expected<Container, wire::http::Response> choose_container(const ChannelSnapshot& snapshot,
                                                                const wire::http::Request& request);
/// What `grant` leaves of it; a failure if that is nothing.
wire::http::Response multivariant_response(const ChannelSnapshot& snapshot,
                                           const wire::http::Request& request,
                                           const ViewGrant& grant, base::WallTime now);
/// `blocking`: asked for with directives, so that the address means one state of the playlist.
wire::http::Response playlist_response(const RenderedPlaylist& playlist, bool gzip, bool blocking,
                                       const Window& window, Audience audience);
/// A part or a segment.
wire::http::Response media_response(const Window& window, Container container,
                                    std::vector<base::Slice> body, Audience audience);
wire::http::Response init_response(const Window& window, Container container,
                                   const TrackSet& tracks, Audience audience);
/// Answers ranges and conditions of a whole media response.
void finish_media(const wire::http::Request& request, wire::http::Response& response);

}  // namespace live
