// The initialisation segment of a fragmented MP4 (CMAF header): ftyp and moov, no samples, no edit
// lists, so that tfdt and composition offsets alone give the time. ISO/IEC 14496-12, -14, -15;
// ISO/IEC 23000-19; the AV1, VP9, Opus and FLAC bindings.
#pragma once

#include <span>

#include "base/bytes.h"
#include "media/types.h"

namespace media::fmp4 {

/// Track n of `tracks` becomes track_ID n + 1, the numbering that write_fragment() uses too. Every
/// track's config must be what Track documents.
base::Bytes write_init_segment(std::span<const Track> tracks);

}  // namespace media::fmp4
