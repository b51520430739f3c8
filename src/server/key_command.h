// `rostrum key create|list|delete`: access keys, directly in the database of a configuration,
// whether a server works with it or not. A running server knows of changes at once.
#pragma once

#include <string>

#include "control/control.h"
#include "server/config_command.h"

namespace CLI {
class App;
}

namespace server {

enum class Form { kText, kJson };

/// Makes the database if there is none yet. The secret is in the output, and nowhere else ever.
CommandOutput create_key(const ConfigArguments& arguments, const control::AccessKeyOptions& options,
                         Form form);
CommandOutput list_keys(const ConfigArguments& arguments, Form form);
CommandOutput delete_key(const ConfigArguments& arguments, const std::string& id,
                         control::LastKey last);

/// The command with its options; it sets `exit_code` when it has run.
void add_key_command(CLI::App& app, ConfigArguments& arguments, int& exit_code);

}  // namespace server
