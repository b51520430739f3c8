// How many messages a second all rooms of this node take together. From every loop.
#pragma once

#include <cstddef>

#include "base/guarded.h"
#include "base/time.h"
#include "chat/rate_bucket.h"

namespace chat {

class NodeRate {
 public:
  /// 0: no limit.
  explicit NodeRate(std::size_t per_second) : per_second_(per_second) {}

  bool take(base::MonotonicTime now) {
    if (per_second_ == 0) return true;
    return bucket_.with(
        [&](RateBucket& bucket) { return bucket.take(per_second_, per_second_, now); });
  }

 private:
  const std::size_t per_second_;
  base::Guarded<RateBucket> bucket_;
};

}  // namespace chat
