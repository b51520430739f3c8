#include "media/flv/base64.h"

#include <cstdint>

namespace media::flv {

namespace {

/// Six bits of a character, or 64 if it is none of the alphabet.
unsigned sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return 64;
}

}  // namespace

std::optional<base::Bytes> decode_base64(std::string_view text) {
  base::Bytes out;
  out.reserve(text.size() / 4 * 3 + 3);
  unsigned held = 0;
  unsigned held_bits = 0;
  std::size_t characters = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const unsigned value = sextet(c);
    if (value == 64 || padded) return std::nullopt;
    ++characters;
    held = (held << 6 | value) & 0xFFFF;
    held_bits += 6;
    if (held_bits >= 8) {
      held_bits -= 8;
      out.push_back(static_cast<std::uint8_t>(held >> held_bits));
    }
  }
  if (characters % 4 == 1) return std::nullopt;
  return out;
}

}  // namespace media::flv
