// `rostrum account create|list|role|password|import`: people of the live platform, directly in the
// database of a configuration, whether a server works with it or not.
#pragma once

#include <string>

#include "app/app.h"
#include "server/config_command.h"
#include "server/key_command.h"

namespace CLI {
class App;
}

namespace server {

/// Makes the database if there is none yet. Without a password one is made, and shown once.
CommandOutput create_platform_account(const ConfigArguments& arguments, app::NewAccount account,
                                      Form form);
CommandOutput list_platform_accounts(const ConfigArguments& arguments, Form form);
CommandOutput set_platform_role(const ConfigArguments& arguments, const std::string& who,
                                const std::string& role);
/// Without a password one is made, and shown once.
CommandOutput set_platform_password(const ConfigArguments& arguments, const std::string& who,
                                    std::string password);
/// `file`: CSV of name, address, password hash, role. Fails if any line does; the others are in.
CommandOutput import_platform_accounts(const ConfigArguments& arguments, const std::string& file);

/// The command with its options; it sets `exit_code` when it has run.
void add_account_command(CLI::App& app, ConfigArguments& arguments, int& exit_code);

}  // namespace server
