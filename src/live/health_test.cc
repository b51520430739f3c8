#include "live/health.h"

#include <gtest/gtest.h>

namespace live {
namespace {

using std::chrono::milliseconds;

TEST(HealthWatch, KnowsNothingBeforeSomethingCanBePlayed) {
  HealthWatch watch;
  EXPECT_FALSE(watch.look({0.0, std::chrono::seconds(9)}));
  EXPECT_FALSE(watch.lose());
  EXPECT_EQ(watch.health(), Health::kUnknown);
  watch.start();
  EXPECT_EQ(watch.health(), Health::kHealthy);
  watch.stop();
  EXPECT_EQ(watch.health(), Health::kUnknown);
}

TEST(HealthWatch, StarvesAndRecovers) {
  struct Row {
    const char* name;
    std::optional<double> pace;
    milliseconds silence;
    Health after;
  };
  // One after the other.
  const Row rows[] = {
      {"not measured yet", std::nullopt, milliseconds(100), Health::kHealthy},
      {"on time", 1.0, milliseconds(100), Health::kHealthy},
      {"a little late", 0.81, milliseconds(1900), Health::kHealthy},
      {"too slow", 0.79, milliseconds(30), Health::kStarving},
      {"nearly on time", 0.91, milliseconds(30), Health::kStarving},
      {"on time again", 0.93, milliseconds(30), Health::kHealthy},
      {"nearly on time is enough now", 0.85, milliseconds(30), Health::kHealthy},
      {"silent", 0.85, milliseconds(2001), Health::kStarving},
      {"came at once, and is silent", 1.5, milliseconds(2500), Health::kStarving},
      {"another publisher, not measured", std::nullopt, milliseconds(10), Health::kStarving},
      {"caught up", 1.4, milliseconds(10), Health::kHealthy},
  };
  HealthWatch watch;
  watch.start();
  for (const Row& row : rows) {
    const Health before = watch.health();
    EXPECT_EQ(watch.look({row.pace, row.silence}), row.after != before) << row.name;
    EXPECT_EQ(watch.health(), row.after) << row.name;
  }
}

TEST(HealthWatch, ALostPublisherStarvesItsStreamOnce) {
  HealthWatch watch;
  watch.start();
  EXPECT_TRUE(watch.lose());
  EXPECT_FALSE(watch.lose());
  EXPECT_EQ(watch.health(), Health::kStarving);
}

}  // namespace
}  // namespace live
