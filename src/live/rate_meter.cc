#include "live/rate_meter.h"

#include <algorithm>

namespace live {

void RateMeter::add(std::size_t bytes, base::MonotonicTime now) {
  const std::int64_t second = second_of(now);
  if (first_ < 0) first_ = last_ = second;
  for (; last_ < second; ++last_) {
    if (second - last_ > kSeconds) last_ = second - kSeconds - 1;
    bytes_[static_cast<std::size_t>((last_ + 1) % (kSeconds + 1))] = 0;
  }
  bytes_[static_cast<std::size_t>(second % (kSeconds + 1))] += bytes;
}

std::uint64_t RateMeter::bits_per_second(base::MonotonicTime now) const {
  const std::int64_t second = second_of(now);
  if (first_ < 0 || second == first_) return 0;
  const std::int64_t from = std::max(first_, second - kSeconds);
  std::uint64_t sum = 0;
  for (std::int64_t s = from; s < second; ++s) {
    if (s <= last_ && s > last_ - kSeconds - 1) {
      sum += bytes_[static_cast<std::size_t>(s % (kSeconds + 1))];
    }
  }
  return sum * 8 / static_cast<std::uint64_t>(second - from);
}

bool RateMeter::is_full(base::MonotonicTime now) const {
  return first_ >= 0 && second_of(now) - first_ >= kSeconds;
}

}  // namespace live
