#include "server/loadtest_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace server::loadtest {

// Values below kSteps are their own bucket; above, each power of two is cut into kSteps.
std::size_t Histogram::bucket_of(std::uint64_t microseconds) {
  if (microseconds < kSteps) return static_cast<std::size_t>(microseconds);
  const auto width = static_cast<std::uint32_t>(std::bit_width(microseconds));
  const std::uint32_t shift = width - 1 - kExactBits;
  return (shift + 1) * kSteps + static_cast<std::size_t>((microseconds >> shift) - kSteps);
}

std::uint64_t Histogram::upper_bound(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const std::size_t shift = bucket / kSteps - 1;
  return ((bucket % kSteps + kSteps + 1) << shift) - 1;
}

void Histogram::add(base::Duration value) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
  const std::uint64_t us = std::min<std::uint64_t>(
      count < 0 ? 0 : static_cast<std::uint64_t>(count), (std::uint64_t{1} << kMaxBits) - 1);
  ++buckets_[bucket_of(us)];
  ++count_;
  sum_us_ += us;
  max_us_ = std::max(max_us_, us);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_us_ += other.sum_us_;
  max_us_ = std::max(max_us_, other.max_us_);
}

double Histogram::mean_ms() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_us_) / static_cast<double>(count_) / 1000;
}

double Histogram::max_ms() const {
  return static_cast<double>(max_us_) / 1000;
}

double Histogram::percentile_ms(double share) const {
  const auto wanted = static_cast<std::uint64_t>(
      std::max(1.0, std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return static_cast<double>(std::min(upper_bound(i), max_us_)) / 1000;
  }
  return max_ms();
}

void Failures::add(std::string_view kind, std::uint64_t count) {
  if (const auto found = kinds_.find(kind); found != kinds_.end()) {
    found->second += count;
  } else if (kinds_.size() < kMaxKinds) {
    kinds_.emplace(kind, count);
  } else {
    kinds_["other"] += count;
  }
}

void Failures::merge(const Failures& other) {
  for (const auto& [kind, count] : other.kinds_) add(kind, count);
}

std::uint64_t Failures::total() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, count] : kinds_) sum += count;
  return sum;
}

}  // namespace server::loadtest
