#include "media/codec/hevc.h"

#include <gtest/gtest.h>

#include <string>

#include "media/codec/hex_test_support.h"

namespace media::hevc {
namespace {

using namespace media::testing;

TEST(Hevc, DescribesConfigurationsOfX265) {
  const auto main = make_track(slice_of(kHvccMain1080));
  ASSERT_TRUE(main) << main.error().message;
  EXPECT_EQ(main->video, (VideoFormat{.width = 1920,
                                      .height = 1080,
                                      .frame_rate = 25,
                                      .reorders = true,
                                      .profile = "Main",
                                      .level = "4.0"}));
  EXPECT_EQ(main->codec_string, "hvc1.1.6.L120.90");
  const auto main10 = make_track(slice_of(kHvccMain10));
  ASSERT_TRUE(main10) << main10.error().message;
  EXPECT_EQ(main10->video, (VideoFormat{.width = 640,
                                        .height = 360,
                                        .frame_rate = 30'000.0 / 1'001,
                                        .reorders = false,
                                        .profile = "Main 10",
                                        .level = "2.1"}));
  EXPECT_EQ(main10->codec_string, "hvc1.2.4.L63.90");
}

TEST(Hevc, BuildsARecordThatSaysTheSame) {
  for (const std::string_view hex : {kHvccMain1080, kHvccMain10}) {
    const base::Bytes hvcc = from_hex(hex);
    const auto config = parse_decoder_config(hvcc);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->vps.size(), 1U);
    const auto built = build_decoder_config(config->vps, config->sps, config->pps);
    ASSERT_TRUE(built);
    const auto again = make_track(base::Slice::copy_of(*built));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->video, make_track(slice_of(hex))->video);
    // Everything up to the segmentation field is the same, and so are the sets at the end.
    EXPECT_EQ(base::to_hex(base::ByteSpan(*built).first(22)), std::string(hex).substr(0, 44));
    EXPECT_EQ(built->size(), hvcc.size());
  }
}

TEST(Hevc, WritesCodecStringsAsAnnexESays) {
  struct Row {
    ProfileTierLevel profile;
    std::string text;
  };
  const Row rows[] = {
      {{.profile_idc = 1,
        .compatibility_flags = 0x60000000,
        .constraint_flags = 0xB00000000000,
        .level_idc = 93},
       "hvc1.1.6.L93.B0"},
      {{.profile_space = 1,
        .high_tier = true,
        .profile_idc = 2,
        .compatibility_flags = 0x20000000,
        .constraint_flags = 0xB00000010000,
        .level_idc = 150},
       "hvc1.A2.4.H150.B0.0.0.1"},
      {{.profile_idc = 1, .compatibility_flags = 0x60000000, .level_idc = 93}, "hvc1.1.6.L93"},
  };
  for (const Row& row : rows) EXPECT_EQ(codec_string(row.profile), row.text);
}

TEST(Hevc, RefusesTruncatedRecordsAndSurvivesFlippedOnes) {
  const base::Bytes hvcc = from_hex(kHvccMain1080);
  for (std::size_t size = 0; size < hvcc.size(); ++size) {
    EXPECT_FALSE(make_track(base::Slice::copy_of(base::ByteSpan(hvcc).first(size)))) << size;
  }
  for (std::size_t bit = 0; bit < hvcc.size() * 8; ++bit) {
    base::Bytes flipped = hvcc;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto track = make_track(base::Slice::take(std::move(flipped)));
    if (!track) continue;
    EXPECT_GT(track->video.width, 0U);
    EXPECT_LE(track->video.width, 16'888U);
    EXPECT_LE(track->video.height, 16'888U);
  }
}

TEST(Hevc, RewritesOtherLengthSizesAndVersionZero) {
  std::string hex(kHvccMain1080);
  hex[1] = '0';
  hex[43] = 'd';  // 0x0F -> 0x0D: 2-byte lengths
  const auto track = make_track(slice_of(hex));
  ASSERT_TRUE(track);
  EXPECT_EQ(base::to_hex(track->config.span()), kHvccMain1080);
}

TEST(Hevc, KnowsKeyframes) {
  struct Row {
    std::string_view sample;
    bool key;
  };
  for (const Row& row : {Row{"000000032601af", true},                 // IDR_W_RADL
                         Row{"000000032801af", true},                 // IDR_N_LP
                         Row{"000000032a01af", true},                 // CRA
                         Row{"000000034e0101 000000032601af", true},  // SEI first
                         Row{"000000030201af", false},                // TRAIL_R
                         Row{"000000032c01af", false},                // reserved IRAP 22
                         Row{"", false}}) {
    EXPECT_EQ(is_keyframe(from_hex(row.sample)), row.key) << row.sample;
  }
}

}  // namespace
}  // namespace media::hevc
