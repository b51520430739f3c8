// HLS playlists as a viewer of a load test reads them: what there is to fetch and where the edge
// is. A pure reader of untrusted text (RFC 8216bis, sections 4.4 and 6.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace server::loadtest {

struct ViewerPlaylist {
  /// A part, or a whole segment.
  struct Piece {
    std::uint64_t msn = 0;
    std::uint32_t part = 0;  // within its segment; 0 for segments
    double duration = 0;     // seconds
    std::string uri;
  };
  struct Variant {
    std::uint64_t bandwidth = 0;
    std::string uri;
  };

  bool is_multivariant = false;
  std::vector<Variant> variants;

  double target_duration = 0;  // seconds
  double part_target = 0;      // 0 without parts
  bool can_block = false;
  bool ended = false;
  std::string map_uri;          // the last one; empty if there is none
  std::string hint_uri;         // of the part to come
  std::vector<Piece> segments;  // whole ones
  std::vector<Piece> parts;
  std::uint64_t next_msn = 0;  // the part to come
  std::uint32_t next_part = 0;

  /// The variant of the highest bandwidth; null if there is none.
  const Variant* best() const;
};

/// Errors: kMalformed for text that is no playlist or has broken numbers, kLimit for more than
/// 10,000 entries. Unknown tags are passed over.
base::Expected<ViewerPlaylist> read_playlist(std::string_view text);

/// `uri` as found in the playlist at `base` (a path with its query, on the same server): a path
/// with its query. Addresses of other servers give nothing.
std::optional<std::string> resolve(std::string_view base, std::string_view uri);

}  // namespace server::loadtest
