#include "live/ladder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using Ladder = PublishGrant::Ladder;

// "name widthxheight video/audio"
std::vector<std::string> described(const LadderPlan& plan) {
  std::vector<std::string> lines;
  for (const PlannedRendition& made : plan.renditions) {
    lines.push_back(fmt::format("{} {}x{} {}/{}", made.name, made.width, made.height,
                                made.video_bitrate / 1000, made.audio_bitrate / 1000));
  }
  return lines;
}

LadderPlan plan(Ladder ladder, std::uint32_t width, std::uint32_t height, double rate,
                bool constrained = false, bool sound = true) {
  media::VideoFormat video;
  video.width = width;
  video.height = height;
  video.frame_rate = rate;
  const media::Track audio = testing::audio_track();
  return plan_ladder(ladder, constrained, video, sound ? &audio : nullptr);
}

struct Row {
  const char* what;
  Ladder ladder;
  std::uint32_t width, height;
  double rate;
  bool constrained;
  std::vector<std::string> expected;
};

const Row kRows[] = {
    {"none", Ladder::kNone, 1920, 1080, 30, false, {}},
    {"1080p60",
     Ladder::kStandard,
     1920,
     1080,
     60,
     false,
     {"720p60 1280x720 3400/0", "480p30 854x480 1400/0", "360p30 640x360 630/64",
      "160p30 284x160 230/48"}},
    {"1080p30",
     Ladder::kStandard,
     1920,
     1080,
     30,
     false,
     {"720p30 1280x720 2400/0", "480p30 854x480 1400/0", "360p30 640x360 630/64",
      "160p30 284x160 230/48"}},
    {"the source stands for its own size",
     Ladder::kStandard,
     1280,
     720,
     60,
     false,
     {"480p30 854x480 1400/0", "360p30 640x360 630/64", "160p30 284x160 230/48"}},
    {"between the sizes",
     Ladder::kStandard,
     1024,
     576,
     30,
     false,
     {"480p30 854x480 1400/0", "360p30 640x360 630/64", "160p30 284x160 230/48"}},
    {"480p",
     Ladder::kStandard,
     854,
     480,
     30,
     false,
     {"360p30 640x360 630/64", "160p30 284x160 230/48"}},
    {"240p", Ladder::kStandard, 426, 240, 30, false, {"160p30 284x160 230/48"}},
    {"160p", Ladder::kStandard, 284, 160, 30, false, {}},
    {"50 pictures a second",
     Ladder::kStandard,
     1920,
     1080,
     50,
     false,
     {"720p50 1280x720 3400/0", "480p25 854x480 1400/0", "360p25 640x360 630/64",
      "160p25 284x160 230/48"}},
    {"25 pictures a second",
     Ladder::kStandard,
     854,
     480,
     25,
     false,
     {"360p25 640x360 630/64", "160p25 284x160 230/48"}},
    {"29.97",
     Ladder::kStandard,
     854,
     480,
     30'000 / 1001.0,
     false,
     {"360p30 640x360 630/64", "160p30 284x160 230/48"}},
    {"59.94",
     Ladder::kStandard,
     1920,
     1080,
     60'000 / 1001.0,
     false,
     {"720p60 1280x720 3400/0", "480p30 854x480 1400/0", "360p30 640x360 630/64",
      "160p30 284x160 230/48"}},
    {"48 becomes 24",
     Ladder::kStandard,
     854,
     480,
     48,
     false,
     {"360p24 640x360 630/64", "160p24 284x160 230/48"}},
    {"portrait",
     Ladder::kStandard,
     1080,
     1920,
     30,
     false,
     {"720p30 720x1280 2400/0", "480p30 480x854 1400/0", "360p30 360x640 630/64",
      "160p30 160x284 230/48"}},
    {"square",
     Ladder::kStandard,
     480,
     480,
     30,
     false,
     {"360p30 360x360 630/64", "160p30 160x160 230/48"}},
    {"cinema",
     Ladder::kStandard,
     1920,
     804,
     24,
     false,
     {"720p24 1720x720 2400/0", "480p24 1146x480 1400/0", "360p24 860x360 630/64",
      "160p24 382x160 230/48"}},
    {"4:3",
     Ladder::kStandard,
     640,
     480,
     30,
     false,
     {"360p30 480x360 630/64", "160p30 214x160 230/48"}},
    {"no rate",
     Ladder::kStandard,
     854,
     480,
     0,
     false,
     {"360p 640x360 630/64", "160p 284x160 230/48"}},
    {"advanced 1080p60",
     Ladder::kAdvancedHd,
     1920,
     1080,
     60,
     false,
     {"720p60 1280x720 3000/128", "480p30 854x480 1300/128", "360p30 640x360 700/64",
      "160p30 284x160 270/48", "audio_only 0x0 0/64"}},
    {"advanced 720p30 constrained",
     Ladder::kAdvancedHd,
     1280,
     720,
     30,
     true,
     {"720p30 1280x720 1900/128", "480p30 854x480 800/128", "360p30 640x360 400/64",
      "160p30 284x160 220/48", "audio_only 0x0 0/64"}},
    {"advanced, between the sizes",
     Ladder::kAdvancedHd,
     1024,
     576,
     30,
     false,
     {"576p30 1024x576 2300/128", "480p30 854x480 1300/128", "360p30 640x360 700/64",
      "160p30 284x160 270/48", "audio_only 0x0 0/64"}},
    {"advanced SD",
     Ladder::kAdvancedSd,
     1920,
     1080,
     60,
     true,
     {"480p30 854x480 800/128", "360p30 640x360 400/64", "160p30 284x160 220/48",
      "audio_only 0x0 0/64"}},
    {"advanced of something tiny",
     Ladder::kAdvancedSd,
     128,
     96,
     15,
     false,
     {"96p15 128x96 270/48", "audio_only 0x0 0/64"}},
};

TEST(Ladder, IsWhatTheTypeAsksFor) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.what);
    const LadderPlan made = plan(row.ladder, row.width, row.height, row.rate, row.constrained);
    EXPECT_THAT(described(made), ::testing::ElementsAreArray(row.expected));
    EXPECT_EQ(made.offers_source, row.ladder == Ladder::kNone || row.ladder == Ladder::kStandard);
  }
}

TEST(Ladder, WithoutSoundThereIsNone) {
  const LadderPlan made = plan(Ladder::kAdvancedHd, 1280, 720, 30, false, false);
  EXPECT_EQ(made.renditions.size(), 4u);
  for (const PlannedRendition& rendition : made.renditions) {
    EXPECT_EQ(rendition.audio_bitrate, 0u);
    EXPECT_EQ(rendition.codecs.size(), 1u);
  }
}

TEST(Ladder, CodecsAreExpectedWithTheirLevel) {
  const LadderPlan made = plan(Ladder::kStandard, 1920, 1080, 60);
  EXPECT_THAT(made.renditions[0].codecs, ::testing::ElementsAre("avc1.640020", "mp4a.40.2"));
  EXPECT_THAT(made.renditions[1].codecs, ::testing::ElementsAre("avc1.64001F", "mp4a.40.2"));
  EXPECT_THAT(made.renditions[3].codecs, ::testing::ElementsAre("avc1.640014", "mp4a.40.2"));
}

TEST(Ladder, NothingIsMadeOfNothing) {
  EXPECT_TRUE(plan(Ladder::kStandard, 0, 0, 30).renditions.empty());
  EXPECT_TRUE(plan(Ladder::kAdvancedHd, 2, 2, 30).renditions.empty());
}

}  // namespace
}  // namespace live
