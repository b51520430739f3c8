// What several commands of the command line have in common.
#pragma once

#include "server/config_command.h"

namespace CLI {
class App;
}

namespace server {

/// -c/--config and --set.
void add_config_options(CLI::App& app, ConfigArguments& arguments);

/// Writes both texts and gives the exit code.
int print(const CommandOutput& output);

}  // namespace server
