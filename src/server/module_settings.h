// What each module is told of the configuration.
#pragma once

#include "app/app.h"
#include "base/error.h"
#include "chat/chat.h"
#include "control/control.h"
#include "live/live.h"
#include "record/record.h"
#include "server/config.h"

namespace server {

/// Reads the slate's file. kInvalid, kNotFound, kMalformed name the setting.
base::Expected<live::Settings> live_settings(const Config& config);
record::Settings record_settings(const Config& config);
chat::Settings chat_settings(const Config& config);
app::PollSettings poll_settings(const Config& config);
app::PlatformSettings platform_settings(const Config& config);
control::Settings control_settings(const Config& config);
control::DeclaredChannel declared(const ChannelConfig& channel);

}  // namespace server
