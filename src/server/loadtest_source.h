// The broadcast that a load test publishes: H.264 whose headers are true and whose pictures are
// filler of the right size, and AAC-shaped audio, as bodies of FLV tags. Nothing is decodable
// beyond its headers. A value on one loop.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/slice.h"
#include "base/time.h"

namespace server::loadtest {

struct SourceOptions {
  std::uint32_t bitrate = 2'500'000;  // bit/s of video and audio together
  std::uint32_t fps = 30;
  std::uint32_t keyframe_seconds = 2;
  std::uint32_t width = 1280;
  std::uint32_t height = 720;
};

inline constexpr std::uint32_t kAudioRate = 48'000;
inline constexpr std::uint32_t kAudioFrameSamples = 1024;
inline constexpr std::uint32_t kAudioBitrate = 128'000;

class SyntheticSource {
 public:
  explicit SyntheticSource(const SourceOptions& options);

  base::Slice video_config() const { return video_config_; }
  base::Slice audio_config() const { return audio_config_; }
  /// Picture `number`, stamped with `now`. Every keyframe_seconds one is an IDR picture, five
  /// times as large as the others.
  base::Slice picture(std::uint64_t number, base::WallTime now) const;
  /// The same bytes every time.
  base::Slice audio_frame() const { return audio_frame_; }

  /// When a picture or an audio frame is due after the first one.
  base::Duration picture_time(std::uint64_t number) const;
  static base::Duration audio_time(std::uint64_t number);

 private:
  base::Bytes picture_template(bool keyframe, std::size_t size) const;

  SourceOptions options_;
  base::Slice video_config_;
  base::Slice audio_config_;
  base::Slice audio_frame_;
  base::Bytes key_;  // tag bodies with room for the stamp
  base::Bytes other_;
};

/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) of Constrained Baseline 4.2 in this
/// size, with this rate in its timing, never reordered.
base::Bytes synthetic_avc_config(const SourceOptions& options);

}  // namespace server::loadtest
