// libav's decoders for the codecs that tracks may have: opening one for a Track, and giving it
// samples. Pictures and sound come out through VideoDecoder and AudioDecoder.
#pragma once

#include "av/libav.h"
#include "base/error.h"
#include "media/types.h"

namespace av {

enum class Effort {
  kFull,
  kGlance,  // one picture that is made small: filters that hardly show are left out
};

/// A decoder in one thread whose packets and frames are timed in the track's time scale. Fails
/// (kUnsupported) where this libavcodec has none, or it does not take the configuration.
base::Expected<CodecContextPtr> open_decoder(const media::Track& track,
                                             Effort effort = Effort::kFull);

/// Makes `packet` a copy of the sample. Fails for an empty sample, or one of 2 GiB.
base::Expected<void> fill_packet(const media::Sample& sample, AVPacket& packet);

}  // namespace av
