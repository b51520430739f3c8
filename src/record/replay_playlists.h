// Playlists of a recording, made of its catalog (RFC 8216), and the WebVTT of its seek bar. Pure
// functions. Media playlists list pieces: players start and seek quickly where segments last long.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/catalog.h"
#include "record/record.h"

namespace record {

/// How a playlist goes on.
enum class ReplayGoesOn : std::uint8_t {
  kEnded,    // VOD
  kGrowing,  // EVENT: from the beginning to now
  kSliding,  // the last so many seconds of a broadcast
};
ReplayGoesOn goes_on(const Catalog& catalog, const Facts& facts);

/// Pixels of the shorter edge; 0 without pictures.
std::uint32_t shorter_edge(const RecordedRendition& rendition);

/// Variants whose pictures are not larger than `max_height`; nothing if there are none. Addresses
/// are absolute paths below `folder` (see session_folder()).
std::optional<std::string> render_multivariant(const Catalog& catalog, std::string_view folder,
                                               std::optional<std::uint32_t> max_height);

/// Addresses are relative to the playlist's own.
std::string render_replay_playlist(const CatalogRendition& rendition, ReplayGoesOn how);

/// One cue for each picture, until the next one. Addresses begin with `folder`.
std::string render_storyboard(const Catalog& catalog, std::string_view folder);

/// Seconds that EXT-X-TARGETDURATION of such a playlist says.
std::uint32_t target_duration(const CatalogRendition& rendition);

}  // namespace record
