// The rules of a channel that was deleted and has recordings: as they were when it was deleted.
// Recordings of an open channel stay open, those of a private one are watched with tokens for its
// ARN, and a policy holds although it may be gone.
#pragma once

#include <memory>

#include "base/error.h"
#include "base/ids.h"
#include "control/channel_access.h"
#include "io/sql.h"

namespace control {

/// Before the channel is deleted, in the same transaction.
base::Expected<void> keep_access(io::SqlConnection& sql, const base::ChannelId& channel);
/// Null if no recording of such a channel is there. Without revocations.
base::Expected<std::shared_ptr<ChannelAccess>> load_past_access(io::SqlConnection& sql,
                                                                const base::ChannelId& channel);

}  // namespace control
