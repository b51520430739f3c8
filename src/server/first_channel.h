// A channel for those who have configured none: made at the first start, its key kept in the data
// folder to be told at every start, so that somebody who just typed `make run` can publish at once.
#pragma once

#include <string>

#include "base/error.h"
#include "server/config.h"

namespace server {

/// Reads `<data_dir>/first-channel.json`, or makes it (readable by its owner alone) with a random
/// id and stream key. kMalformed if somebody has broken the file.
base::Expected<ChannelConfig> load_first_channel(const Config& config);
/// Whether an earlier start has made one.
bool has_first_channel(const Config& config);

}  // namespace server
