#include "av/frame_thinner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

namespace av {
namespace {

using media::Ticks;

struct Kept {
  std::vector<Ticks> times;
  std::vector<int> numbers;
};

// `pictures` at `rate` a second, a keyframe every `group`.
Kept thin(
    FrameThinner& thinner, double rate, int pictures, int group,
    const std::function<Ticks(int)>& jitter = [](int) { return Ticks{0}; }) {
  Kept out;
  for (int i = 0; i < pictures; ++i) {
    const Ticks pts = std::llround(i * 90'000.0 / rate) + jitter(i);
    if (!thinner.keeps({.pts = pts, .duration = 0, .keyframe = i % group == 0})) continue;
    out.times.push_back(pts);
    out.numbers.push_back(i);
  }
  return out;
}

TEST(FrameThinner, KeepsEverySecondPictureForAnHour) {
  for (const double rate : {60.0, 60'000 / 1001.0, 50.0}) {
    FrameThinner thinner(30);
    thinner.set_source_rate(rate);
    const int pictures = static_cast<int>(rate * 3600);
    const Kept kept = thin(thinner, rate, pictures, 120);
    ASSERT_EQ(kept.numbers.size(), static_cast<std::size_t>((pictures + 1) / 2)) << rate;
    for (std::size_t i = 0; i < kept.numbers.size(); ++i) {
      ASSERT_EQ(kept.numbers[i], static_cast<int>(2 * i)) << rate;
    }
    EXPECT_NEAR(thinner.frame_rate(), rate / 2, 0.01);
  }
}

TEST(FrameThinner, KeepsEveryFourthOf120) {
  FrameThinner thinner(30);
  const Kept kept = thin(thinner, 120, 480, 240);
  ASSERT_EQ(kept.numbers.size(), 120U);
  EXPECT_EQ(kept.numbers[1], 4);
  EXPECT_EQ(thinner.duration(), 3000);
}

TEST(FrameThinner, LeavesSlowerSourcesAsTheyAre) {
  for (const double rate : {15.0, 24.0, 25.0, 30.0, 31.0}) {
    FrameThinner thinner(30);
    thinner.set_source_rate(rate);
    EXPECT_EQ(thin(thinner, rate, 300, 60).numbers.size(), 300U) << rate;
    EXPECT_NEAR(static_cast<double>(thinner.duration()), 90'000 / rate, 1) << rate;
  }
  FrameThinner all(0);
  EXPECT_EQ(thin(all, 120, 300, 60).numbers.size(), 300U);
}

TEST(FrameThinner, SmallJitterChangesNothing) {
  FrameThinner thinner(30);
  thinner.set_source_rate(60);
  const auto jitter = [](int i) { return Ticks{(i * 7919) % 601 - 300}; };
  const Kept kept = thin(thinner, 60, 6000, 120, jitter);
  ASSERT_EQ(kept.numbers.size(), 3000U);
  for (std::size_t i = 0; i < 3000; ++i) ASSERT_EQ(kept.numbers[i], static_cast<int>(2 * i));
  // Thirty pictures a second of a telephone, 25 and 42 ms apart: all are wanted.
  FrameThinner telephone(30);
  telephone.set_source_rate(30);
  const auto uneven = [](int i) { return Ticks{i % 2 == 0 ? 0 : 750}; };
  EXPECT_EQ(thin(telephone, 30, 600, 60, uneven).numbers.size(), 600U);
}

TEST(FrameThinner, BelievesWhatItMeasures) {
  FrameThinner silent(30);  // the source says nothing: what is too close is left out
  EXPECT_EQ(thin(silent, 60, 240, 60).numbers.size(), 120U);
  EXPECT_NEAR(silent.frame_rate(), 30, 0.01);
  FrameThinner misled(30);
  misled.set_source_rate(30);
  EXPECT_EQ(thin(misled, 60, 240, 60).numbers.size(), 60U + 90U);
  FrameThinner absurd(30);
  absurd.set_source_rate(90'000);
  EXPECT_EQ(absurd.frame_rate(), 0);
}

TEST(FrameThinner, AMissingPictureMovesNothingForLong) {
  FrameThinner thinner(30);
  thinner.set_source_rate(60);
  std::vector<Ticks> kept;
  for (int i = 0; i < 60; ++i) {
    if (i == 21) continue;
    const PictureInfo picture{.pts = i * 1500, .duration = 1500, .keyframe = i % 30 == 0};
    if (thinner.keeps(picture)) kept.push_back(i);
  }
  ASSERT_EQ(kept.size(), 30U);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(kept[static_cast<std::size_t>(i)], 2 * i);
}

}  // namespace
}  // namespace av
