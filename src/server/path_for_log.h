// What the log may say of a request's address.
#pragma once

#include <string>
#include <string_view>

namespace server {

/// `path` (decoded and normalised, without query) with a viewer's session replaced by '*', since
/// whoever knows it may watch, and cut to a length that suits a line.
std::string path_for_log(std::string_view path);

}  // namespace server
