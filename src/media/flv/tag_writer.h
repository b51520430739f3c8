// Writes the bodies of FLV and RTMP audio and video messages: the counterpart of tags.h, for the
// publisher of the load generator and for tests.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "media/types.h"

namespace media::flv {

enum class TagForm {
  kClassic,   // H.264, AAC and MP3 only
  kEnhanced,  // FourCC; needed for every other codec and for tracks other than 0
};

/// Which track of a message; a track id other than 0 makes it a Multitrack/OneTrack message.
struct TagTarget {
  Codec codec = Codec::kH264;
  TagForm form = TagForm::kClassic;
  std::uint8_t track_id = 0;
};

struct FrameTiming {
  bool keyframe = true;                    // ignored for audio
  std::int32_t composition_offset_ms = 0;  // -8,388,608 to 8,388,607
  std::uint32_t nanosecond_offset = 0;     // below 1,000,000; not 0 makes a ModEx prefix
};

/// True if `target` can be written: classic form only for codecs that have it, on track 0.
bool is_writable(const TagTarget& target);

/// Each returns a whole message body. `target` must be writable (CHECK).
base::Bytes write_config(const TagTarget& target, base::ByteSpan config);
base::Bytes write_frame(const TagTarget& target, base::ByteSpan frame, const FrameTiming& timing);
/// Classic AAC and MP3 have no such packet: the result is empty for them.
base::Bytes write_sequence_end(const TagTarget& target);

}  // namespace media::flv
