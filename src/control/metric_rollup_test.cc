#include "control/metric_rollup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "control/metric_reader.h"
#include "io/sql_test_support.h"

namespace control {
namespace {

constexpr std::int64_t kDay = 86'400;
// The first second of an hour.
constexpr std::int64_t kStart = 1'800'000'000;
static_assert(kStart % 3600 == 0);

const Slot kViews{Measure::kViews, ""};

class MetricRollupTest : public io::test::SqlTest {
 protected:
  MetricRollupTest() : database_(open()) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    sql_ = std::move(*connection);
    const auto migrated = migrate_metrics(*sql_);
    CHECK(migrated.has_value());
  }

  void put(std::int64_t at, double value, const std::string& subject = "abc") {
    Board board;
    board[subject].add(kViews, Aggregate::of(value));
    ASSERT_TRUE(insert_tick(*sql_, at, encode_board(board)));
  }

  // All steps up to `now`, then the removal of what is old. Returns how many steps there were.
  int roll_up(std::int64_t now, int most = 1'000'000) {
    int steps = 0;
    while (steps < most) {
      EXPECT_TRUE(sql_->begin(false));
      const auto step = next_rollup(*sql_, round_down(now, kMinute));
      sql_->rollback();
      EXPECT_TRUE(step) << step.error().message;
      if (!step || !*step) break;
      EXPECT_TRUE(sql_->begin(true));
      for (std::size_t i = 0; i < rows_of(**step); i += 3) {
        EXPECT_TRUE(write_rollup(*sql_, **step, i, 3));
      }
      EXPECT_TRUE(finish_rollup(*sql_, **step));
      EXPECT_TRUE(sql_->commit());
      ++steps;
    }
    EXPECT_TRUE(prune_metrics(*sql_, now));
    return steps;
  }

