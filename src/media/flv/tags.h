// The bodies of FLV and RTMP media messages: audio (type 8) and video (type 9), as Adobe's FLV
// specification 10.1 (E.4.2, E.4.3) and Enhanced RTMP v1 and v2 (ExAudioTagHeader,
// ExVideoTagHeader) define them. Parsing yields places in the message; no byte is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "media/types.h"

namespace media::flv {

/// RTMP message type ids and FLV tag types.
enum class MessageType : std::uint8_t { kAudio = 8, kVideo = 9, kData = 18 };

/// One thing that a message says about one track.
struct TagEvent {
  enum class Kind {
    kConfig,       // bytes: the codec's decoder configuration
    kTsConfig,     // bytes: an MPEG-TS video descriptor (AV1 only)
    kFrame,        // bytes: one access unit or audio frame
    kSequenceEnd,  // no bytes: this track pauses or ends
  };
  Kind kind = Kind::kFrame;
  Codec codec = Codec::kH264;
  std::uint8_t track_id = 0;
  bool keyframe = false;                   // as the message claims; always true for audio
  std::int32_t composition_offset_ms = 0;  // presentation minus decoding time, 24 bits signed
  std::uint32_t nanosecond_offset = 0;     // to add to the message's time; below 1,000,000
  std::size_t offset = 0;                  // the bytes: where they begin in the message
  std::size_t length = 0;
};

/// Tracks of one message that are looked at; more is kLimit.
inline constexpr std::size_t kMaxTracksInMessage = 32;

/// Both parsers clear `events` and append what the message says, in order; the caller keeps the
/// vector so that no memory is taken per message. Empty messages, seek commands and video metadata
/// frames yield no event. kMalformed for bytes that break the format, kUnsupported (naming the
/// codec) for codecs that are not carried; `events` is empty then.
base::Expected<void> parse_audio(base::ByteSpan message, std::vector<TagEvent>& events);
base::Expected<void> parse_video(base::ByteSpan message, std::vector<TagEvent>& events);

/// The four characters that name a codec in Enhanced RTMP: "avc1", ".mp3", "fLaC", ...
std::string_view four_cc_of(Codec codec);

}  // namespace media::flv
