// UTF-8 (RFC 3629) checks for text that comes from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace base {

/// Octets of the well-formed sequence at the front of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace base
