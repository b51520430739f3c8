// Whether somebody sits at the server's own machine.
#pragma once

#include <string_view>

#include "app/app.h"

namespace app {

/// "localhost", 127.0.0.0/8 or ::1, also in brackets; a port may follow.
bool is_loopback_host(std::string_view host);

/// A client on this machine that no proxy stands in for, and that means this machine: its address
/// and the host that it asked are loopback, and no field says that it speaks for another. (A page
/// elsewhere whose name was made to lead here brings its own name as the host.)
bool is_local_client(const PlatformRequest& request);

}  // namespace app
