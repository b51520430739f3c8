// What the server and its helper program (rostrum-av) say to each other over a pipe: pure framing
// of values, the same however the octets are split. Whoever reads trusts nothing: the other side
// may have crashed in the middle of a message.
//
// A message is a 32-bit length of what follows it, a type in one octet, and its body; all numbers
// big-endian. Both programs are always of one build: there is no version to negotiate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::pipe {

// ---- to the helper --------------------------------------------------------------------------

/// One rendition's pictures.
struct VideoOutput {
  std::uint32_t id = 0;
  std::uint32_t width = 0;  // even
  std::uint32_t height = 0;
  /// At most this many pictures a second: every second one of the source is left out where its rate
  /// is higher. 0: all.
  std::uint32_t max_frame_rate = 0;
  std::uint32_t bitrate = 0;  // bit/s
};

/// One soundtrack: AAC-LC, stereo at most, with the sample rate of the source if that is 44.1 or
/// 48 kHz, otherwise 48 kHz.
struct AudioOutput {
  std::uint32_t id = 0;
  std::uint32_t source = 0;   // id of the source's audio track
  std::uint32_t bitrate = 0;  // bit/s
};

/// Renditions to be made; the first message to `rostrum-av transcode`.
struct TranscodeJob {
  std::vector<VideoOutput> video;
  std::vector<AudioOutput> audio;
  std::string encoder = "libx264";  // a name of libavcodec
  std::string preset = "veryfast";
  std::uint32_t threads = 1;  // of each encoder
  /// Nothing before this stream time (90 kHz) is delivered: a helper that takes another one's place
  /// is given the samples from the last keyframe on, and goes on where the other one had got to,
  /// with a keyframe.
  Ticks deliver_from = 0;
};

/// A track of the source begins, or its configuration changes.
struct SourceTrack {
  Track track;
};

/// A coded sample of the source; times on the stream's timeline, in the track's time scale.
/// Pictures made of a keyframe are keyframes in every rendition.
struct SourceSample {
  TrackKind kind = TrackKind::kVideo;
  std::uint32_t track = 0;
  Sample sample;
};

/// An output is no longer wanted.
struct EndOutput {
  TrackKind kind = TrackKind::kVideo;
  std::uint32_t id = 0;
};

/// One JPEG of a keyframe; to `rostrum-av thumbnails`.
struct PictureRequest {
  std::uint64_t id = 0;
  Track track;                  // of the sample
  Sample sample;                // a keyframe
  std::uint32_t max_width = 0;  // the picture fits into this, its shape kept, never enlarged
  std::uint32_t max_height = 0;
};

// ---- from the helper ------------------------------------------------------------------------

/// An output's configuration is known, or changes. `track.id` is the output's id; pictures have the
/// time scale 90,000, sound its sample rate.
struct OutputTrack {
  Track track;
};

struct OutputSample {
  TrackKind kind = TrackKind::kVideo;
  std::uint32_t id = 0;
  Sample sample;  // on the stream's timeline; shares the octets that were read
};

struct Picture {
  std::uint64_t id = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  base::Slice jpeg;  // empty if it failed
  std::string error;
};

/// Nothing more will come; the sentence is for the log. The helper ends after it.
struct Failure {
  std::string sentence;
};

using Message = std::variant<TranscodeJob, SourceTrack, SourceSample, EndOutput, PictureRequest,
                             OutputTrack, OutputSample, Picture, Failure>;

/// A longer message is a broken one.
inline constexpr std::size_t kMaxMessage = std::size_t{24} << 20;

/// The message as octets: a head, and where there is one the payload as it is, shared. Texts are
/// cut at 4 KiB, outputs at 32 of each kind.
std::vector<base::Slice> encode(const Message& message);

/// Puts messages together from octets as they come.
class Reader {
 public:
  /// All messages that are whole now are appended to `out`, also those in front of an error. An
  /// error is for good: kMalformed. Samples share `data` where they lie in it as a whole.
  base::Expected<void> feed(base::Slice data, std::vector<Message>& out);
  /// Octets of a message that is not whole yet.
  std::size_t pending() const { return pending_.size(); }

 private:
  base::Expected<void> take(base::Slice data, std::vector<Message>& out);

  base::Bytes pending_;
  bool failed_ = false;
};

}  // namespace media::pipe
