#include "base/time.h"

#include <fmt/format.h>

namespace base {
namespace {

std::string format(WallTime time, bool milliseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - day).count();
  const auto seconds = ms / 1000;
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()}, unsigned{date.month()},
                  unsigned{date.day()}, seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (milliseconds) fmt::format_to(std::back_inserter(text), ".{:03}", ms % 1000);
  text.push_back('Z');
  return text;
}

}  // namespace

std::string to_rfc3339_ms(WallTime time) {
  return format(time, true);
}
std::string to_rfc3339(WallTime time) {
  return format(time, false);
}

}  // namespace base
