#include "media/codec/bit_reader.h"

#include <gtest/gtest.h>

#include "media/codec/hex_test_support.h"

namespace media {
namespace {

using testing::from_hex;

TEST(BitReader, ReadsBitsAcrossBytes) {
  const base::Bytes data = from_hex("a5c3ff0081");
  BitReader reader(data);
  EXPECT_EQ(reader.bits(3), 5U);
  EXPECT_EQ(reader.bits(9), 0x05CU);
  EXPECT_TRUE(!reader.flag());
  EXPECT_EQ(reader.position(), 13U);
  reader.align_to_byte();
  EXPECT_EQ(reader.bits(24), 0xFF0081U);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_EQ(reader.bits(1), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(BitReader, Takes32BitsAtAnyOffset) {
  const base::Bytes data = from_hex("0123456789abcdef");
  for (unsigned offset = 0; offset <= 32; ++offset) {
    BitReader reader(data);
    reader.skip(offset);
    EXPECT_EQ(reader.bits(32), static_cast<std::uint32_t>(0x0123456789ABCDEFULL >> (32 - offset)))
        << offset;
    EXPECT_TRUE(reader.ok());
  }
}

TEST(BitReader, DecodesExpGolomb) {
  // 1 010 011 00100 00101 00110 : 0 1 2 3 4 5
  const base::Bytes data = from_hex("a642 98e2 0410 8080");
  BitReader reader(data);
  for (std::uint32_t expected = 0; expected < 4; ++expected) EXPECT_EQ(reader.ue(), expected);
  EXPECT_TRUE(reader.ok());

  const base::Bytes signs = from_hex("a64298");  // 0 +1 -1 +2 -2
  BitReader signed_reader(signs);
  for (const std::int32_t expected : {0, 1, -1, 2, -2}) EXPECT_EQ(signed_reader.se(), expected);
}

TEST(BitReader, HoldsTheLargestCodeAndRefusesLarger) {
  const base::Bytes largest = from_hex("00000001fffffffe");
  BitReader reader(largest);
  EXPECT_EQ(reader.ue(), 0xFFFFFFFEU);
  EXPECT_TRUE(reader.ok());
  const base::Bytes beyond = from_hex("0000000080000000ff");
  BitReader refused(beyond);
  EXPECT_EQ(refused.ue(), 0U);
  EXPECT_FALSE(refused.ok());
  BitReader extreme(largest);
  EXPECT_EQ(extreme.se(), -0x7FFFFFFF);
}

TEST(BitReader, CapsCountsAndStaysFailed) {
  const base::Bytes data = from_hex("28ff");  // 00101 : 4
  BitReader reader(data);
  EXPECT_EQ(reader.ue_at_most(3), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.bits(8), 0U);
  EXPECT_EQ(reader.remaining(), 0U);
  BitReader allowed(data);
  EXPECT_EQ(allowed.ue_at_most(4), 4U);
  EXPECT_TRUE(allowed.ok());
}

}  // namespace
}  // namespace media
