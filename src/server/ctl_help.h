// What `rostrum ctl --list` and `--help` print, from the tables of the operations.
#pragma once

#include <span>
#include <string>

#include "control/model.h"
#include "server/ctl_words.h"

namespace server::ctl {

/// Every operation with its name in the API and on the command line.
std::string list_operations();

/// Members with types, bounds, defaults; what is required; the errors.
std::string describe_operation(const control::Operation& operation, std::span<const Flag> common);

/// "name, then text" lines of options, aligned, two columns in.
std::string describe_flags(std::span<const Flag> flags);

}  // namespace server::ctl
