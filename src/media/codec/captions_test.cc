#include "media/codec/captions.h"

#include <gtest/gtest.h>

#include "media/codec/nal.h"

namespace media {
namespace {

base::Bytes sample_of(const std::vector<base::Bytes>& units) {
  base::ByteWriter out(64);
  for (const base::Bytes& unit : units) {
    out.u32(static_cast<std::uint32_t>(unit.size()));
    out.bytes(unit);
  }
  return out.take();
}

std::vector<base::Bytes> units_of(const base::Slice& sample) {
  std::vector<base::Bytes> units;
  LengthPrefixedNals nals(sample.span(), 4);
  while (const auto nal = nals.next()) units.emplace_back(nal->begin(), nal->end());
  EXPECT_TRUE(nals.ok());
  return units;
}

const base::Bytes kTriplets = {0xFC, 0x94, 0x20, 0xFC, 0x00, 0x00, 0xFD, 0x00, 0x01};

struct Row {
  Codec codec;
  base::Bytes delimiter;
  base::Bytes slice;
  std::size_t header_size;
  std::uint8_t sei;
};

TEST(Captions, StandBeforeTheFirstSlice) {
  for (const Row& row : {Row{Codec::kH264, {0x09, 0xF0}, {0x65, 0x88}, 1, 0x06},
                         Row{Codec::kHevc, {0x46, 0x01, 0x50}, {0x26, 0x01, 0xAF}, 2, 0x4E}}) {
    const auto sample = base::Slice::take(sample_of({row.delimiter, row.slice, row.slice}));
    const auto units = units_of(insert_captions(row.codec, sample, kTriplets));
    ASSERT_EQ(units.size(), 4U);
    EXPECT_EQ(units[0], row.delimiter);
    EXPECT_EQ(units[1].front(), row.sei);
    EXPECT_EQ(units[2], row.slice);
    EXPECT_EQ(units[3], row.slice);
    SeiMessages messages(units[1], row.header_size);
    const auto message = messages.next();
    ASSERT_TRUE(message);
    const base::ByteSpan found = caption_bytes(*message);
    EXPECT_EQ(base::Bytes(found.begin(), found.end()), kTriplets);
    EXPECT_FALSE(messages.next());
  }
}

TEST(Captions, WholeTripletsAndNoMoreThanFit) {
  const auto sample = base::Slice::take(sample_of({{0x65, 0x88}}));
  for (const auto& [given, kept] : {std::pair{4, 3}, {93, 93}, {200, 93}}) {
    const auto units = units_of(
        insert_captions(Codec::kH264, sample, base::Bytes(static_cast<std::size_t>(given), 0xFC)));
    ASSERT_EQ(units.size(), 2U);
    SeiMessages messages(units[0], 1);
    const auto message = messages.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(caption_bytes(*message).size(), static_cast<std::size_t>(kept));
  }
}

TEST(Captions, LeaveAloneWhatCannotTakeThem) {
  const auto picture = base::Slice::take(sample_of({{0x65, 0x88}}));
  EXPECT_EQ(insert_captions(Codec::kH264, picture, {}).span().data(), picture.span().data());
  EXPECT_EQ(insert_captions(Codec::kAv1, picture, kTriplets).span().data(), picture.span().data());
  const auto no_slice = base::Slice::take(sample_of({{0x09, 0xF0}}));
  EXPECT_EQ(insert_captions(Codec::kH264, no_slice, kTriplets).size(), no_slice.size());
  const auto damaged = base::Slice::take(base::Bytes{0, 0, 0, 9, 0x65});
  EXPECT_EQ(insert_captions(Codec::kH264, damaged, kTriplets).size(), damaged.size());
}

}  // namespace
}  // namespace media
