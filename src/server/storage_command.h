// `rostrum storage check`: tries what recordings and logs need of the store of objects that a
// configuration names, before a broadcast does.
#pragma once

#include <cstdint>
#include <string>

#include "server/config_command.h"

namespace CLI {
class App;
}

namespace server {

/// Puts two objects into `bucket`, one of `size` octets out of a file, reads all of them back in
/// pieces, lists and removes them. Blocks until that is done. The output has a line for each step.
CommandOutput check_storage(const ConfigArguments& arguments, const std::string& bucket,
                            std::uint64_t size);

/// The command with its options; it sets `exit_code` when it has run.
void add_storage_command(CLI::App& app, ConfigArguments& arguments, int& exit_code);

}  // namespace server
