// Boxes below moov that are the same in initialisation segments and in files with sample tables
// (ISO/IEC 14496-12 and -15; the AV1, VP9, Opus and FLAC bindings). Pure functions.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "media/types.h"

namespace media::fmp4 {

inline constexpr std::uint16_t kUndetermined = 0x55C4;  // language "und", 5 bits a letter

/// avc1, hvc1, av01, vp09, mp4a, Opus or fLaC with the configuration in it.
void write_sample_entry(base::ByteWriter& w, const Track& track);
/// The matrix of a picture that stays as it is.
void write_matrix(base::ByteWriter& w);
void write_hdlr(base::ByteWriter& w, TrackKind kind);
/// vmhd or smhd, and a dinf that says that the media is in the same file.
void write_media_header(base::ByteWriter& w, TrackKind kind);

}  // namespace media::fmp4
