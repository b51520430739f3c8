// Renders playlists (RFC 8216bis). Pure functions of a Window.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/window.h"

namespace live {

/// A media playlist: segments, parts, preload hint, rendition reports, server control; for players
/// of the IVS family also EXT-X-PREFETCH lines. `skip` makes it a delta update where that leaves
/// anything out. All URIs are relative to the playlist's own.
std::string render_media_playlist(const Window& window, Container container, bool skip);

/// One variant of a multivariant playlist.
struct Variant {
  std::string rendition;  // "720p30", "audio_only"
  std::string uri;        // relative to the multivariant playlist
  std::vector<std::string> codecs;
  std::uint32_t bandwidth = 0;          // peak bit/s with the container's share
  std::uint32_t average_bandwidth = 0;  // 0: not known yet
  std::uint32_t width = 0;              // 0 for audio only
  std::uint32_t height = 0;
  double frame_rate = 0;
};

/// Another soundtrack that goes with every video variant.
struct AlternateAudio {
  std::string name;
  std::string uri;
  std::uint32_t channels = 0;
};

struct MultivariantInfo {
  std::vector<Variant> variants;
  std::vector<AlternateAudio> alternate_audio;
  base::WallTime server_time;
  std::string broadcast_id;
};

std::string render_multivariant_playlist(const MultivariantInfo& info);

/// File names in the folder of a rendition's container.
std::string segment_name(std::uint64_t msn, Container container);
std::string part_name(PartPosition position, Container container);
std::string init_name(std::uint64_t generation);

/// What such a name stands for; nullopt if it is none of them or of the other container.
struct MediaName {
  enum class Kind { kSegment, kPart, kInit };
  Kind kind = Kind::kSegment;
  PartPosition position;         // msn for a segment, both for a part
  std::uint64_t generation = 0;  // for an initialization segment
};
std::optional<MediaName> parse_media_name(std::string_view name, Container container);

}  // namespace live
