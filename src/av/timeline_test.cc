#include "av/timeline.h"

#include <gtest/gtest.h>

#include <cmath>

#include "av/encoder.h"
#include "av/tone.h"

namespace av {
namespace {

using namespace std::chrono_literals;

base::WallTime at(std::chrono::microseconds time) {
  return base::WallTime(1'700'000'000s) + time;
}

TEST(Timeline, FollowsTheClockWithoutDrift) {
  for (const int rate : {24, 25, 30, 60}) {
    Timeline timeline(at(10ms), rate, 2);
    const auto start = timeline.due();
    EXPECT_GE(start, at(10ms));
    std::int64_t audio_frames = 0;
    for (int i = 0; i < rate * 3600; ++i) {
      for (; timeline.audio_due(); timeline.take_audio()) ++audio_frames;
      EXPECT_EQ(timeline.advance(timeline.due() + 1ms), 0);
    }
    EXPECT_EQ(timeline.pts(), rate * 3600);
    EXPECT_LE(std::abs((timeline.due() - start - 1h).count()), 1);
    EXPECT_EQ(audio_frames, (3600 * kSampleRate + kAudioFrameSamples - 1) / kAudioFrameSamples);
  }
}

TEST(Timeline, KeyframesAreExactlyAGroupApart) {
  Timeline timeline(at(500ms), 30, 2);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(timeline.is_keyframe(), i % 60 == 0) << i;
    timeline.advance(timeline.due());
  }
}

TEST(Timeline, FlashAndToneStandAtWholeSeconds) {
  Timeline timeline(at(10ms), 30, 2);
  int flashes = 0;
  for (int i = 0; i < 300; ++i) {
    const auto within = timeline.due() - std::chrono::floor<std::chrono::seconds>(timeline.due());
    EXPECT_EQ(timeline.flashes(), within < 80ms);
    flashes += timeline.flashes() ? 1 : 0;
    timeline.advance(timeline.due());
  }
  EXPECT_EQ(flashes, 30);
  // The first audio sample belongs to the time of the first frame.
  Timeline fresh(at(0ms), 30, 2);
  EXPECT_EQ(fresh.audio_sample(), 1'700'000'000LL * kSampleRate);
}

TEST(Timeline, AStallLeavesFramesAndAudioOut) {
  Timeline timeline(at(0ms), 30, 2);
  while (timeline.audio_due()) timeline.take_audio();
  EXPECT_EQ(timeline.advance(at(5s)), 149);
  EXPECT_EQ(timeline.due(), at(5s));
  EXPECT_EQ(timeline.pts(), 150);
  EXPECT_TRUE(timeline.is_keyframe());
  const std::int64_t behind = 150 * kSampleRate / 30 - timeline.audio_pts();
  EXPECT_GE(behind, 0);
  EXPECT_LT(behind, kAudioFrameSamples);
  EXPECT_EQ(timeline.audio_pts() % kAudioFrameSamples, 0);
}

TEST(Timeline, ASmallDelayIsCaughtUp) {
  Timeline timeline(at(0ms), 30, 2);
  EXPECT_EQ(timeline.advance(at(200ms)), 0);
  EXPECT_EQ(timeline.pts(), 1);
}

TEST(Timeline, ASetClockMovesThePictureButNotTheStream) {
  for (const auto jump : {std::chrono::seconds(-3600), std::chrono::seconds(3600)}) {
    Timeline timeline(at(0ms), 30, 2);
    timeline.advance(at(33ms));
    EXPECT_EQ(timeline.advance(at(66ms) + jump), 0);
    EXPECT_EQ(timeline.pts(), 2);
    EXPECT_NEAR(static_cast<double>((timeline.due() - at(66ms) - jump).count()), 0, 34'000);
  }
}

TEST(Tone, IsABurstAtEachSecond) {
  EXPECT_EQ(tone_sample(1'700'000'000LL * kSampleRate), 0);
  double energy = 0;
  for (std::int64_t i = 0; i < kSampleRate; ++i) {
    const float sample = tone_sample(i);
    EXPECT_LE(std::abs(sample), 0.25F);
    if (i >= kSampleRate * 80 / 1000) {
      ASSERT_EQ(sample, 0) << i;
    }
    energy += static_cast<double>(sample) * static_cast<double>(sample);
  }
  EXPECT_NEAR(energy, 0.25 * 0.25 / 2 * 3840, 6);
  // 1 kHz: a quarter of a period after a zero is a peak.
  EXPECT_NEAR(tone_sample(960 + 12), 0.25, 1e-6);
}

}  // namespace
}  // namespace av
