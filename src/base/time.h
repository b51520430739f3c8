// Time as a value: nothing below the server reads a clock by itself, `now` is always an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace base {

using namespace std::chrono_literals;

using Duration = std::chrono::nanoseconds;
/// Never goes back; for timeouts and rates.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// UTC; for people and for program date-time.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// RFC 3339 in UTC with milliseconds: 2026-05-05T21:55:38.120Z.
std::string to_rfc3339_ms(WallTime time);
/// RFC 3339 in UTC with whole seconds: 2026-05-05T21:55:38Z.
std::string to_rfc3339(WallTime time);

}  // namespace base
