#include <gtest/gtest.h>

#include <string>

#include "media/codec/av1.h"
#include "media/codec/hex_test_support.h"
#include "media/codec/vp9.h"

namespace media {
namespace {

using namespace media::testing;

constexpr std::string_view kAv1cHigh =  // libaom: 320x180, 4:4:4
    "812000000a0d200000043cfeccdaf92021a004";

TEST(Av1, DescribesConfigurationsOfLibaom) {
  const auto main = av1::make_track(slice_of(kAv1cMain));
  ASSERT_TRUE(main) << main.error().message;
  EXPECT_EQ(main->codec_string, "av01.0.01M.08");
  EXPECT_EQ(main->video, (VideoFormat{.width = 640,
                                      .height = 360,
                                      .frame_rate = 0,
                                      .reorders = false,
                                      .profile = "Main",
                                      .level = "2.1"}));
  const auto high = av1::make_track(slice_of(kAv1cHigh));
  ASSERT_TRUE(high) << high.error().message;
  EXPECT_EQ(high->codec_string, "av01.1.00M.08");
  EXPECT_EQ(high->video.width, 320U);
  EXPECT_EQ(high->video.height, 180U);
  EXPECT_EQ(high->video.profile, "High");
}

TEST(Av1, BuildsTheRecordFromATemporalUnit) {
  for (const std::string_view hex : {kAv1cMain, kAv1cHigh}) {
    const std::string unit = "1200" + std::string(hex).substr(8) + "3201aa";
    const auto built = av1::build_config(from_hex(unit));
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_EQ(base::to_hex(*built), hex);
  }
  EXPECT_EQ(av1::build_config(from_hex("12003201aa")).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(av1::build_config(from_hex("1200320aaa")).error().code, base::ErrorCode::kMalformed);
}

TEST(Av1, RefusesEveryTruncationAndSurvivesFlippedBits) {
  const base::Bytes record = from_hex(kAv1cHigh);
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(av1::make_track(base::Slice::copy_of(base::ByteSpan(record).first(size)))) << size;
  }
  EXPECT_EQ(av1::make_track(slice_of("81010c00")).error().code, base::ErrorCode::kNotFound);
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    base::Bytes flipped = record;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto track = av1::make_track(base::Slice::take(std::move(flipped)));
    if (track) EXPECT_LE(track->video.width, 65'536U);
  }
}

TEST(Av1, ReadsTimingOfASequenceHeader) {
  // 30,000 ticks of 1,001 units a second, a picture a tick; level index 8 in the high tier.
  const auto header =
      av1::parse_sequence_header(from_hex("0400000fa40001d4c3000008cc4ff6700000000000"));
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_DOUBLE_EQ(header->frame_rate, 30'000.0 / 1'001);
  EXPECT_EQ(header->width, 640U);
  EXPECT_EQ(header->height, 360U);
  EXPECT_EQ(av1::codec_string(*header), "av01.0.08H.08");
}

TEST(Av1, LeavesTemporalDelimitersOut) {
  struct Row {
    std::string_view unit, expected;
  };
  for (const Row& row : {Row{"1200 3201aa", "3201aa"}, Row{"3201aa", "3201aa"},
                         Row{"1200 3201aa 1200 3201bb", "3201aa3201bb"}, Row{"1200", ""},
                         Row{"1200 30aabb", "30aabb"}, Row{"1600 00 3201aa", "3201aa"}}) {
    const base::Slice unit = slice_of(row.unit);
    const auto without = av1::without_temporal_delimiters(unit);
    ASSERT_TRUE(without) << row.unit;
    EXPECT_EQ(base::to_hex(without->span()), row.expected);
  }
  for (const std::string_view bad : {"3205aa", "b200", "32", "32ffffffffffffffffff"}) {
    EXPECT_FALSE(av1::without_temporal_delimiters(slice_of(bad))) << bad;
  }
}

TEST(Vp9, DescribesRecordsWithAndWithoutBoxHeader) {
  for (const std::string_view hex : {"010000000015820202020000", "0015820202020000"}) {
    const auto track = vp9::make_track(slice_of(hex));
    ASSERT_TRUE(track) << hex;
    EXPECT_EQ(track->codec_string, "vp09.00.21.08");
    EXPECT_EQ(track->video.level, "2.1");
    EXPECT_EQ(base::to_hex(track->config.span()), "0015820202020000");
  }
  for (const std::string_view bad :
       {"", "00158202020200", "0415820202020000", "0015720202020000", "0015820202020005"}) {
    EXPECT_FALSE(vp9::make_track(slice_of(bad))) << bad;
  }
}

TEST(Vp9, ReadsFrameHeaders) {
  const auto key = vp9::parse_frame_header(from_hex("824983420027f016760a38241c184a10"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->keyframe);
  EXPECT_EQ(key->width, 640U);
  EXPECT_EQ(key->height, 360U);
  const auto inter = vp9::parse_frame_header(from_hex("8600"));
  ASSERT_TRUE(inter);
  EXPECT_FALSE(inter->keyframe);
  for (const std::string_view bad : {"", "42", "82498342", "8249834300270000000000"}) {
    EXPECT_FALSE(vp9::parse_frame_header(from_hex(bad))) << bad;
  }
}

}  // namespace
}  // namespace media
