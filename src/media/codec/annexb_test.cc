#include "media/codec/annexb.h"

#include <gtest/gtest.h>

#include <string>

#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/hex_test_support.h"

namespace media {
namespace {

using namespace media::testing;

std::string annexb(std::initializer_list<base::ByteSpan> units) {
  std::string hex;
  for (const base::ByteSpan unit : units) hex += "00000001" + base::to_hex(unit);
  return hex;
}

TEST(AnnexBReader, ConvertsH264) {
  const base::Bytes avcc = from_hex(kAvccHigh180);
  const auto config = h264::parse_decoder_config(avcc);
  const std::string sets = annexb({config->sps.front(), config->pps.front()});
  AnnexBReader reader(Codec::kH264);

  const auto early = reader.read(from_hex("00000001 09f0 000001 4198"));
  ASSERT_TRUE(early);
  EXPECT_EQ(base::to_hex(early->data.span()), "000000024198");
  EXPECT_FALSE(early->keyframe || early->track_changed || reader.track());

  const auto first = reader.read(from_hex("00000001 09f0" + sets + "00000001 65b8 000001 6521"));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->keyframe && first->track_changed);
  EXPECT_EQ(base::to_hex(first->data.span()), "0000000265b8000000026521");
  ASSERT_TRUE(reader.track());
  EXPECT_EQ(base::to_hex(reader.track()->config.span()), kAvccHigh180);

  const auto again = reader.read(from_hex(sets + "000001 65b8"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->keyframe && !again->track_changed);

  const auto recovery = reader.read(from_hex("000001 060601c480 000001 4198"));
  ASSERT_TRUE(recovery);
  EXPECT_TRUE(recovery->keyframe);
  EXPECT_FALSE(reader.read(from_hex("000001 41b0"))->keyframe);

  const base::Bytes other = from_hex(kAvccMain1080);
  const auto other_config = h264::parse_decoder_config(other);
  const auto changed =
      reader.read(from_hex(annexb({other_config->sps.front(), other_config->pps.front()})));
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->track_changed && changed->data.empty());
  EXPECT_EQ(base::to_hex(reader.track()->config.span()), kAvccMain1080);
}

TEST(AnnexBReader, ConvertsHevc) {
  const base::Bytes hvcc = from_hex(kHvccMain1080);
  const auto config = hevc::parse_decoder_config(hvcc);
  AnnexBReader reader(Codec::kHevc);
  const auto without_vps =
      reader.read(from_hex(annexb({config->sps.front(), config->pps.front()}) + "00000126 01af"));
  ASSERT_TRUE(without_vps);
  EXPECT_TRUE(without_vps->keyframe && !reader.track());
  const auto unit = reader.read(
      from_hex("000001 460150" + annexb({config->vps.front()}) + "000001 2601af 000001 7601 01"));
  ASSERT_TRUE(unit);
  EXPECT_TRUE(unit->keyframe && unit->track_changed);
  EXPECT_EQ(reader.track()->video.width, 1920U);
  EXPECT_EQ(base::to_hex(unit->data.span()), "000000032601af00000003760101");
}

TEST(AnnexBReader, RefusesSetsThatCannotBeAndGoesOn) {
  AnnexBReader reader(Codec::kH264);
  EXPECT_FALSE(reader.read(from_hex("000001 6764")));
  EXPECT_FALSE(reader.read(from_hex("000001 68")));
  std::string long_set = "000001 68eb";
  for (int i = 0; i < 5000; ++i) long_set += "11";
  EXPECT_FALSE(reader.read(from_hex(long_set)));
  EXPECT_TRUE(reader.read(from_hex("000001 65b8"))->keyframe);
  EXPECT_TRUE(reader.read({})->data.empty());
}

}  // namespace
}  // namespace media
