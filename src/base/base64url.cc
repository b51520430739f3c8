#include "base/base64url.h"

#include <array>

namespace base {
namespace {

constexpr std::uint8_t kInvalid = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values = {};
  values.fill(kInvalid);
  for (std::uint8_t i = 0; i < 26; ++i) {
    values[static_cast<std::size_t>('A' + i)] = i;
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(i + 26);
  }
  for (std::uint8_t i = 0; i < 10; ++i) {
    values[static_cast<std::size_t>('0' + i)] = static_cast<std::uint8_t>(i + 52);
  }
  values['-'] = 62;
  values['_'] = 63;
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

}  // namespace

std::optional<Bytes> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  Bytes data;
  data.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kInvalid) return std::nullopt;
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      data.push_back(static_cast<std::uint8_t>(bits >> count));
      bits &= (1U << count) - 1;
    }
  }
  if (bits != 0) return std::nullopt;
  return data;
}

}  // namespace base
