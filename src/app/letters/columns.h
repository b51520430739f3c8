// How the tables of letters and notices hold times, microseconds since 1970, and what is left of a
// statement whose rows nobody reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

inline std::int64_t column_of_time(base::WallTime time) {
  return time.time_since_epoch().count();
}

inline base::WallTime time_of_column(std::int64_t column) {
  return base::WallTime(std::chrono::microseconds(column));
}

inline base::Expected<void> done(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

}  // namespace app
