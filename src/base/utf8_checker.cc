#include "base/utf8_checker.h"

#include <cstddef>

namespace base {

bool Utf8Checker::add(ByteSpan octets) {
  constexpr std::size_t kBlock = 16;
  if (failed_) return false;
  std::size_t at = 0;
  while (at < octets.size()) {
    // Most of what people write is ASCII, which is checked a register at a time.
    if (missing_ == 0) {
      while (octets.size() - at >= kBlock) {
        std::uint8_t all = 0;
        for (const std::uint8_t octet : octets.subspan(at).first<kBlock>()) {
          all = static_cast<std::uint8_t>(all | octet);
        }
        if (all >= 0x80) break;
        at += kBlock;
      }
      if (at == octets.size()) break;
    }
    // No further look for a block before the next 16 octets: in other scripts there is none.
    for (std::size_t i = 0; i < kBlock && at < octets.size(); ++i, ++at) {
      const std::uint8_t octet = octets[at];
      if (missing_ == 0 && octet < 0x80) continue;
      if (!add_slowly(octet)) return false;
    }
  }
  return true;
}

// RFC 3629 section 4: what may follow depends on the first octet, which rules out overlong forms,
// surrogates and everything above U+10FFFF with the second.
bool Utf8Checker::add_slowly(std::uint8_t octet) {
  if (missing_ > 0) {
    if (octet < lowest_ || octet > highest_) {
      failed_ = true;
      return false;
    }
    --missing_;
    lowest_ = 0x80;
    highest_ = 0xbf;
    return true;
  }
  if (octet < 0xc2 || octet > 0xf4) {
    failed_ = true;
    return false;
  }
  missing_ = octet >= 0xf0 ? 3 : octet >= 0xe0 ? 2 : 1;
  lowest_ = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
  highest_ = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
  return true;
}

}  // namespace base
