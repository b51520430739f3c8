// Captions that an encoder sends beside its pictures (onCaptionInfo) put into a picture, where
// players look for them: CEA-608/708 as ATSC A/53 Part 4, section 6.2.3 has it in an SEI message.
#pragma once

#include "base/bytes.h"
#include "base/slice.h"
#include "media/types.h"

namespace media {

/// The coded picture of H.264 or HEVC, with four-byte lengths, plus a caption message in front of
/// its first slice. `cc_data` holds triplets of bytes; at most 31 of them fit into a message, the
/// rest is cut off. The sample itself comes back where there is nothing to add, no slice, or a
/// codec that carries captions otherwise.
base::Slice insert_captions(Codec codec, const base::Slice& sample, base::ByteSpan cc_data);

}  // namespace media
