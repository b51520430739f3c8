#include "live/health.h"

namespace live {

bool HealthWatch::look(const Seen& seen) {
  const bool silent = seen.silence > kMaxSilence;
  if (health_ == Health::kHealthy && (silent || (seen.pace && *seen.pace < kStarvingBelow))) {
    health_ = Health::kStarving;
    return true;
  }
  if (health_ == Health::kStarving && !silent && seen.pace && *seen.pace >= kHealthyFrom) {
    health_ = Health::kHealthy;
    return true;
  }
  return false;
}

bool HealthWatch::lose() {
  if (health_ != Health::kHealthy) return false;
  health_ = Health::kStarving;
  return true;
}

}  // namespace live
