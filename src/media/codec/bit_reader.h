// Reads bits, most significant first, with the Exp-Golomb codes of H.264 and HEVC
// (ITU-T H.264 9.1). A value on the stack of a parser; the bytes must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace media {

/// After the first read past the end, or the first code that cannot be, every read yields zero and
/// ok() is false for good: parse a whole structure, then test once.
class BitReader {
 public:
  explicit BitReader(base::ByteSpan data) : data_(data) {}

  bool ok() const { return ok_; }
  /// Bits not read yet (0 after a failure).
  std::size_t remaining() const { return data_.size() * 8 - position_; }
  /// Bits read so far.
  std::size_t position() const { return position_; }

  /// The next `count` bits (0 to 32) as a number.
  std::uint32_t bits(unsigned count);
  std::uint8_t u8() { return static_cast<std::uint8_t>(bits(8)); }
  bool flag() { return bits(1) != 0; }
  void skip(std::size_t count);
  void align_to_byte() { skip((8 - position_ % 8) % 8); }

  /// Unsigned Exp-Golomb code, ue(v). Codes of more than 32 bits of value fail.
  std::uint32_t ue();
  /// The same; a value above `max` fails, so that no count from outside can be large.
  std::uint32_t ue_at_most(std::uint32_t max);
  /// Signed Exp-Golomb code, se(v).
  std::int32_t se();

  /// Marks the reader as failed, for callers that find a bad value.
  void set_failed();

 private:
  base::ByteSpan data_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace media
