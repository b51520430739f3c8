// What holds up those who guess: how often one address may try what costs, and growing waits behind
// wrong passwords. On one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/address_limiter.h"
#include "base/time.h"

namespace app {

/// Waits double with each wrong password beyond a few: long ones for one customer at one account,
/// short ones for everybody else at it. So nobody guesses fast, from many places neither, and
/// nobody keeps the owner out for long; whoever has signed in there before (the caller knows)
/// waits only for their own mistakes.
class GuessGuard {
 public:
  explicit GuessGuard(std::size_t max_entries = 65'536) : max_entries_(max_entries) {}

  enum class Caller : std::uint8_t { kKnown, kStranger };
  /// How long until the next try; 0: now.
  base::Duration wait(std::string_view login, std::string_view customer, Caller caller,
                      base::MonotonicTime now) const;
  void failed(std::string_view login, std::string_view customer, base::MonotonicTime now);
  void succeeded(std::string_view login, std::string_view customer);
  std::size_t size() const { return entries_.size(); }

  static constexpr base::Duration kForgetAfter = std::chrono::minutes(30);

 private:
  struct Entry {
    std::uint32_t wrong = 0;
    base::MonotonicTime at{};  // of the last one
  };
  void count(std::string key, base::MonotonicTime now);
  base::Duration rest(const std::string& key, std::uint32_t free, base::Duration most,
                      base::MonotonicTime now) const;

  const std::size_t max_entries_;
  std::unordered_map<std::string, Entry> entries_;
};

class Attempts {
 public:
  /// 0: everything is allowed.
  explicit Attempts(double per_minute) : per_minute_(per_minute) {}

  /// `what`: of a few constants.
  bool allow(std::string_view address, std::string_view what, base::MonotonicTime now);
  /// Seconds until one more is allowed, rounded up.
  std::int64_t retry_after() const;
  bool is_off() const { return per_minute_ <= 0; }

  GuessGuard guesses;

 private:
  const double per_minute_;
  std::map<std::string, AddressLimiter, std::less<>> limiters_;
};

}  // namespace app
