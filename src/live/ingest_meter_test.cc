#include "live/ingest_meter.h"

#include <gtest/gtest.h>

namespace live {
namespace {

base::MonotonicTime at(double seconds) {
  return base::MonotonicTime{} + std::chrono::milliseconds(static_cast<int>(seconds * 1000));
}

TEST(IngestMeter, AveragesWholeSeconds) {
  IngestMeter meter;
  EXPECT_FALSE(meter.rates(at(0)));
  for (int i = 0; i < 300; ++i) meter.add({.video_bytes = 125}, at(5 + i / 10.0));
  EXPECT_EQ(meter.rates(at(35))->total(), 10'000u);
  EXPECT_TRUE(meter.is_full(at(35)));
}

TEST(IngestMeter, SaysNothingBeforeTheFirstSecondIsOver) {
  IngestMeter meter;
  meter.add({.video_bytes = 1000}, at(7.2));
  EXPECT_FALSE(meter.rates(at(7.9)));
  EXPECT_EQ(meter.rates(at(8.0))->total(), 10'000u);  // of 0.8 seconds
  EXPECT_FALSE(meter.is_full(at(17.9)));
  EXPECT_TRUE(meter.is_full(at(18)));
}

TEST(IngestMeter, ALittleSaysNothing) {
  IngestMeter meter;
  for (int i = 0; i < 4; ++i) meter.add({.video_bytes = 125'000}, at(7.6 + i / 10.0));
  EXPECT_FALSE(meter.rates(at(8.9)));
  for (int i = 0; i < 10; ++i) meter.add({.video_bytes = 125'000}, at(8.0 + i / 10.0));
  EXPECT_EQ(meter.rates(at(9))->total(), 10'000'000u);
}

TEST(IngestMeter, ShorterAverages) {
  IngestMeter meter;
  for (int second = 0; second < 10; ++second) {
    meter.add({.video_bytes = second < 5 ? 1000u : 250u, .pictures = 30}, at(second));
  }
  EXPECT_EQ(meter.rates(at(10), 5)->total(), 2000u);
  EXPECT_EQ(meter.rates(at(10))->total(), 5000u);
  EXPECT_EQ(meter.rates(at(13), 5)->total(), 800u);
  EXPECT_DOUBLE_EQ(meter.rates(at(13), 5)->frame_rate, 12);
}

TEST(IngestMeter, SilenceWearsOff) {
  IngestMeter meter;
  meter.add({.video_bytes = 10'000}, at(3));
  EXPECT_EQ(meter.rates(at(8))->total(), 16'000u);
  EXPECT_EQ(meter.rates(at(14))->total(), 0u);
  meter.add({.video_bytes = 500}, at(500));
  EXPECT_EQ(meter.rates(at(501))->total(), 400u);
}

TEST(IngestMeter, OldSecondsDoNotCountTwice) {
  IngestMeter meter;
  for (int second = 0; second < 100; second += 11) {
    meter.add({.video_bytes = 1000}, at(second));
    EXPECT_EQ(meter.rates(at(second + 1))->total(), second == 0 ? 8000u : 800u) << second;
  }
}

TEST(IngestMeter, KindsPicturesAndMediaTime) {
  IngestMeter meter;
  EXPECT_FALSE(meter.media(5, at(100)));
  for (int i = 0; i < 20 * 30; ++i) {
    const bool rolls = meter.add({100, 0, 1, 3000}, at(3.5 + i / 30.0));
    EXPECT_EQ(rolls, i == 0 || (i - 15) % 30 == 0) << i;
    (void)meter.add({.audio_bytes = 10}, at(3.5 + i / 30.0));
  }
  const IngestMeter::Rates rates = *meter.rates(at(23.2));
  EXPECT_EQ(rates.video, 24'000u);
  EXPECT_EQ(rates.audio, 2400u);
  EXPECT_DOUBLE_EQ(rates.frame_rate, 30);
  EXPECT_EQ(meter.media(5, at(23.2)), 5 * 90'000);
  // The last second was half empty, the one after it whole.
  EXPECT_EQ(meter.media(5, at(25.0)), 3 * 90'000 + 45'000);
  EXPECT_EQ(meter.media(5, at(60.0)), 0);
}

TEST(IngestMeter, MediaTimeNeedsWholeSeconds) {
  IngestMeter meter;
  for (int i = 0; i < 10; ++i) (void)meter.add({.media = 1}, at(7.9 + i));
  EXPECT_FALSE(meter.media(5, at(12.9)));
  EXPECT_EQ(meter.media(5, at(13)), 5);
}

}  // namespace
}  // namespace live
