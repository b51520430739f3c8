#include "media/codec/bit_reader.h"

#include <algorithm>

#include "base/check.h"

namespace media {

void BitReader::set_failed() {
  ok_ = false;
  position_ = data_.size() * 8;
}

std::uint32_t BitReader::bits(unsigned count) {
  CHECK(count <= 32);
  if (remaining() < count) {
    set_failed();
    return 0;
  }
  std::uint64_t value = 0;
  unsigned taken = 0;
  while (taken < count) {
    const unsigned in_byte = static_cast<unsigned>(position_ % 8);
    const unsigned step = std::min(8 - in_byte, count - taken);
    const unsigned chunk = (data_[position_ / 8] >> (8 - in_byte - step)) & ((1U << step) - 1);
    value = (value << step) | chunk;
    position_ += step;
    taken += step;
  }
  return static_cast<std::uint32_t>(value);
}

void BitReader::skip(std::size_t count) {
  if (remaining() < count) {
    set_failed();
    return;
  }
  position_ += count;
}

std::uint32_t BitReader::ue() {
  unsigned zeros = 0;
  while (ok_ && !flag()) {
    // 2^32 - 2 is the largest value the syntax knows; it has 31 leading zeros.
    if (++zeros > 31) set_failed();
  }
  if (!ok_ || zeros == 0) return 0;
  const std::uint32_t low = bits(zeros);
  return ok_ ? ((1U << zeros) - 1) + low : 0;
}

std::uint32_t BitReader::ue_at_most(std::uint32_t max) {
  const std::uint32_t value = ue();
  if (value > max) {
    set_failed();
    return 0;
  }
  return value;
}

std::int32_t BitReader::se() {
  const std::uint32_t code = ue();
  const auto half = static_cast<std::int32_t>(code / 2);
  return code % 2 == 1 ? half + 1 : -half;
}

}  // namespace media
