// How often somebody may do something: a token bucket in eight octets. A value; the owner gives
// the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace chat {

/// Holds `burst` at first and is filled with `per_second`, which may differ from call to call.
class RateBucket {
 public:
  /// Takes one; false if the bucket is empty.
  bool take(std::size_t per_second, std::size_t burst, base::MonotonicTime now) {
    if (wait(per_second, burst, now) > base::Duration::zero()) return false;
    full_at_ = std::max(full_at_, now) + interval(per_second);
    return true;
  }

  /// How long until one can be taken; zero: now.
  base::Duration wait(std::size_t per_second, std::size_t burst, base::MonotonicTime now) const {
    const base::Duration room = interval(per_second) * static_cast<std::int64_t>(burst - 1);
    return std::max(full_at_ - now - room, base::Duration::zero());
  }

 private:
  /// `per_second` is at least 1.
  static base::Duration interval(std::size_t per_second) {
    return base::Duration(std::chrono::seconds(1)) / static_cast<std::int64_t>(per_second);
  }

  base::MonotonicTime full_at_{};
};

}  // namespace chat
