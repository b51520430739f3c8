// Takes away what rooms leave behind: rooms that were deleted, once their logs have been delivered,
// and bans that are over.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace control {

/// One step, inside a transaction; there may be more to do. From time to time.
base::Expected<void> sweep_rooms(io::SqlConnection& sql, base::WallTime now);

}  // namespace control
