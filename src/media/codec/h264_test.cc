#include "media/codec/h264.h"

#include <gtest/gtest.h>

#include <string>

#include "media/codec/hex_test_support.h"

namespace media::h264 {
namespace {

using namespace media::testing;

struct Row {
  std::string_view avcc;
  std::uint32_t width, height;
  double frame_rate;
  bool reorders;
  std::string profile, level, codec;
};

const Row kRows[] = {
    {kAvccHigh180, 320, 180, 30, true, "High", "1.3", "avc1.64000D"},
    {kAvccMain1080, 1920, 1080, 30, false, "Main", "4.0", "avc1.4D4028"},
    {kAvccBaseline, 320, 180, 25, false, "Baseline", "1.2", "avc1.42C00C"},
    {kAvccHigh10, 320, 180, 25, true, "High 10", "1.2", "avc1.6E000C"},
};

TEST(H264, DescribesConfigurationsOfX264) {
  for (const Row& row : kRows) {
    const auto track = make_track(slice_of(row.avcc));
    ASSERT_TRUE(track) << track.error().message;
    EXPECT_EQ(track->codec, Codec::kH264);
    EXPECT_EQ(track->timescale, 90'000U);
    EXPECT_EQ(track->video.width, row.width);
    EXPECT_EQ(track->video.height, row.height);
    EXPECT_DOUBLE_EQ(track->video.frame_rate, row.frame_rate);
    EXPECT_EQ(track->video.reorders, row.reorders) << row.codec;
    EXPECT_EQ(track->video.profile, row.profile);
    EXPECT_EQ(track->video.level, row.level);
    EXPECT_EQ(track->codec_string, row.codec);
    EXPECT_EQ(base::to_hex(track->config.span()), row.avcc);
  }
}

TEST(H264, BuildsTheRecordItParsed) {
  for (const Row& row : kRows) {
    const base::Bytes avcc = from_hex(row.avcc);
    const auto config = parse_decoder_config(avcc);
    ASSERT_TRUE(config);
    const auto built = build_decoder_config(config->sps, config->pps);
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_EQ(base::to_hex(*built), row.avcc);
  }
}

TEST(H264, RefusesEveryTruncatedRecord) {
  // 4 bytes behind the PPS belong to the High profiles and may be absent.
  const base::Bytes avcc = from_hex(kAvccHigh180);
  for (std::size_t size = 0; size < avcc.size() - 4; ++size) {
    EXPECT_FALSE(parse_decoder_config(base::ByteSpan(avcc).first(size))) << size;
  }
  EXPECT_TRUE(parse_decoder_config(base::ByteSpan(avcc).first(avcc.size() - 4)));
}

TEST(H264, RefusesBrokenRecords) {
  for (const std::string_view hex : {
           "0264000dffe1000167",                // version 2
           "0164000dffe00100 0168",             // no SPS
           "0164000dfee10002 6700 01000168",    // length size 3
           "0164000dffe10002 6700 01000167",    // an SPS where a PPS belongs
           "0164000dffe10000 01000168",         // an empty SPS
           "0164000dffe10003 676400 01000168",  // SPS without content
       }) {
    EXPECT_FALSE(make_track(slice_of(hex))) << hex;
  }
}

TEST(H264, RewritesOtherLengthSizes) {
  std::string hex(kAvccBaseline);
  hex[9] = 'c';  // 0xFF -> 0xFC: 1-byte lengths
  const auto track = make_track(slice_of(hex));
  ASSERT_TRUE(track);
  EXPECT_EQ(base::to_hex(track->config.span()), kAvccBaseline);
}

TEST(H264, SurvivesEveryTruncatedAndFlippedSps) {
  const base::Bytes avcc = from_hex(kAvccHigh180);
  const auto config = parse_decoder_config(avcc);
  const base::ByteSpan sps = config->sps.front();
  for (std::size_t size = 0; size < sps.size(); ++size) {
    const auto parsed = parse_sps(sps.first(size));
    if (size < 9) EXPECT_FALSE(parsed) << size;  // ends before the picture size is known
    if (parsed) EXPECT_EQ(parsed->width, 320U);
  }
  for (std::size_t bit = 0; bit < sps.size() * 8; ++bit) {
    base::Bytes flipped(sps.begin(), sps.end());
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto parsed = parse_sps(flipped);
    if (!parsed) continue;
    EXPECT_GT(parsed->width, 0U);
    EXPECT_LE(parsed->width, 16'384U);
    EXPECT_LE(parsed->height, 32'768U);
  }
}

TEST(H264, TellsHowASampleCanBeEntered) {
  struct Case {
    std::string_view sample;
    RandomAccess access;
  };
  const Case cases[] = {
      {"00000002 65b8", RandomAccess::kIdr},
      {"00000002 09f0 00000003 060102 00000002 65b8", RandomAccess::kIdr},
      // SEI recovery point, then a P slice (1 00110: slice type 5)
      {"00000005 0606 01c4 80 00000002 4198", RandomAccess::kRecoveryPoint},
      {"00000002 41b0", RandomAccess::kIntra},    // 1 011: slice type 2
      {"00000003 418880", RandomAccess::kIntra},  // 1 0001000: slice type 7
      {"00000002 4198", RandomAccess::kNone},     // 1 00110
      {"00000002 41e0", RandomAccess::kNone},     // 1 1: slice type 0
      {"", RandomAccess::kNone},
      {"00000009 65b8", RandomAccess::kNone},  // length does not fit
  };
  for (const Case& row : cases) {
    EXPECT_EQ(random_access(from_hex(row.sample)), row.access) << row.sample;
  }
}

TEST(H264, NamesLevel1b) {
  EXPECT_EQ(level_name({.profile_idc = 66, .constraint_flags = 0x10, .level_idc = 11}), "1b");
  EXPECT_EQ(level_name({.profile_idc = 66, .level_idc = 11}), "1.1");
  EXPECT_EQ(level_name({.profile_idc = 100, .level_idc = 9}), "1b");
  EXPECT_EQ(level_name({.profile_idc = 100, .level_idc = 52}), "5.2");
}

TEST(H264, FindsIdsOfPictureParameterSets) {
  EXPECT_EQ(pps_id(from_hex("68ebc3cb20")).value(), 0);
  EXPECT_EQ(pps_id(from_hex("684b")).value(), 1);
  EXPECT_FALSE(pps_id(from_hex("68")));
  EXPECT_FALSE(pps_id(from_hex("67eb")));
  EXPECT_FALSE(pps_id(from_hex("680000000001")));
}

}  // namespace
}  // namespace media::h264
