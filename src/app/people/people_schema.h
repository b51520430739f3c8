// The tables of accounts: component "app.people".
#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> migrate_people(io::SqlConnection& sql);

// Times in tables: microseconds since 1970.
std::int64_t micros(base::WallTime time);
base::WallTime from_micros(std::int64_t count);

}  // namespace app
