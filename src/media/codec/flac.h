// FLAC (RFC 9639): the STREAMINFO block and the block size of frames.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::flac {

/// Everything a Track says about FLAC, with id 0 and the sample rate as time scale. `config` is the
/// metadata blocks (STREAMINFO first) as dfLa holds them, or these behind "fLaC", or the 34 bytes
/// of STREAMINFO alone. The Track's config is the blocks, STREAMINFO only.
base::Expected<Track> make_track(const base::Slice& config);

/// PCM samples of a frame, from its header (9.1).
base::Expected<std::uint32_t> frame_samples(base::ByteSpan frame);

}  // namespace media::flac
