// The tables of overlays and polls: component "app.overlays".
#pragma once

#include "base/error.h"
#include "io/sql.h"

namespace app {

base::Expected<void> migrate_overlays(io::SqlConnection& sql);

}  // namespace app
