// Where the program is that decodes and encodes.
#pragma once

#include <string>

namespace server {

/// Path of rostrum-av: it lies beside this program.
std::string helper_program();

}  // namespace server
