#include "app/address_limiter.h"

#include <algorithm>
#include <vector>

namespace app {
namespace {

// How often full buckets are looked for.
constexpr base::Duration kSweepEvery = std::chrono::seconds(10);

std::vector<std::string_view> split(std::string_view groups) {
  std::vector<std::string_view> all;
  while (!groups.empty()) {
    const std::size_t end = std::min(groups.find(':'), groups.size());
    all.push_back(groups.substr(0, end));
    groups.remove_prefix(std::min(groups.size(), end + 1));
  }
  return all;
}

}  // namespace

double AddressLimiter::filled(const Bucket& bucket, base::MonotonicTime now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  return std::min(burst_, bucket.tokens + std::max(0.0, seconds) * per_second_);
}

// Whoever has everything saved up is as good as never seen.
void AddressLimiter::forget_full(base::MonotonicTime now) {
  if (now - swept_at_ < kSweepEvery) return;
  swept_at_ = now;
  std::erase_if(buckets_, [&](const auto& entry) { return filled(entry.second, now) >= burst_; });
}

bool AddressLimiter::allow(std::string_view address, base::MonotonicTime now) {
  if (per_second_ <= 0) return true;
  forget_full(now);
  std::string key = customer_of(address);
  if (buckets_.size() >= max_addresses_ && !buckets_.contains(key)) key.clear();
  Bucket& bucket = buckets_.try_emplace(std::move(key), Bucket{burst_, now}).first->second;
  bucket.tokens = filled(bucket, now);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::string customer_of(std::string_view address) {
  if (address.find(':') == std::string_view::npos) return std::string(address);
  if (address.find('.') != std::string_view::npos) {
    return std::string(address.substr(address.rfind(':') + 1));
  }
  // The text form leaves out one run of zeros as "::" (RFC 5952).
  const std::size_t gap = address.find("::");
  std::vector<std::string_view> groups = split(address.substr(0, gap));
  if (gap != std::string_view::npos) {
    const std::vector<std::string_view> behind = split(address.substr(gap + 2));
    while (groups.size() + behind.size() < 8) groups.push_back("0");
    groups.insert(groups.end(), behind.begin(), behind.end());
  }
  groups.resize(4);
  std::string prefix;
  for (const std::string_view group : groups) prefix.append(group).push_back(':');
  return prefix;
}

}  // namespace app
