// Bits a second over a sliding window of whole seconds. `now` is an argument.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"

namespace live {

class RateMeter {
 public:
  static constexpr int kSeconds = 10;

  void add(std::size_t bytes, base::MonotonicTime now);
  /// Average over the last whole seconds, at most kSeconds; 0 before the first second is over.
  std::uint64_t bits_per_second(base::MonotonicTime now) const;
  /// True once kSeconds have been measured.
  bool is_full(base::MonotonicTime now) const;

 private:
  static std::int64_t second_of(base::MonotonicTime now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }
  std::array<std::uint64_t, kSeconds + 1> bytes_{};
  std::int64_t first_ = -1;
  std::int64_t last_ = -1;
};

}  // namespace live
