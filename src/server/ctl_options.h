// Options of every command that talks to a server, and where their defaults come from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config_command.h"
#include "server/ctl_client.h"
#include "server/ctl_words.h"

namespace server::ctl {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// --endpoint, --access-key-id, ..., --output, --help.
std::vector<Flag> client_flags();

/// Variables that these options read; no setting of the server is named like them.
bool is_client_variable(std::string_view name);

/// Flags win over ROSTRUM_... variables, these over AWS_... ones. kWrongUse without credentials:
/// the sentence says how to get some, with the command for the server of this machine if its
/// database is here.
Result<Access> access_from(const Words& words, const Environment& environment);

enum class Output : std::uint8_t { kTable, kJson };
Result<Output> output_from(const Words& words);

/// access_from and a client for it.
Result<std::unique_ptr<Client>> connect(const Words& words, const Environment& environment);

/// The text itself, or the content of a file for "@file", or standard input for "-".
Result<std::string> text_or_file(const std::string& text);

/// What --json and the options of members say together.
Result<boost::json::object> input_from(const Words& words);

/// Puts sentence and exit code there.
void report(const Failure& failure, CommandOutput& output);

}  // namespace server::ctl
