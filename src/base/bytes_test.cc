#include "base/bytes.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(ByteReaderTest, ReadsBigEndianNumbersAndStopsForGoodAtTheEnd) {
  const Bytes data = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  ByteReader reader(data);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u24(), 0x040506u);
  EXPECT_EQ(reader.remaining(), 4u);
  EXPECT_EQ(reader.u64(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReaderTest, EveryTruncationFailsAndNoneReadsPast) {
  ByteWriter writer;
  writer.u8(7);
  writer.u16(8);
  writer.u32(9);
  writer.f64(1.5);
  writer.text("ab");
  const Bytes whole = writer.take();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    ByteReader reader(ByteSpan(whole).first(length));
    reader.skip(1 + 2 + 4);
    const double number = reader.f64();
    const std::string_view text = reader.text(2);
    EXPECT_EQ(reader.ok(), length == whole.size());
    EXPECT_EQ(number, length >= 15 ? 1.5 : 0);
    EXPECT_EQ(text, length == whole.size() ? "ab" : "");
  }
}

TEST(ByteWriterTest, PatchesEarlierBytes) {
  ByteWriter writer;
  writer.u32(0);
  writer.u24(0x010203);
  writer.u32_little_endian(0x01020304);
  writer.patch_u32(0, 0xdeadbeef);
  EXPECT_EQ(to_hex(writer.span()), "deadbeef01020304030201");
}

}  // namespace
}  // namespace base
