// A track, and a rendition's description, as catalogs and journals keep them.
#pragma once

#include "base/bytes.h"
#include "media/types.h"
#include "record/record.h"

namespace record {

inline constexpr std::uint32_t kMaxTracks = 16;

void write_track(base::ByteWriter& out, const media::Track& track);
/// The reader fails if it is none.
media::Track read_track(base::ByteReader& in);

void write_tracks(base::ByteWriter& out, const std::vector<media::Track>& tracks);
std::vector<media::Track> read_tracks(base::ByteReader& in);

void write_rendition(base::ByteWriter& out, const RecordedRendition& rendition);
RecordedRendition read_rendition(base::ByteReader& in);

}  // namespace record
