// How much a room says on one loop, and how long its frames should wait for company: nothing while
// it is quiet, so that nobody waits for no reason; some milliseconds when so much is said that
// writes, which cost the same for one frame as for ten, would fill the loop. A value.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace chat {

class LoadMeter {
 public:
  /// So many deliveries (frames times members) came up at `now`, which never goes back.
  void add(std::size_t deliveries, base::MonotonicTime now);
  /// Deliveries a second, of about the last second.
  double per_second(base::MonotonicTime now) const;
  /// The least time between two writes to the same member: from 0 at kQuiet to `longest` at kFull.
  base::Duration pause(base::Duration longest, base::MonotonicTime now) const;

  static constexpr double kQuiet = 15'000;
  static constexpr double kFull = 40'000;

 private:
  double rate_ = 0;
  base::MonotonicTime at_{};
};

}  // namespace chat
