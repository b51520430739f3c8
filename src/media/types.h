// What flows through the program: Tracks, and the Samples that belong to them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slice.h"

namespace media {

/// Units of a track's time scale. Signed: differences may be negative.
using Ticks = std::int64_t;

enum class TrackKind { kVideo, kAudio };

enum class Codec { kH264, kHevc, kAv1, kVp9, kAac, kMp3, kOpus, kFlac };

/// Lower-case name: "h264", "hevc", "av1", "vp9", "aac", "mp3", "opus", "flac".
std::string_view to_string(Codec codec);
TrackKind kind_of(Codec codec);

/// Time scale of every video track inside Rostrum, and of MPEG-TS.
inline constexpr std::uint32_t kVideoTimescale = 90'000;

struct VideoFormat {
  std::uint32_t width = 0;  // display pixels, after cropping
  std::uint32_t height = 0;
  double frame_rate = 0;  // frames per second, 0 if the bitstream does not say
  bool reorders = false;  // pictures may be displayed in another order than decoded (B-frames)
  std::string profile;    // "Baseline", "Main", "High", ... empty if unknown
  std::string level;      // "3.1"
  bool operator==(const VideoFormat&) const = default;
};

struct AudioFormat {
  std::uint32_t sample_rate = 0;  // Hz
  std::uint32_t channels = 0;
  std::uint32_t frame_samples = 0;  // PCM samples in one coded frame, 0 if it varies
  bool operator==(const AudioFormat&) const = default;
};

/// One elementary stream of a broadcast: what a decoder has to know before the first sample.
/// A value; immutable once announced (a changed configuration is a new Track value).
struct Track {
  std::uint32_t id = 0;  // unique in its stream; 0 is the publisher's main track of that kind
  Codec codec = Codec::kH264;
  std::uint32_t timescale = kVideoTimescale;  // 90,000 for video, the sample rate for audio
  /// Decoder configuration as ISO BMFF stores it, without box header: avcC, hvcC, av1C, vpcC
  /// (VPCodecConfigurationRecord), AudioSpecificConfig for AAC, dOps for Opus, the dfLa metadata
  /// blocks for FLAC, empty for MP3.
  base::Slice config;
  /// RFC 6381 codecs parameter: "avc1.42C01F", "mp4a.40.2", ...
  std::string codec_string;
  VideoFormat video;                    // meaningful for video
  AudioFormat audio;                    // meaningful for audio
  std::uint32_t announced_bitrate = 0;  // bit/s as the encoder announced it, 0 if it did not

  TrackKind kind() const { return kind_of(codec); }
  bool operator==(const Track& other) const;
};

/// One coded access unit. Immutable; copies share the bytes.
struct Sample {
  Ticks dts = 0;       // decoding time in the track's time scale, on whatever timeline carries it
  Ticks pts = 0;       // presentation time; may be below dts where an encoder sends such
  Ticks duration = 0;  // 0 if not known yet
  bool keyframe = false;  // a decoder can start here (always true for audio)
  /// The access unit as ISO BMFF stores it: NAL units with 4-byte lengths for H.264 and HEVC, one
  /// temporal unit without temporal delimiters for AV1, a raw frame otherwise (no ADTS header).
  base::Slice data;
};

/// Text or binary data at a media time, from inside a broadcast or from the API.
struct TimedText {
  enum class Origin { kInband, kApi };
  Origin origin = Origin::kInband;
  std::string payload;
};

/// Captions that came outside the video bitstream (onCaptionInfo): CEA-608/708 cc_data bytes.
struct CaptionData {
  base::Slice cc_data;
};

/// Converts between time scales, rounding to nearest; exact for all values that occur (< 2^53).
Ticks rescale(Ticks value, std::uint32_t from, std::uint32_t to);

}  // namespace media
