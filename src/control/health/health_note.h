// What a streamer is told about a broadcast: one sentence on what is, and what to do about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace control {

enum class Severity : std::uint8_t { kSuccess, kInfo, kWarning, kError };
/// "WARNING".
std::string_view to_string(Severity severity);

struct HealthNote {
  std::string code;  // stays the same: "KEYFRAME_INTERVAL"
  Severity severity = Severity::kInfo;
  std::string title;
  std::string explanation;
  std::optional<base::WallTime> since = {};
};

}  // namespace control
