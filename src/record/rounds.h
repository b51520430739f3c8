// The playlists, descriptions and event files that are stored together, in stages: what a later
// stage names is in the store by then.
#pragma once

#include <string>
#include <string_view>

#include "record/recording_state.h"
#include "record/store_plan.h"

namespace record {

enum class RoundKind : std::uint8_t {
  kRenewal,  // of a recording that goes on: what is in the store now
  kFinal,    // everything is in the store
  kFailed    // what is in the store is all that there will be
};

struct RoundOptions {
  RoundKind kind = RoundKind::kRenewal;
  bool tells_start = false;  // events/recording-started.json, too
  std::string_view message;  // of a failure
  std::uint32_t least_target = 1;
};

StorePlan::Round make_round(const RecordingState& state, const std::string& folder,
                            const RoundOptions& options);

}  // namespace record
