// How many requests one address may make: a token bucket for each, so that one careless or hostile
// client does not take the service from all others. On one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace app {

class AddressLimiter {
 public:
  /// `per_second` 0: everything is allowed. At most `max_addresses` are told apart; beyond that
  /// the others share one bucket.
  AddressLimiter(double per_second, double burst, std::size_t max_addresses = 65'536)
      : per_second_(per_second), burst_(burst), max_addresses_(max_addresses) {}

  /// Takes a token of `address`; false if it has none left.
  bool allow(std::string_view address, base::MonotonicTime now);
  std::size_t addresses() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    base::MonotonicTime at;
  };
  double filled(const Bucket& bucket, base::MonotonicTime now) const;
  void forget_full(base::MonotonicTime now);

  const double per_second_;
  const double burst_;
  const std::size_t max_addresses_;
  std::unordered_map<std::string, Bucket> buckets_;
  base::MonotonicTime swept_at_{};
};

/// What stands for one customer: an IPv4 address (also one that is mapped into IPv6) as it is, of
/// an IPv6 address its first 64 bits.
std::string customer_of(std::string_view address);

}  // namespace app
