// Which renditions are recorded, and which one thumbnails are made of; and whether a broadcast goes
// into the recording of the one before it. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "media/made_part.h"
#include "record/record.h"

namespace record {

RecordedRendition describe(const media::RenditionInfo& info);

enum class Choice : std::uint8_t {
  kRecord,
  kSkip,
  /// Only if none of the wanted ones turns up: then the best that there is.
  kStandIn
};
Choice choose(const Plan& plan, const media::RenditionInfo& info);

/// Whether thumbnails are made of this rendition; `others` are all that are known.
bool is_pictured(const Plan& plan, const media::RenditionInfo& info,
                 const std::vector<RecordedRendition>& others);

/// Same size, frame rate and codecs, and bit rates that differ by half at most.
bool is_alike(const RecordedRendition& a, const RecordedRendition& b);

/// Fits a folder's name in a key.
bool is_rendition_name(std::string_view name);

}  // namespace record
