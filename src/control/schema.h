// The tables of control.
#pragma once

#include "base/error.h"
#include "io/sql.h"

namespace control {

/// Brings all tables to the newest version.
base::Expected<void> migrate_schema(io::SqlConnection& sql);

}  // namespace control
