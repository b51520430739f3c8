#include "server/cli_options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

namespace server {
namespace {

void write(std::FILE* stream, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
}

}  // namespace

void add_config_options(CLI::App& app, ConfigArguments& arguments) {
  app.add_option("-c,--config", arguments.file, "Configuration file (YAML)");
  app.add_option("--set", arguments.overrides, "One setting, as name=value; may be repeated");
}

int print(const CommandOutput& output) {
  write(stdout, output.output);
  write(stderr, output.errors);
  return output.exit_code;
}

}  // namespace server
