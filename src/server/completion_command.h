// Completion in shells: `rostrum completion SHELL` prints a script, which asks `rostrum complete`
// for the words that may stand where the cursor is. So one table serves every shell.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace server {

/// The script for bash, zsh or fish; empty for other shells.
std::string completion_script(std::string_view shell);

/// What may stand in the place of the last of `words` (which may be empty or the beginning of a
/// word), the words behind "rostrum". Empty if anything may: then shells offer files.
std::vector<std::string> complete(const CLI::App& app, std::span<const std::string> words);

}  // namespace server
