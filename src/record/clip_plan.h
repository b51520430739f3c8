// What a clip consists of: which pieces of a recording, under which names they are kept, and the
// clip's own catalog. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "record/catalog.h"
#include "record/record.h"

namespace record {

/// An object of the clip that is a stretch of one of the recording's files.
struct ClipFile {
  enum class Kind : std::uint8_t { kInit, kSegment, kThumbnail };
  Kind kind = Kind::kSegment;
  std::size_t rendition = 0;  // in the recording's catalog
  std::uint32_t source = 0;   // index of the generation, segment or picture there
  std::uint64_t offset = 0;   // pictures and initialization segments are copied whole
  std::uint64_t length = 0;
  std::string key;  // in the clip's bucket
};

/// Pieces of one segment that become a segment of the clip.
struct ClipStretch {
  std::size_t segment = 0;  // in the recording's rendition
  std::size_t first_piece = 0;
  std::size_t end_piece = 0;
};

struct ClipRendition {
  std::size_t source = 0;              // in the recording's catalog
  std::vector<ClipStretch> stretches;  // one for each of the clip's segments
};

struct ClipPlan {
  Facts facts;
  Catalog catalog;                        // samples_offset and samples_length are not filled in
  std::vector<ClipRendition> renditions;  // as in `catalog`
  std::vector<ClipFile> files;
};

struct ClipNames {
  std::string recording;  // of the clip
  std::string session;
  base::WallTime now{};
};

/// Begins with the piece that `start` lies in, ends with the one that `end` lies in. kInvalid:
/// nothing lies between them, or nothing of the recording is stored for good.
base::Expected<ClipPlan> plan_clip(const Facts& facts, const Catalog& catalog,
                                   const ClipRequest& request, const ClipNames& names);

/// The lists of samples of the stretch's parts, out of the segment's. kMalformed.
base::Expected<base::Bytes> clip_samples(const CatalogGeneration& generation,
                                         const CatalogSegment& segment, const ClipStretch& stretch,
                                         base::ByteSpan samples);

}  // namespace record
