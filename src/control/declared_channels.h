// Channels that the configuration declares: the database is brought to what it says.
#pragma once

#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/control.h"
#include "control/secret_box.h"
#include "io/sql.h"

namespace control {

/// Makes what is missing and changes what differs; channels made by the API are left alone.
/// kConflict if a stream key belongs to another channel.
base::Expected<void> declare_channels(io::SqlConnection& sql, const SecretBox& secrets,
                                      const std::vector<DeclaredChannel>& channels,
                                      base::WallTime now);

}  // namespace control
