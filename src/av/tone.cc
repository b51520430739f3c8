#include "av/tone.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace av {

float tone_sample(std::int64_t index) {
  constexpr std::int64_t kBurstSamples = kSampleRate * kBurst.count() / 1000;
  constexpr double kAmplitude = 0.25;
  constexpr double kFade = 96;  // 2 ms at both ends: no click
  const std::int64_t within = index % kSampleRate;
  if (within >= kBurstSamples) return 0;
  const auto from_edge = static_cast<double>(std::min(within, kBurstSamples - within));
  const double phase = 2 * std::numbers::pi * 1000 * static_cast<double>(within) / kSampleRate;
  return static_cast<float>(kAmplitude * std::min(1.0, from_edge / kFade) * std::sin(phase));
}

void fill_tone(std::int64_t first, std::span<float> out) {
  for (float& sample : out) sample = tone_sample(first++);
}

}  // namespace av
