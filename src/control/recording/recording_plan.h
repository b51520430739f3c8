// What a channel's next broadcast is recorded as: its recording configuration and what the operator
// says, as the recorder takes it.
#pragma once

#include <memory>

#include "base/error.h"
#include "control/arn.h"
#include "control/channel_record.h"
#include "control/control.h"
#include "io/sql.h"
#include "record/record.h"

namespace control {

/// Null if the broadcast is neither recorded nor kept for going back.
base::Expected<std::shared_ptr<const record::Plan>> recording_plan(
    io::SqlConnection& sql, const Home& home, const RecordingSettings& settings,
    const ChannelRecord& channel);

/// Whether the recording holds more than what comes in, so that renditions have to be made even if
/// nobody watches.
bool records_renditions(const record::Plan& plan);

}  // namespace control
