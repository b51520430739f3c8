// What a recording consists of: segments with their times, octets and places for a reader to begin,
// and for MP4 the sizes and times of their samples. Values, and their binary form.
//
// The catalog of a running recording is in memory (record/shelf.h); that of a finished one is an
// object, catalog_key() of record/layout.h. Its samples are kept apart, one object a rendition
// (samples_key()), because only MP4 needs them: a segment's are the range `samples_offset`,
// `samples_length` of it.
//
// Times are 90 kHz unless said otherwise.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "media/made_part.h"
#include "media/types.h"
#include "record/chunk_list.h"
#include "record/record.h"

namespace record {

/// A stretch of a segment's file where a reader can begin: a keyframe interval.
struct CatalogPiece {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  media::Ticks duration = 0;
  bool operator==(const CatalogPiece&) const = default;
};

struct CatalogSegment {
  std::uint64_t number = 0;    // of its file, see segment_name(); grows, but not always by one
  std::uint64_t bytes = 0;     // the sum of its pieces
  media::Ticks position = 0;   // from the recording's beginning; the same media has about the same
                               // in every rendition. Gaps and broadcasts that follow are left out.
  media::Ticks start = 0;      // stream time of its first sample, as samples have it
  media::Ticks duration = 0;   // the sum of its pieces
  base::WallTime date{};       // program date-time of its first sample
  bool discontinuity = false;  // stands behind one
  bool complete = true;        // false: the last of a running recording, more pieces follow
  std::uint32_t generation = 0;      // index into CatalogRendition::generations
  std::vector<CatalogPiece> pieces;  // in the order of the file, without gaps
  std::uint64_t samples_offset = 0;
  std::uint32_t samples_length = 0;  // 0: not kept (time shift)
  bool operator==(const CatalogSegment&) const = default;
};

/// Tracks of a rendition while they stay the same.
struct CatalogGeneration {
  media::PartContainer container = media::PartContainer::kMpegTs;
  std::uint32_t init_bytes = 0;      // of init_name(index); 0 for MPEG-TS
  std::vector<media::Track> tracks;  // the leading one first, in the order of the samples
  bool operator==(const CatalogGeneration&) const = default;
};

struct CatalogRendition {
  RecordedRendition info;
  bool is_source = false;
  std::vector<CatalogGeneration> generations;
  ChunkList<CatalogSegment> segments;  // in order of time
  /// Of a time shift: what stood in front of `segments` and has gone. Not stored.
  std::uint64_t dropped_pieces = 0;
  std::uint64_t dropped_discontinuities = 0;
};

/// thumb<index>.jpg
struct CatalogThumbnail {
  media::Ticks position = 0;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  bool operator==(const CatalogThumbnail&) const = default;
};

struct Catalog {
  std::string recording;
  bool ended = false;         // nothing will follow
  media::Ticks duration = 0;  // where the longest rendition ends
  std::vector<CatalogRendition> renditions;
  ChunkList<CatalogThumbnail> thumbnails;

  /// Null if there is none.
  const CatalogRendition* rendition(std::string_view name) const;
};

/// Largest catalog that is read: more than 48 hours of ten renditions take.
inline constexpr std::size_t kMaxCatalog = std::size_t{48} << 20;

base::Bytes encode_catalog(const Catalog& catalog);
/// kMalformed; kUnsupported: of a later version; kLimit.
base::Expected<Catalog> parse_catalog(base::ByteSpan data);

// ---- samples ----------------------------------------------------------------------------------

struct SampleEntry {
  std::uint32_t size = 0;        // octets of the access unit, read back from the segment
  std::uint32_t duration = 0;    // the track's time scale
  std::int32_t composition = 0;  // pts - dts
  bool keyframe = false;
  bool operator==(const SampleEntry&) const = default;
};

/// The samples of one track in one part. Parts come one behind the other.
struct TrackTable {
  media::Ticks first_dts = 0;  // the track's time scale; 0 if there are none
  std::vector<SampleEntry> samples;
  bool operator==(const TrackTable&) const = default;
};

/// A table for each track of the segment's generation.
using PartTables = std::vector<TrackTable>;

/// Appends one part; sizes are those that samples have when they are read back from `rendition`'s
/// container (media/mpegts/carried.h).
void append_part_samples(base::ByteWriter& out, const media::RenditionInfo& rendition,
                         std::span<const std::vector<media::Sample>> tracks);
/// The same of what was read.
void append_part_tables(base::ByteWriter& out, const PartTables& tables);
/// All parts of a segment (or of several that follow each other). kMalformed.
base::Expected<std::vector<PartTables>> parse_samples(base::ByteSpan data);

}  // namespace record
