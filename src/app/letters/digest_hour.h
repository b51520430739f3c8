// When daily letters go out: in the evening of most of Europe, when people look what to watch.
#pragma once

#include "base/time.h"

namespace app {

/// The next 17:00 UTC after `now`.
inline base::WallTime next_digest_hour(base::WallTime now) {
  using namespace std::chrono;
  const auto today = floor<days>(now) + hours(17);
  return today > now ? base::WallTime(today) : base::WallTime(today + days(1));
}

}  // namespace app
