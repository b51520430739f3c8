// Whether a publisher delivers: the decision between healthy and starving, with hysteresis, so that
// the events that tell it do not flap.
//
// A stream starves when nothing has come for more than kMaxSilence while its publisher is
// connected, when the pictures of the last kWindow seconds (of the loop's clock) cover less than
// kStarvingBelow of them, or when its publisher is lost. It is healthy again once the pictures of a
// whole window cover kHealthyFrom of it and nothing is missing now.
// Owned by a Channel; asked once a second.
#pragma once

#include <optional>

#include "base/time.h"
#include "live/live.h"

namespace live {

class HealthWatch {
 public:
  static constexpr int kWindow = 5;  // seconds
  static constexpr double kStarvingBelow = 0.8;
  static constexpr double kHealthyFrom = 0.92;
  static constexpr base::Duration kMaxSilence = std::chrono::seconds(2);

  struct Seen {
    /// Media time a second of clock over the last kWindow seconds; nothing if the publisher has
    /// not been there for so long.
    std::optional<double> pace;
    base::Duration silence{};  // since the last sample
  };

  /// Something can be played from now on.
  void start() { health_ = Health::kHealthy; }
  /// What a connected publisher has done; returns true if the health has changed.
  bool look(const Seen& seen);
  /// The publisher is lost; returns true if the health has changed.
  bool lose();
  /// The stream is over.
  void stop() { health_ = Health::kUnknown; }
  Health health() const { return health_; }

 private:
  Health health_ = Health::kUnknown;
};

}  // namespace live
