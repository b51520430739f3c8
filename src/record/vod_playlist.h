// Playlists of recordings (RFC 8216). Pure functions of a catalog.
#pragma once

#include <cstdint>
#include <string>

#include "record/catalog.h"

namespace record {

struct VariantOptions {
  /// Lists pieces of segments instead of segments.
  bool byte_ranges = false;
  /// The first so many segments are listed.
  std::size_t segments = 0;
  /// EVENT goes on; VOD has its end.
  bool ended = true;
  /// Seconds; EXT-X-TARGETDURATION must not change while a playlist goes on.
  std::uint32_t least_target = 1;
};
/// URIs are the names of files in the rendition's folder.
std::string render_variant(const CatalogRendition& rendition, const VariantOptions& options);

/// What the multivariant playlist tells of one rendition.
struct VariantLine {
  const RecordedRendition* info = nullptr;
  std::uint64_t average_bandwidth = 0;  // bit/s
};
/// Names "<rendition>/<playlist>" for each.
std::string render_master(const std::vector<VariantLine>& variants, std::string_view playlist,
                          media::PartContainer container);

/// Octets a second of the first `segments` segments, in bit/s; the peak is that of one segment.
struct Bandwidth {
  std::uint64_t peak = 0;
  std::uint64_t average = 0;
};
Bandwidth measure_bandwidth(const CatalogRendition& rendition, std::size_t segments);

}  // namespace record
