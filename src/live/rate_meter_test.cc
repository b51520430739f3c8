#include "live/rate_meter.h"

#include <gtest/gtest.h>

namespace live {
namespace {

base::MonotonicTime at(double seconds) {
  return base::MonotonicTime{} + std::chrono::milliseconds(static_cast<int>(seconds * 1000));
}

TEST(RateMeter, AveragesWholeSeconds) {
  RateMeter meter;
  EXPECT_EQ(meter.bits_per_second(at(0)), 0u);
  for (int i = 0; i < 300; ++i) meter.add(125, at(5 + i / 10.0));
  EXPECT_EQ(meter.bits_per_second(at(35)), 10'000u);
  EXPECT_TRUE(meter.is_full(at(35)));
}

TEST(RateMeter, SaysNothingBeforeTheFirstSecondIsOver) {
  RateMeter meter;
  meter.add(1000, at(7.2));
  EXPECT_EQ(meter.bits_per_second(at(7.9)), 0u);
  EXPECT_EQ(meter.bits_per_second(at(8.0)), 8000u);
  EXPECT_FALSE(meter.is_full(at(16.9)));
  EXPECT_TRUE(meter.is_full(at(17)));
}

TEST(RateMeter, SilenceWearsOff) {
  RateMeter meter;
  meter.add(10'000, at(3));
  EXPECT_EQ(meter.bits_per_second(at(8)), 16'000u);
  EXPECT_EQ(meter.bits_per_second(at(14)), 0u);
  meter.add(500, at(500));
  EXPECT_EQ(meter.bits_per_second(at(501)), 400u);
}

TEST(RateMeter, OldSecondsDoNotCountTwice) {
  RateMeter meter;
  for (int second = 0; second < 100; second += 11) {
    meter.add(1000, at(second));
    EXPECT_EQ(meter.bits_per_second(at(second + 1)), second == 0 ? 8000u : 800u) << second;
  }
}

}  // namespace
}  // namespace live
