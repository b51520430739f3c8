#include "chat/load_meter.h"

#include <algorithm>
#include <cmath>

namespace chat {
namespace {

// What lies back this long counts for a third (1/e).
constexpr std::chrono::duration<double> kMemory{0.5};

}  // namespace

void LoadMeter::add(std::size_t deliveries, base::MonotonicTime now) {
  rate_ = per_second(now) + static_cast<double>(deliveries) / kMemory.count();
  at_ = now;
}

double LoadMeter::per_second(base::MonotonicTime now) const {
  const std::chrono::duration<double> past = now - at_;
  return rate_ * std::exp(-past / kMemory);
}

base::Duration LoadMeter::pause(base::Duration longest, base::MonotonicTime now) const {
  const double share = std::clamp((per_second(now) - kQuiet) / (kFull - kQuiet), 0.0, 1.0);
  return base::Duration(
      static_cast<base::Duration::rep>(static_cast<double>(longest.count()) * share));
}

}  // namespace chat
