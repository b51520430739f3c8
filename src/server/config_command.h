// The `rostrum config` subcommands, and reading the configuration at start.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "server/config.h"

namespace server {

enum class ConfigAction { kCheck, kShow, kDocs };

/// What a person typed. An empty file means none.
struct ConfigArguments {
  std::string file;
  std::vector<std::string> overrides;                            // --set name=value
  std::vector<std::pair<std::string, std::string>> environment;  // see split_environment
};

struct CommandOutput {
  int exit_code = 0;
  std::string output{};  // for standard output
  std::string errors{};  // for standard error
};

/// `NAME=value` strings, ended by a null pointer, as main() gets them.
std::vector<std::pair<std::string, std::string>> split_environment(const char* const* variables);

/// Reads the file (blocking; only before the loops run or in a subcommand) and loads everything.
std::expected<LoadedConfig, std::vector<base::Error>> read_config(const ConfigArguments& arguments);

/// Runs `rostrum config check|show|docs`.
CommandOutput run_config_command(ConfigAction action, const ConfigArguments& arguments);

}  // namespace server
