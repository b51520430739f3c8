// UTF-8 (RFC 3629) that comes in pieces, refused with the first octet that cannot belong to any
// character. A value of four octets.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace base {

class Utf8Checker {
 public:
  /// Takes the next octets; false for good once one was wrong.
  bool add(ByteSpan octets);
  /// True between two characters: a text may end here.
  bool is_complete() const { return missing_ == 0 && !failed_; }

 private:
  bool add_slowly(std::uint8_t octet);

  std::uint8_t missing_ = 0;  // octets of a character that have to come
  std::uint8_t lowest_ = 0;   // of the next one of them
  std::uint8_t highest_ = 0;
  bool failed_ = false;
};
static_assert(sizeof(Utf8Checker) == 4);

}  // namespace base
