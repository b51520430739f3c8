#include "av/sound_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace av {
namespace {

struct Sound {
  std::vector<std::int64_t> positions;
  std::vector<float> samples;  // of the first channel
  SoundGrid::Sink sink() {
    return [this](const SoundGrid::Planes& frame, std::int64_t position) -> base::Expected<void> {
      EXPECT_EQ(frame[0].size(), SoundGrid::kFrame);
      EXPECT_TRUE(std::ranges::equal(frame[0], frame[1]));
      positions.push_back(position);
      samples.insert(samples.end(), frame[0].begin(), frame[0].end());
      return {};
    };
  }
};

// A sound whose samples say where they belong; numbers up to 2^24 are exact.
void add(SoundGrid& grid, Sound& sound, std::int64_t position, std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<float>(position + static_cast<std::int64_t>(i));
  }
  ASSERT_TRUE(grid.move_to(position, sound.sink()).has_value());
  ASSERT_TRUE(grid.add({samples, samples}, sound.sink()).has_value());
}

TEST(SoundGrid, FramesStandAtMultiplesOfTheirLength) {
  SoundGrid grid(2, 48'000);
  Sound sound;
  for (std::int64_t at = 1500; at < 1500 + 20 * 1000; at += 1000) add(grid, sound, at, 1000);
  ASSERT_TRUE(grid.finish(sound.sink()).has_value());
  ASSERT_EQ(sound.positions.size(), 20U);
  for (std::size_t i = 0; i < sound.positions.size(); ++i) {
    EXPECT_EQ(sound.positions[i], static_cast<std::int64_t>(1024 * (i + 1)));
  }
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    const auto position = static_cast<std::int64_t>(1024 + i);
    const bool silent = position < 1500 || position >= 21'500;
    ASSERT_EQ(sound.samples[i], silent ? 0.F : static_cast<float>(position)) << position;
  }
}

TEST(SoundGrid, AHoleIsSilentAndAnOverlapLeftOut) {
  SoundGrid grid(2, 48'000);
  Sound sound;
  add(grid, sound, 0, 2000);
  add(grid, sound, 5000, 2000);  // after a hole of 3000
  add(grid, sound, 6000, 3000);  // 1000 of these were there
  add(grid, sound, 7000, 1500);  // all of these were there
  add(grid, sound, 9000, 1000);
  ASSERT_TRUE(grid.finish(sound.sink()).has_value());
  for (std::size_t i = 0; i < 10'000; ++i) {
    const bool silent = i >= 2000 && i < 5000;
    ASSERT_EQ(sound.samples[i], silent ? 0.F : static_cast<float>(i)) << i;
  }
  EXPECT_EQ(sound.samples.size(), 10U * 1024);
}

TEST(SoundGrid, ALongHoleIsLeftAndTheGridKept) {
  SoundGrid grid(2, 48'000);
  Sound sound;
  add(grid, sound, 0, 1000);
  add(grid, sound, 100'000, 2000);
  ASSERT_TRUE(grid.finish(sound.sink()).has_value());
  ASSERT_EQ(sound.positions.size(), 4U);
  EXPECT_EQ(sound.positions[0], 0);
  EXPECT_EQ(sound.positions[1], 97 * 1024);
  EXPECT_EQ(sound.samples[1000], 0);
  EXPECT_EQ(sound.samples[1024 + 100'000 - 97 * 1024], 100'000);
}

TEST(SoundGrid, NothingAddsUpInAnHour) {
  // A sound card that runs 100 ppm too fast, timed to the millisecond.
  SoundGrid grid(2, 48'000);
  Sound sound;
  const std::vector<float> samples(1024, 0.5F);
  double worst = 0;
  for (int i = 0; i < 3600 * 48'000 / 1024; ++i) {
    const double seconds = i * 1024 / (48'000 * 1.0001);
    const auto position = static_cast<std::int64_t>(std::floor(seconds * 1000) * 48);
    ASSERT_TRUE(grid.move_to(position, sound.sink()).has_value());
    worst = std::max(worst, std::abs(static_cast<double>(grid.next()) / 48'000 - seconds));
    ASSERT_TRUE(grid.add({samples, samples}, sound.sink()).has_value());
    sound.samples.clear();
  }
  EXPECT_LT(worst, 0.012 + 1024.0 / 48'000);  // next() includes what is to be left out
  for (std::size_t i = 0; i < sound.positions.size(); ++i) {
    ASSERT_EQ(sound.positions[i], static_cast<std::int64_t>(i * 1024));
  }
  EXPECT_NEAR(static_cast<double>(sound.positions.size()), 3600 * 48'000 / 1024 / 1.0001, 2);
}

TEST(SoundGrid, TwoThatBeginAtDifferentTimesAreInStep) {
  Sound first;
  Sound second;
  SoundGrid one(2, 44'100);
  SoundGrid other(2, 44'100);
  for (std::int64_t at = 0; at < 100'000; at += 1000) {
    add(one, first, at, 1000);
    if (at >= 33'000) add(other, second, at, 1000);
  }
  ASSERT_FALSE(second.positions.empty());
  EXPECT_EQ(second.positions[0] % 1024, 0);
  const auto shift = static_cast<std::size_t>(second.positions[0]);
  for (std::size_t i = 1024; i < second.samples.size(); ++i) {
    ASSERT_EQ(second.samples[i], first.samples[i + shift]) << i;
  }
}

}  // namespace
}  // namespace av
