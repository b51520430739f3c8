// H.264 and AAC encoders for live use: no look-ahead, no B-frames, every frame comes out at once.
// Each belongs to one thread and hands packets to the caller's sink.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "av/libav.h"
#include "av/picture.h"
#include "base/error.h"

namespace av {

/// Takes one packet in the encoder's time base; returns an error to stop encoding.
using PacketSink = std::function<base::Expected<void>(AVPacket&)>;

struct VideoSettings {
  int width = 1280;
  int height = 720;
  int frame_rate = 30;               // frames per second; also the time base
  std::int64_t bitrate = 2'500'000;  // bit/s, held by a buffer of half a second
  int group_seconds = 2;             // distance of keyframes; groups are closed
};

enum class FrameKind { kAny, kKeyframe };

/// x264, High profile. Keyframes come exactly where the caller asks for them.
class VideoEncoder {
 public:
  static base::Expected<VideoEncoder> create(const VideoSettings& settings);

  /// `pts` in frames, ascending. The picture must have the settings' size; it is not kept.
  base::Expected<void> encode(const Picture& picture, std::int64_t pts, FrameKind kind,
                              const PacketSink& sink);
  const AVCodecContext& context() const { return *context_; }

 private:
  VideoEncoder(CodecContextPtr context, FramePtr frame, PacketPtr packet);

  CodecContextPtr context_;
  FramePtr frame_;
  PacketPtr packet_;
};

inline constexpr int kAudioFrameSamples = 1024;

/// AAC-LC, 48 kHz, stereo, both channels alike.
class AudioEncoder {
 public:
  static base::Expected<AudioEncoder> create(std::int64_t bitrate);

  /// `samples` must hold kAudioFrameSamples; `pts` in samples, ascending. Packets lie one frame
  /// before their samples (the encoder's priming).
  base::Expected<void> encode(std::span<const float> samples, std::int64_t pts,
                              const PacketSink& sink);
  const AVCodecContext& context() const { return *context_; }

 private:
  AudioEncoder(CodecContextPtr context, FramePtr frame, PacketPtr packet);

  CodecContextPtr context_;
  FramePtr frame_;
  PacketPtr packet_;
};

}  // namespace av
