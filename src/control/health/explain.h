// Explains a broadcast to the one who streams it: a note in words for each condition. Pure.
#pragma once

#include <array>
#include <vector>

#include "control/health/conditions.h"
#include "control/health/health_note.h"
#include "control/health/stream_past.h"
#include "live/live.h"

namespace control {

/// When each condition was found first; times of those that do not hold say nothing.
using Since = std::array<base::WallTime, kConditions>;
/// A note for each condition, errors first. If there is none, one that says that all is well.
std::vector<HealthNote> explain(const Conditions& conditions, const live::StreamStatus& status,
                                const StreamPast& past, const Since& since, base::WallTime now);
std::vector<HealthNote> explain(const Conditions& conditions, const EncoderSummary& encoder);

}  // namespace control
