#include "av/stamp.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace av {
namespace {

base::WallTime at_ms(std::int64_t milliseconds) {
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

TEST(Stamp, KnownBits) {
  EXPECT_EQ(encode_stamp(at_ms(0x018F'0000'0001)), 0x018F'0000'0001'26U);
  // An all-black row is never a valid stamp.
  EXPECT_FALSE(decode_stamp(0).has_value());
  EXPECT_FALSE(decode_stamp((1ULL << 56) - 1).has_value());
}

TEST(Stamp, RoundTripsAndCutsToMilliseconds) {
  for (const std::int64_t ms : {0LL, 1LL, 1'700'000'000'123LL, (1LL << 48) - 1}) {
    const auto time = at_ms(ms) + std::chrono::microseconds(ms % 2 == 0 ? 0 : 999);
    EXPECT_EQ(decode_stamp(encode_stamp(time)), at_ms(ms));
  }
}

TEST(Stamp, EverySingleWrongBitIsNoticed) {
  const std::uint64_t bits = encode_stamp(at_ms(1'700'000'000'123));
  for (int i = 0; i < 64; ++i) {
    EXPECT_FALSE(decode_stamp(bits ^ 1ULL << i).has_value()) << i;
  }
}

TEST(Stamp, IsReadFromThePictureEvenWhenFaint) {
  const auto time = at_ms(1'763'766'996'567);
  for (const auto& [width, height] : {std::pair(480, 270), {640, 360}, {1280, 720}, {1920, 1080}}) {
    Picture picture(width, height);
    draw_stamp(picture, time);
    EXPECT_EQ(read_stamp(picture), time);
    for (std::uint8_t& luma : picture.y) luma = luma > 126 ? 150 : 100;
    EXPECT_EQ(read_stamp(picture), time);
  }
}

TEST(Stamp, NoStampIsNoTime) {
  EXPECT_FALSE(read_stamp(Picture(640, 360)).has_value());
  EXPECT_FALSE(read_stamp(Picture(320, 180)).has_value());
  Picture white(640, 360);
  std::ranges::fill(white.y, kWhite.y);
  EXPECT_FALSE(read_stamp(white).has_value());
}

}  // namespace
}  // namespace av
