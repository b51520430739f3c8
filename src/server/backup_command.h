// `rostrum backup`: a copy of the database of a configuration, while a server works with it.
#pragma once

#include <string>

#include "server/config_command.h"

namespace CLI {
class App;
}

namespace server {

enum class Secrets { kLeave, kInclude };

/// Writes the copy to `place` in one step, over the one before. With the secrets `place` is a
/// folder that can serve as a data_dir.
CommandOutput back_up(const ConfigArguments& arguments, const std::string& place, Secrets secrets);

/// The command with its options; it sets `exit_code` when it has run.
void add_backup_command(CLI::App& app, ConfigArguments& arguments, int& exit_code);

}  // namespace server
