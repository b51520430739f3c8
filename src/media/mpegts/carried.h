// How large samples are that have been through an MPEG-TS. Muxer and Demuxer together do not give
// back every octet: delimiters, filler data and parameter sets inside a sample stay behind (the
// sets are in the track's configuration), as do zeros behind a NAL unit. Whoever has to know sizes
// before the stream is read again, as an index of a recording does, asks here.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "media/types.h"

namespace media::mpegts {

/// Octets of `sample` as a Demuxer gives it back; 0 if it does not come back at all: nothing in it
/// can be carried, or there is no picture in it. `codec` is one that ts_can_carry().
std::size_t carried_size(Codec codec, base::ByteSpan sample);

}  // namespace media::mpegts
