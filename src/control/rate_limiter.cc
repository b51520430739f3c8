#include "control/rate_limiter.h"

#include <algorithm>

namespace control {

bool RateLimiter::take(std::string_view name, double per_second, double burst,
                       base::MonotonicTime now) {
  return buckets_.with([&](auto& buckets) {
    auto found = buckets.find(name);
    if (found == buckets.end()) {
      if (buckets.size() >= kMaxBuckets) {
        std::erase_if(buckets, [&](const auto& entry) {
          return now - entry.second.at > std::chrono::minutes(1);
        });
      }
      // Somebody makes up names faster than they are forgotten.
      if (buckets.size() >= kMaxBuckets) return false;
      found = buckets.emplace(std::string(name), Bucket{burst, now}).first;
    }
    Bucket& bucket = found->second;
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    bucket.tokens = std::min(burst, bucket.tokens + std::max(0.0, seconds) * per_second);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  });
}

}  // namespace control
