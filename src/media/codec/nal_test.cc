#include "media/codec/nal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/codec/hex_test_support.h"

namespace media {
namespace {

using testing::from_hex;
using testing::slice_of;

std::vector<std::string> all(auto&& walk) {
  std::vector<std::string> units;
  while (const auto unit = walk.next()) units.push_back(base::to_hex(*unit));
  return units;
}

using Units = std::vector<std::string>;

TEST(LengthPrefixedNals, WalksEveryLengthSize) {
  struct Row {
    unsigned size;
    std::string_view hex;
  };
  for (const Row& row : {Row{1, "02 6501 00 01 41"}, Row{2, "0002 6501 0000 0001 41"},
                         Row{4, "00000002 6501 00000000 00000001 41"}}) {
    const base::Bytes data = from_hex(row.hex);
    LengthPrefixedNals walk(data, row.size);
    EXPECT_EQ(all(walk), (Units{"6501", "41"})) << row.size;
    EXPECT_TRUE(walk.ok());
  }
}

TEST(LengthPrefixedNals, FailsWhereverASampleIsCut) {
  const base::Bytes data = from_hex("00000002 6501 00000003 410203");
  for (std::size_t cut = 1; cut < data.size(); ++cut) {
    LengthPrefixedNals walk(base::ByteSpan(data).first(cut), 4);
    (void)all(walk);
    EXPECT_EQ(walk.ok(), cut == 6) << cut;
  }
}

TEST(AnnexBNals, FindsUnitsBetweenStartCodes) {
  struct Row {
    std::string_view hex;
    Units units;
  };
  const Row rows[] = {
      {"", {}},
      {"000001", {}},
      {"0000", {}},
      {"650102", {}},
      {"0000016501", {"6501"}},
      {"00000001 6501 000001 4102", {"6501", "4102"}},
      {"00000001 6501 00000001 4102 000000", {"6501", "4102"}},
      {"ff00 000001 65 000001 000001 41", {"65", "41"}},
      {"000001 650000030001 000001 41", {"650000030001", "41"}},
      {"000001 6501 0000", {"6501"}},
  };
  for (const Row& row : rows) {
    const base::Bytes data = from_hex(row.hex);
    EXPECT_EQ(all(AnnexBNals(data)), row.units) << row.hex;
  }
}

TEST(EmulationPrevention, GoesBothWays) {
  struct Row {
    std::string_view raw, escaped;
  };
  for (const Row& row :
       {Row{"000000", "00000300"}, Row{"00000001", "0000030001"}, Row{"000003", "00000303"},
        Row{"000004", "000004"}, Row{"0000000000", "00000300000300"}, Row{"010203", "010203"}}) {
    EXPECT_EQ(base::to_hex(add_emulation_prevention(from_hex(row.raw))), row.escaped);
    EXPECT_EQ(base::to_hex(remove_emulation_prevention(from_hex(row.escaped))), row.raw);
  }
}

TEST(WithFourByteLengths, KeepsOrRewrites) {
  const base::Slice four = slice_of("00000002 6501");
  const auto same = with_four_byte_lengths(four, 4);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->data(), four.data());
  const auto rewritten = with_four_byte_lengths(slice_of("02 6501 01 41"), 1);
  ASSERT_TRUE(rewritten);
  EXPECT_EQ(base::to_hex(rewritten->span()),
            "000000026501"
            "0000000141");
  EXPECT_FALSE(with_four_byte_lengths(slice_of("00000003 6501"), 4));
  EXPECT_FALSE(with_four_byte_lengths(slice_of("00000000"), 4));
  EXPECT_FALSE(with_four_byte_lengths(base::Slice(), 2));
}

TEST(SeiMessages, ReadsTypesSizesAndEscapedPayloads) {
  // Type 5 of 3 bytes 00 00 01 (escaped), type 255 + 1 of 1 byte, trailing bits.
  const base::Bytes nal = from_hex("06 05 03 00000301 ff01 01 aa 80");
  SeiMessages messages(nal, 1);
  const auto first = messages.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, kSeiUserDataUnregistered);
  EXPECT_EQ(base::to_hex(first->payload), "000001");
  const auto second = messages.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, 256U);
  EXPECT_EQ(base::to_hex(second->payload), "aa");
  EXPECT_FALSE(messages.next());
}

TEST(SeiMessages, EndAtASizeThatDoesNotFit) {
  const base::Bytes nal = from_hex("06 04 ff ff 01 02 80");
  SeiMessages messages(nal, 1);
  EXPECT_FALSE(messages.next());
  EXPECT_FALSE(messages.next());
  const base::Bytes header_only = from_hex("06");
  SeiMessages none(header_only, 2);
  EXPECT_FALSE(none.next());
}

TEST(CaptionBytes, KnowsOnlyA53Captions) {
  const base::Bytes good = from_hex("b5 0031 47413934 03 c2 ff fc9420 fd8080 ff");
  EXPECT_EQ(base::to_hex(caption_bytes({.type = 4, .payload = good})), "fc9420fd8080");
  EXPECT_TRUE(caption_bytes({.type = 5, .payload = good}).empty());
  for (std::size_t cut = 0; cut + 1 < good.size(); ++cut) {
    EXPECT_TRUE(caption_bytes({.type = 4, .payload = base::ByteSpan(good).first(cut)}).empty());
  }
  const base::Bytes other = from_hex("b5 0031 44544731 03 c2 ff fc9420 fd8080 ff");
  EXPECT_TRUE(caption_bytes({.type = 4, .payload = other}).empty());
}

}  // namespace
}  // namespace media