  std::vector<Datapoint> read(std::int64_t from, std::int64_t to, std::int64_t period,
                              const std::string& subject = "abc") {
    auto reader = MetricReader::begin(*sql_);
    EXPECT_TRUE(reader);
    auto points = reader->read({subject, kViews, "Count"}, {from, to, period});
    EXPECT_TRUE(points);
    return points ? *points : std::vector<Datapoint>{};
  }
  Aggregate total(std::int64_t from, std::int64_t to, std::int64_t period) {
    Aggregate all;
    for (const Datapoint& point : read(from, to, period)) all.merge(point.aggregate);
    return all;
  }
  std::int64_t rows(std::int64_t resolution) {
    const auto found =
        sql_->run("SELECT count(*) FROM metric_periods WHERE resolution = $1", {resolution});
    EXPECT_TRUE(found);
    return found->integer(0, 0);
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(MetricRollupTest);

TEST_P(MetricRollupTest, EveryStatisticIsExactAtEveryResolution) {
  // Two hours and a bit; the values say when they were taken.
  constexpr std::int64_t kEnd = kStart + 7'200 + 95;
  ASSERT_TRUE(sql_->begin(true));
  for (std::int64_t at = kStart; at < kEnd; at += kTick) {
    put(at, static_cast<double>((at - kStart) / kTick));
  }
  ASSERT_TRUE(sql_->commit());
  const Aggregate all = total(kStart, kEnd, kTick);
  EXPECT_EQ(all.count, 1'459U);
  EXPECT_EQ(all.sum, 1'458.0 * 1'459.0 / 2);
  for (const bool rolled : {false, true}) {
    if (rolled) EXPECT_EQ(roll_up(kEnd), 121 + 24 + 2);
    for (const std::int64_t period : {1, 5, 10, 30, 60, 120, 300, 900, 3'600}) {
      EXPECT_EQ(total(kStart, kEnd, period), all) << period;
      for (const Datapoint& point : read(kStart, kEnd, period)) {
        EXPECT_EQ((point.start - kStart) % period, 0);
        const double first = static_cast<double>((point.start - kStart) / kTick);
        const double samples =
            static_cast<double>(std::min(period, kEnd - point.start) + kTick - 1) / kTick;
        const double count = std::floor(samples);
        EXPECT_EQ(point.aggregate,
                  (Aggregate{(2 * first + count - 1) * count / 2, first, first + count - 1,
                             static_cast<std::uint64_t>(count)}))
            << period;
      }
    }
  }
  EXPECT_EQ(rows(kTick), 121);
  EXPECT_EQ(rows(60), 121);
  EXPECT_EQ(rows(300), 24);
  EXPECT_EQ(rows(3'600), 2);
  EXPECT_EQ(roll_up(kEnd), 0) << "nothing is left to do";
}

TEST_P(MetricRollupTest, RangesMayBeginAndEndAnywhere) {
  for (std::int64_t at = kStart; at < kStart + 600; at += kTick) put(at, 1);
  for (const bool rolled : {false, true}) {
    if (rolled) roll_up(kStart + 600);
    const auto points = read(kStart + 90, kStart + 400, 60);
    ASSERT_EQ(points.size(), 6U);
    EXPECT_EQ(points[0].start, kStart + 90);
    EXPECT_EQ(points[0].aggregate.count, 12U);
    EXPECT_EQ(points[5].start, kStart + 390);
    EXPECT_EQ(points[5].aggregate.count, 2U);
    EXPECT_EQ(total(kStart + 60, kStart + 360, 300).count, 60U);
    EXPECT_TRUE(read(kStart - 600, kStart, 60).empty());
    EXPECT_TRUE(read(kStart, kStart + 600, 60, "other").empty());
  }
}

TEST_P(MetricRollupTest, AnInterruptedStepIsDoneAgain) {
  for (std::int64_t at = kStart; at < kStart + 120; at += kTick) put(at, 2);
  const auto step = next_rollup(*sql_, kStart + 120);
  ASSERT_TRUE(step && *step);
  ASSERT_TRUE(write_rollup(*sql_, **step, 0, 100));
  // The step was not finished: its rows stand there, but the samples still count, once.
  EXPECT_EQ(total(kStart, kStart + 120, 60), (Aggregate{48, 2, 2, 24}));
  EXPECT_EQ(total(kStart, kStart + 120, kTick), (Aggregate{48, 2, 2, 24}));
  EXPECT_EQ(roll_up(kStart + 120), 2);
  EXPECT_EQ(total(kStart, kStart + 120, 60), (Aggregate{48, 2, 2, 24}));
}

TEST_P(MetricRollupTest, WorkThatWaitedForDaysIsCaughtUp) {
  for (std::int64_t at = kStart; at < kStart + 3'600; at += 60) put(at, 3);
  EXPECT_EQ(roll_up(kStart + 20 * kDay), 60 + 12 + 1);
  EXPECT_EQ(rows(3'600), 1);
  EXPECT_EQ(total(kStart, kStart + 3'600, 3'600), (Aggregate{180, 3, 3, 60}));
}

TEST_P(MetricRollupTest, SamplesForAMinuteThatIsOverAreDropped) {
  put(kStart, 1);
  roll_up(kStart + 60);
  put(kStart + 30, 100);  // the clock went back
  EXPECT_EQ(roll_up(kStart + 120), 1);
  EXPECT_EQ(total(kStart, kStart + 120, 60), Aggregate::of(1));
  EXPECT_TRUE(load_ticks(*sql_, 0, std::numeric_limits<std::int64_t>::max())->empty());
}

TEST_P(MetricRollupTest, EachResolutionIsKeptAsLongAsItSays) {
  put(kStart, 1);
  roll_up(kStart + 3'600);
  const auto kept = [&](std::int64_t age) {
    roll_up(kStart + age);
    return std::vector<std::int64_t>{rows(5), rows(60), rows(300), rows(3'600)};
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(kept(3 * 3'600), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(kept(3 * 3'600 + 60), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(kept(15 * kDay), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(kept(15 * kDay + 60), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(kept(63 * kDay), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(kept(63 * kDay + 60), ElementsAre(0, 0, 0, 1));
  EXPECT_EQ(total(kStart, kStart + 3'600, 3'600), Aggregate::of(1));
  EXPECT_THAT(kept(455 * kDay), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(kept(455 * kDay + 60), ElementsAre(0, 0, 0, 0));
}

TEST_P(MetricRollupTest, OldRowsGoInSmallPieces) {
  for (std::int64_t at = kStart; at < kStart + 3'600; at += 60) put(at, 3);
  roll_up(kStart + 3'600);
  EXPECT_EQ(rows(60), 60);
  roll_up(kStart + 20 * kDay);
  EXPECT_EQ(rows(60), 50);
  for (int i = 0; i < 5; ++i) roll_up(kStart + 20 * kDay);
  EXPECT_EQ(rows(60), 0);
}

TEST_P(MetricRollupTest, SubjectsAreKnownWhileTheyAreThere) {
  const auto known = [&] {
    std::vector<std::string> names;
    for (const SubjectRow& row : *load_subjects(*sql_, "", 0, 10)) {
      names.push_back(row.subject + "@" + std::to_string(row.last_at - kStart));
    }
    return names;
  };
  using ::testing::ElementsAre;
  put(kStart, 1, "abc");
  put(kStart + kTick, 1, "ABC");
  roll_up(kStart + 60);
  EXPECT_THAT(known(), ElementsAre("ABC@60", "abc@60"));
  put(kStart + 60, 1, "abc");
  roll_up(kStart + 120);
  EXPECT_THAT(known(), ElementsAre("ABC@60", "abc@60")) << "not written every minute";
  put(kStart + 3'600, 1, "abc");
  roll_up(kStart + 3'660);
  EXPECT_THAT(known(), ElementsAre("ABC@60", "abc@3660"));
  Board board;
  board["abc"].add({Measure::kDeliveredByCountry, "DE"}, Aggregate::of(1));
  ASSERT_TRUE(insert_tick(*sql_, kStart + 3'660, encode_board(board)));
  roll_up(kStart + 3'720);
  const auto row = load_subject(*sql_, "abc");
  ASSERT_TRUE(row && *row);
  EXPECT_THAT(*decode_slots((*row)->slots),
              ElementsAre(kViews, Slot{Measure::kDeliveredByCountry, "DE"}));
  roll_up(kStart + 61 + 14 * kDay);
  EXPECT_THAT(known(), ElementsAre("abc@3720"));
}

TEST_P(MetricRollupTest, DamagedRowsStopNothing) {
  const base::Bytes damaged = {9, 1, 2};
  ASSERT_TRUE(insert_tick(*sql_, kStart, damaged));
  put(kStart + kTick, 4);
  EXPECT_EQ(roll_up(kStart + 60), 1);
  EXPECT_EQ(total(kStart, kStart + 60, 60), Aggregate::of(4));
}

TEST(MetricRange, IsAnsweredFromTheCoarsestExactResolution) {
  struct Row {
    MetricRange range;
    std::int64_t resolution;
  };
  for (const Row& row : {
           Row{{kStart, kStart + 1, 1}, 5},
           Row{{kStart, kStart + 1, 30}, 5},
           Row{{kStart, kStart + 1, 60}, 60},
           Row{{kStart + 30, kStart + 1, 60}, 5},
           Row{{kStart, kStart + 1, 240}, 60},
           Row{{kStart, kStart + 1, 900}, 300},
           Row{{kStart + 60, kStart + 1, 900}, 60},
           Row{{kStart, kStart + 1, kDay}, 3'600},
           Row{{kStart + 300, kStart + 1, kDay}, 300},
       }) {
    EXPECT_EQ(resolution_for(row.range), row.resolution);
  }
  EXPECT_EQ(cost_of({kStart, kStart + kDay, 60}, kStart + kDay), 1'441);
  EXPECT_EQ(cost_of({0, kStart, 60}, kStart), 15 * 1'440 + 1);
  EXPECT_EQ(cost_of({0, 60, 60}, kStart), 1);
}

}  // namespace
}  // namespace control
