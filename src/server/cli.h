// The command line of `rostrum`.
#pragma once

namespace server {

/// Runs the program; returns its exit code.
int run_command_line(int count, char** words, const char* const* environment);

}  // namespace server
