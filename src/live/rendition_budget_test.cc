#include "live/rendition_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/rendition_measurement.h"

namespace live {
namespace {

media::VideoFormat hd(double rate) {
  media::VideoFormat video;
  video.width = 1280;
  video.height = 720;
  video.frame_rate = rate;
  return video;
}

TEST(RenditionBudget, MachinesAreUsedUpToACore) {
  EXPECT_EQ(default_rendition_cores(0), 0.6);
  EXPECT_EQ(default_rendition_cores(1), 0.6);
  EXPECT_EQ(default_rendition_cores(2), 1);
  EXPECT_EQ(default_rendition_cores(16), 15);
}

TEST(RenditionBudget, CostsFollowThePixels) {
  RenditionSettings settings;
  RenditionBudget budget(settings, 4);
  EXPECT_FALSE(budget.is_measured());
  budget.set_cost({0.004, 0.01});
  EXPECT_TRUE(budget.is_measured());
  const auto plan = plan_ladder(PublishGrant::Ladder::kStandard, false, hd(30), nullptr);
  // 27.6 megapixels a second in, 20.6 out.
  EXPECT_NEAR(static_cast<double>(budget.cost_of(hd(30), plan.renditions)), 110.6 + 206, 3);
  EXPECT_EQ(budget.cost_of(hd(30), {}), 0);
}

TEST(RenditionBudget, IsNeverExceeded) {
  RenditionSettings settings;
  settings.cores = 1;
  settings.helper = "helper";
  settings.mode = RenditionSettings::Mode::kAlways;
  RenditionBudget budget(settings, 64);
  RenditionBudget::Share first(budget);
  {
    RenditionBudget::Share second(budget);
    EXPECT_TRUE(first.change(600, 3, 0));
    EXPECT_FALSE(second.change(500, 3, 0));
    EXPECT_TRUE(second.change(400, 2, 1));
    EXPECT_FALSE(first.change(601, 3, 0));
    const RenditionLoad load = budget.load();
    EXPECT_TRUE(load.enabled);
    EXPECT_EQ(load.cores, 1);
    EXPECT_EQ(load.used, 1);
    EXPECT_EQ(load.channels, 2u);
    EXPECT_EQ(load.running, 5u);
    EXPECT_EQ(load.shed, 1u);
  }
  EXPECT_TRUE(first.change(1000, 4, 0));
  first.give_back();
  EXPECT_EQ(budget.load().used, 0);
  EXPECT_EQ(budget.load().channels, 0u);
}

TEST(RenditionMeasurement, ReadsWhatTheHelperPrints) {
  const auto cost = RenditionMeasurement::parse(
      "{\"encoder\":\"libx264\",\"decode\":0.0031,\"encode\":0.0105,\"cores\":2}\n");
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->decode, 0.0031);
  EXPECT_EQ(cost->encode, 0.0105);
  for (const char* broken :
       {"", "{", "[]", "{}", "{\"decode\":1}", "{\"decode\":\"1\",\"encode\":1}",
        "{\"decode\":0,\"encode\":1}", "{\"decode\":1,\"encode\":-1}",
        "{\"decode\":1,\"encode\":1e300}", "{\"error\":\"no such encoder\"}", "{\"error\":7}"}) {
    EXPECT_FALSE(RenditionMeasurement::parse(broken)) << broken;
  }
  EXPECT_EQ(RenditionMeasurement::parse("{\"error\":\"no such encoder\"}").error().message,
            "no such encoder");
}

}  // namespace
}  // namespace live
