// Opus: identification headers (RFC 7845 5.1; "Encapsulation of Opus in ISO BMFF" 4.3.2) and the
// duration of packets (RFC 6716 3.1).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::opus {

/// Every Opus stream is timed in this rate, whatever the original sound had.
inline constexpr std::uint32_t kSampleRate = 48'000;

/// dOps from an OpusHead, and the other way.
base::Expected<base::Bytes> dops_from_head(base::ByteSpan opus_head);
base::Expected<base::Bytes> head_from_dops(base::ByteSpan dops);

/// dOps of plain stereo, for streams that do not describe themselves.
base::Bytes stereo_dops();

/// Everything a Track says about Opus, with id 0. `config` is dOps, an OpusHead, or empty (stereo).
base::Expected<Track> make_track(const base::Slice& config);

/// PCM samples at 48 kHz in one packet; kMalformed if it is empty or longer than 120 ms.
base::Expected<std::uint32_t> packet_samples(base::ByteSpan packet);

}  // namespace media::opus
