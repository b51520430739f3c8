// The card's sound: 1 kHz for 80 ms at the start of every wall-clock second, so that sound and
// flash can be compared by ear, eye and program.
#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"

namespace av {

inline constexpr std::int64_t kSampleRate = 48'000;
inline constexpr auto kBurst = std::chrono::milliseconds(80);

/// Sample number `index` since 1970 at 48 kHz, in -1..1.
float tone_sample(std::int64_t index);

/// Fills `out` with the samples from number `first` on.
void fill_tone(std::int64_t first, std::span<float> out);

}  // namespace av
