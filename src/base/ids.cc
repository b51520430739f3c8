#include "base/ids.h"

#include <array>
#include <cstdint>

#include "base/crypto.h"

namespace base {

std::string random_alphanumeric(std::size_t length) {
  static constexpr std::string_view kSymbols =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  // Six bits choose a symbol; the two values that stand for none are passed over, so that all
  // symbols are equally likely. From OpenSSL's generator: the machine's own (std::random_device)
  // takes two microseconds a symbol.
  std::array<std::uint8_t, 64> octets;
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    fill_random(octets);
    for (const std::uint8_t octet : octets) {
      const std::size_t symbol = octet & 0x3fU;
      if (symbol < kSymbols.size() && text.size() < length) text.push_back(kSymbols[symbol]);
    }
  }
  return text;
}

StreamId random_stream_id() {
  return StreamId("st-" + random_alphanumeric(23));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char other = i < b.size() ? b[i] : '\0';
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(other);
  }
  return difference == 0;
}

}  // namespace base
