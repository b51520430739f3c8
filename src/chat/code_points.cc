#include "chat/code_points.h"

#include <cstdint>

#include "base/utf8.h"

namespace chat {

char32_t take_code_point(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t length = base::utf8_length(text);
  if (length == 0) {
    text.remove_prefix(1);
    return kNotUtf8;
  }
  char32_t c = at(0);
  if (length == 2) c &= 0x1f;
  if (length == 3) c &= 0x0f;
  if (length == 4) c &= 0x07;
  for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (at(i) & 0x3fU);
  text.remove_prefix(length);
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = kNotUtf8;
  const auto octet = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    octet(c);
  } else if (c < 0x800) {
    octet(0xc0 | (c >> 6));
    octet(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    octet(0xe0 | (c >> 12));
    octet(0x80 | ((c >> 6) & 0x3f));
    octet(0x80 | (c & 0x3f));
  } else {
    octet(0xf0 | (c >> 18));
    octet(0x80 | ((c >> 12) & 0x3f));
    octet(0x80 | ((c >> 6) & 0x3f));
    octet(0x80 | (c & 0x3f));
  }
}

}  // namespace chat
