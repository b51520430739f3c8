// Walking through UTF-8, code point by code point.
#pragma once

#include <string>
#include <string_view>

namespace chat {

/// What octets that are not UTF-8 are read as.
inline constexpr char32_t kNotUtf8 = 0xfffd;

/// The code point at the front of `text`, which is taken off; `text` must not be empty.
char32_t take_code_point(std::string_view& text);

/// Appends `c` as UTF-8; surrogates and numbers beyond Unicode as kNotUtf8.
void append_utf8(std::string& out, char32_t c);

}  // namespace chat
