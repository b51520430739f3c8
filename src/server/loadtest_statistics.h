// What a load test counts: durations as a histogram, and failures by kind. Values that are filled
// on one loop and merged on another.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace server::loadtest {

/// Durations in buckets that are at most 1/32 wide: percentiles are that exact, the mean is exact.
/// Negative durations count as zero, those over 12 days as the longest.
class Histogram {
 public:
  void add(base::Duration value);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  /// Milliseconds; 0 when nothing was added.
  double mean_ms() const;
  double max_ms() const;
  /// The smallest value that `share` (0 to 1) of all values do not exceed, in milliseconds.
  double percentile_ms(double share) const;

 private:
  static constexpr std::uint32_t kExactBits = 5;  // microseconds below 32 have their own bucket
  static constexpr std::uint32_t kSteps = 1U << kExactBits;
  static constexpr std::uint32_t kMaxBits = 40;
  static std::size_t bucket_of(std::uint64_t microseconds);
  static std::uint64_t upper_bound(std::size_t bucket);

  std::array<std::uint64_t, kSteps*(kMaxBits - kExactBits + 1)> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_us_ = 0;
  std::uint64_t max_us_ = 0;
};

/// How often each kind of failure happened. Keeps kMaxKinds of them; what comes later is "other".
class Failures {
 public:
  static constexpr std::size_t kMaxKinds = 32;

  void add(std::string_view kind, std::uint64_t count = 1);
  void merge(const Failures& other);
  std::uint64_t total() const;
  const std::map<std::string, std::uint64_t, std::less<>>& kinds() const { return kinds_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> kinds_;
};

}  // namespace server::loadtest
