// The running server: loops, listeners and everything between them, made from a Config.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "server/config.h"

namespace server {

struct ServeOptions {
  /// Free ports, a temporary data folder, and one JSON line on standard output when ready.
  bool ephemeral = false;
};

/// Runs until SIGTERM or SIGINT: the first drains, the second ends at once. Blocks the calling
/// thread, which must be the main one. Returns the exit code; what went wrong is in the log.
int serve(Config config, const ServeOptions& options);

}  // namespace server
