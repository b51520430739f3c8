// What may be wrong with a broadcast: which conditions hold, found from its figures and its recent
// past. Pure.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

#include "control/health/stream_past.h"
#include "live/live.h"

namespace control {

/// In the order in which they are told.
enum class Condition : std::uint8_t {
  kConnectionLost,     // the publisher has gone and is waited for
  kNothingArrives,     // it is connected and silent
  kUploadTooSlow,      // starving or dropping pictures, because of the network
  kEncoderOverloaded,  // the same, because the machine or the encoder is too slow
  kPoorStability,      // starving, and nobody knows why
  kAboveLimit,
  kNearLimit,
  kFrameRateLow,
  kKeyframesFar,     // 3 to 5 seconds
  kKeyframesTooFar,  // more: segments may not begin with one
  kVariableBitrate,
  kNoAudio,
  kAudioStopped,
  kTimestampGap,
  kTimestampJump,
  kTimestampOverlap,
  kSamplesDropped,
  kRenditionsShed,
  // Of the encoder's settings.
  kResolution,
  kTargetBitrate,
  kAudioSampleRate,
  kAudioChannels,
  kTargetAudioBitrate,
};
inline constexpr std::size_t kConditions = 23;
using Conditions = std::bitset<kConditions>;

constexpr std::size_t index_of(Condition condition) {
  return static_cast<std::size_t>(condition);
}

/// What an encoder is set to, of a session that runs or has ended; 0 where it is not known.
struct EncoderSummary {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint64_t target_bitrate = 0;        // bit/s, of the main video track
  std::uint64_t max_bitrate = 0;           // what the channel allows
  std::uint64_t target_audio_bitrate = 0;  // bit/s
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
  double keyframe_interval = 0;  // seconds, on average
};

/// What a channel of the type ("STANDARD") allows for pictures of this size, in bit/s.
std::uint64_t allowed_bitrate(std::string_view type, std::uint32_t width, std::uint32_t height);

/// What a running broadcast says of its encoder.
EncoderSummary summary_of(const live::StreamStatus& status);
/// Pictures a second that were announced; 0 if nobody said.
double announced_frame_rate(const live::StreamStatus& status);

Conditions find_conditions(const live::StreamStatus& status, const StreamPast& past,
                           base::WallTime now);
/// Only those of the encoder's settings, and the keyframe interval.
Conditions find_conditions(const EncoderSummary& encoder);

}  // namespace control
