#include "app/people/attempts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace app {
namespace {

// Wrong passwords that cost no wait, and the longest wait.
constexpr std::uint32_t kFreeHere = 4;
constexpr base::Duration kFirst = std::chrono::seconds(3);
constexpr base::Duration kLongestHere = std::chrono::minutes(5);
constexpr std::uint32_t kFreeElsewhere = 20;
constexpr base::Duration kLongestElsewhere = std::chrono::seconds(30);
constexpr std::size_t kMaxKinds = 32;

std::string key_of(std::string_view login, std::string_view customer) {
  return fmt::format("{}\n{}", login, customer);
}

}  // namespace

base::Duration GuessGuard::rest(const std::string& key, std::uint32_t free, base::Duration most,
                                base::MonotonicTime now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.wrong <= free) return {};
  const std::uint32_t doublings = std::min(found->second.wrong - free - 1, 20U);
  const base::Duration whole =
      std::min<base::Duration>(kFirst * (std::int64_t{1} << doublings), most);
  return std::max(base::Duration{}, found->second.at + whole - now);
}

base::Duration GuessGuard::wait(std::string_view login, std::string_view customer, Caller caller,
                                base::MonotonicTime now) const {
  const base::Duration here = rest(key_of(login, customer), kFreeHere, kLongestHere, now);
  if (caller == Caller::kKnown) return here;
  return std::max(here, rest(std::string(login), kFreeElsewhere, kLongestElsewhere, now));
}

void GuessGuard::count(std::string key, base::MonotonicTime now) {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= max_entries_) {
      std::erase_if(entries_,
                    [&](const auto& entry) { return now - entry.second.at >= kForgetAfter; });
    }
    // Whoever fills it with names that nobody has makes room by the first that comes: the limit of
    // each address stays.
    if (entries_.size() >= max_entries_) entries_.erase(entries_.begin());
    found = entries_.try_emplace(std::move(key)).first;
  }
  Entry& entry = found->second;
  if (now - entry.at >= kForgetAfter) entry.wrong = 0;
  ++entry.wrong;
  entry.at = now;
}

void GuessGuard::failed(std::string_view login, std::string_view customer,
                        base::MonotonicTime now) {
  count(key_of(login, customer), now);
  count(std::string(login), now);
}

// What others got wrong stays counted.
void GuessGuard::succeeded(std::string_view login, std::string_view customer) {
  entries_.erase(key_of(login, customer));
}

bool Attempts::allow(std::string_view address, std::string_view what, base::MonotonicTime now) {
  if (is_off()) return true;
  auto found = limiters_.find(what);
  if (found == limiters_.end()) {
    CHECK(limiters_.size() < kMaxKinds);
    found = limiters_.try_emplace(std::string(what), per_minute_ / 60, std::max(1.0, per_minute_))
                .first;
  }
  return found->second.allow(address, now);
}

std::int64_t Attempts::retry_after() const {
  return is_off() ? 0 : static_cast<std::int64_t>(std::ceil(60 / per_minute_));
}

}  // namespace app
