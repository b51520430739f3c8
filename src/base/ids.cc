#include "base/ids.h"

#include <random>

namespace base {

std::string random_alphanumeric(std::size_t length) {
  static constexpr std::string_view kSymbols =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::random_device source;
  std::uniform_int_distribution<std::size_t> pick(0, kSymbols.size() - 1);
  std::string text(length, '0');
  for (char& c : text) c = kSymbols[pick(source)];
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
