#include "server/config_command.h"

#include <fstream>
#include <string_view>

#include "server/config_yaml.h"

namespace server {
namespace {

base::Expected<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  // Reading up to the end sets fail and eof; a folder or a missing file never gets there.
  if (!stream.eof() && !stream.good()) {
    return base::fail(base::ErrorCode::kIo, path + ": the file cannot be read");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> split_environment(const char* const* variables) {
  std::vector<std::pair<std::string, std::string>> split;
  for (; *variables != nullptr; ++variables) {
    const std::string_view variable(*variables);
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    split.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return split;
}

std::expected<LoadedConfig, std::vector<base::Error>> read_config(
    const ConfigArguments& arguments) {
  ConfigSources sources{.file_name = arguments.file,
                        .file_text = {},
                        .environment = arguments.environment,
                        .overrides = arguments.overrides};
  if (!arguments.file.empty()) {
    auto text = read_file(arguments.file);
    if (!text) return std::unexpected(std::vector{std::move(text.error())});
    sources.file_text = *std::move(text);
  }
  return load_config(sources);
}

CommandOutput run_config_command(ConfigAction action, const ConfigArguments& arguments) {
  if (action == ConfigAction::kDocs) return {.output = config_markdown()};
  const auto loaded = read_config(arguments);
  CommandOutput result;
  if (!loaded) {
    for (const base::Error& error : loaded.error()) result.errors += error.message + "\n";
    result.exit_code = 1;
    return result;
  }
  for (const std::string& warning : loaded->warnings) result.errors += "warning: " + warning + "\n";
  if (action == ConfigAction::kShow) {
    result.output = show_config(loaded->config);
  } else {
    result.output = arguments.file + ": no mistakes, " +
                    std::to_string(loaded->config.channels.size()) + " channels\n";
  }
  return result;
}

}  // namespace server
