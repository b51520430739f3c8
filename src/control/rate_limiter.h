// Token buckets by name: requests of a key to an operation, metadata of a channel. Safe from every
// thread; bounded.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/time.h"

namespace control {

class RateLimiter {
 public:
  /// Takes one from the bucket `name`, which holds `burst` and is filled with `per_second`. False
  /// if it is empty.
  bool take(std::string_view name, double per_second, double burst, base::MonotonicTime now);

 private:
  struct Bucket {
    double tokens = 0;
    base::MonotonicTime at{};
  };
  // When there are more, the full ones are forgotten: they are as good as new.
  static constexpr std::size_t kMaxBuckets = 20'000;
  base::Guarded<std::map<std::string, Bucket, std::less<>>> buckets_;
};

}  // namespace control
