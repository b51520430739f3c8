#include "av/stamp.h"

#include "base/check.h"

namespace av {
namespace {

constexpr int kBits = kStampColumns * kStampRows;
constexpr int kChecksumBits = 8;
static_assert(kBits == 48 + kChecksumBits);

std::uint8_t checksum(std::uint64_t milliseconds) {
  std::uint8_t crc = 0xFF;
  for (int shift = 40; shift >= 0; shift -= 8) {
    crc = static_cast<std::uint8_t>(crc ^ (milliseconds >> shift & 0xFF));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<std::uint8_t>((crc & 0x80) != 0 ? crc << 1 ^ 0x07 : crc << 1);
    }
  }
  return crc;
}

// Where bit `index` stands, 0 being the most significant.
Rect block(const Picture& picture, int index) {
  return {kStampLeft + index % kStampColumns * kStampBlock,
          picture.height - kStampBottom + index / kStampColumns * kStampBlock, kStampBlock,
          kStampBlock};
}

bool fits(const Picture& picture) {
  return picture.width >= kStampLeft + kStampColumns * kStampBlock && picture.height >= 64;
}

}  // namespace

std::uint64_t encode_stamp(base::WallTime time) {
  const auto count = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  const std::uint64_t milliseconds = static_cast<std::uint64_t>(count) & ((1ULL << 48) - 1);
  return milliseconds << kChecksumBits | checksum(milliseconds);
}

std::optional<base::WallTime> decode_stamp(std::uint64_t bits) {
  const std::uint64_t milliseconds = bits >> kChecksumBits;
  if (milliseconds >> 48 != 0 || checksum(milliseconds) != (bits & 0xFF)) return std::nullopt;
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

void draw_stamp(Picture& picture, base::WallTime time) {
  CHECK(fits(picture));
  const std::uint64_t bits = encode_stamp(time);
  for (int i = 0; i < kBits; ++i) {
    const bool set = (bits >> (kBits - 1 - i) & 1) != 0;
    picture.fill_luma(block(picture, i), set ? kWhite.y : kBlack.y);
  }
}

std::optional<base::WallTime> read_stamp(const Picture& picture) {
  if (!fits(picture)) return std::nullopt;
  std::uint64_t bits = 0;
  for (int i = 0; i < kBits; ++i) {
    // The inner half of the block: its edges are blurred by the codec.
    const Rect area = block(picture, i);
    int sum = 0;
    for (int y = 4; y < 12; ++y) {
      for (int x = 4; x < 12; ++x) sum += picture.y[picture.at(area.x + x, area.y + y)];
    }
    bits = bits << 1 | (sum / 64 >= 126 ? 1U : 0U);
  }
  return decode_stamp(bits);
}

}  // namespace av
