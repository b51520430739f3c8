// Content types of the files we serve.
#pragma once

#include <string_view>

namespace wire::http {

/// By the file name's extension, in any case; "application/octet-stream" if it is not known.
std::string_view content_type_for(std::string_view path);

}  // namespace wire::http
