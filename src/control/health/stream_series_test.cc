#include "control/health/stream_series.h"

#include <gtest/gtest.h>

namespace control {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kNow = 1'800'000'003;

struct Row {
  std::string_view name;
  SessionTimes session;
  AskedSeries asked;
  MetricRange range;
};

TEST(StreamSeries, Ranges) {
  const Row rows[] = {
      {"live for a minute", {kNow - 62, {}}, {}, {kNow - 63, kNow - 3, 5}},
      {"live for five hours", {kNow - 5 * kHour, {}}, {}, {kNow - 3 * kHour + 57, kNow - 3, 5}},
      {"live, from its beginning",
       {kNow - 5 * kHour, {}},
       {.from = kNow - 9 * kHour, .to = {}, .period = 0},
       {1'799'982'000, 1'800'000'000, 60}},
      {"ended an hour ago",
       {kNow - 2 * kHour, kNow - kHour},
       {},
       {kNow - 2 * kHour - 3, kNow - kHour + 2, 5}},
      {"yesterday", {kNow - kDay, kNow - kDay + 100}, {}, {1'799'913'600, 1'799'913'720, 60}},
      {"a month ago",
       {kNow - 30 * kDay, kNow - 30 * kDay + 100},
       {},
       {1'797'408'000, 1'797'408'300, 300}},
      {"a hundred days ago",
       {kNow - 100 * kDay, kNow - 100 * kDay + 100},
       {},
       {1'791'360'000, 1'791'363'600, 3600}},
      {"a longer period",
       {kNow - 600, {}},
       {.from = {}, .to = {}, .period = 60},
       {1'799'999'400, 1'800'000'000, 60}},
      {"a period that is not kept",
       {kNow - kDay, kNow - kDay + 600},
       {.from = {}, .to = {}, .period = 90},
       {1'799'913'600, 1'799'914'320, 120}},
      {"a part of it",
       {kNow - 600, kNow - 300},
       {.from = kNow - 500, .to = kNow - 400, .period = 5},
       {1'799'999'500, 1'799'999'605, 5}},
      {"before it began",
       {kNow - 600, kNow - 300},
       {.from = {}, .to = kNow - 900, .period = 5},
       {1'799'999'400, 1'799'999'400, 5}},
  };
  for (const Row& row : rows) {
    const MetricRange range = range_for(row.session, row.asked, kNow);
    EXPECT_EQ(range.period, row.range.period) << row.name;
    EXPECT_EQ(range.from, row.range.from) << row.name;
    EXPECT_EQ(range.to, row.range.to) << row.name;
    EXPECT_EQ(range.from % range.period, 0) << row.name;
  }
}

TEST(StreamSeries, GapsAreFilledBetweenPoints) {
  std::vector<Datapoint> points{
      {10, Aggregate::of(1)}, {25, Aggregate::of(7)}, {30, Aggregate::of(8)}};
  fill_gaps(points, 5);
  std::string all;
  for (const Datapoint& point : points) {
    all += std::to_string(point.start) + ":" + std::to_string(int(point.aggregate.sum)) + " ";
  }
  EXPECT_EQ(all, "10:1 15:1 20:1 25:7 30:8 ");
  std::vector<Datapoint> none;
  fill_gaps(none, 5);
  EXPECT_TRUE(none.empty());
}

TEST(StreamSeries, AveragesCountSamples) {
  EXPECT_FALSE(average_of({}));
  Aggregate two = Aggregate::of(4);
  two.merge(Aggregate::of(6));
  EXPECT_EQ(average_of({{0, two}, {5, Aggregate::of(2)}}), 4);
}

}  // namespace
}  // namespace control
