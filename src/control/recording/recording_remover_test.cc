#include "control/recording/recording_remover.h"

#include <gmock/gmock.h>

#include "control/recording/recording_rig_test_support.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RecordingRemoverTest : public test::RecordingRig {
 protected:
  static base::WallTime after(base::Duration time) {
    return test::kRecordStart + std::chrono::duration_cast<std::chrono::microseconds>(time);
  }
  void sweep(base::Duration time) { sweep_at(after(time)); }
  void sweep_at(base::WallTime time) {
    desk_->remover().sweep(recorder_, settings_.recording, time);
    for (int i = 0; i < 3; ++i) settle();
  }
  std::vector<std::string> removed() const {
    std::vector<std::string> list;
    for (const record::Facts& facts : recorder_.removed) list.push_back(facts.recording);
    return list;
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(RecordingRemoverTest);

TEST_P(RecordingRemoverTest, EverythingIsKeptUnlessTheOperatorSaysOtherwise) {
  add_recording("recordingAAA", 0s);
  sweep(24h * 1000);
  EXPECT_THAT(ids(), ElementsAre("recordingAAA"));
}

TEST_P(RecordingRemoverTest, TheOldGo) {
  settings_.recording.keep = 24h;
  add_recording("recordingAAA", 0s);
  add_recording("recordingBBB", 1h);
  RecordingRow running;
  running.facts = facts("recordingRUN");
  put(running);
  sweep(24h);
  EXPECT_THAT(removed(), IsEmpty());
  sweep(24h + 11s);
  EXPECT_THAT(removed(), ElementsAre("recordingAAA"));
  EXPECT_THAT(ids(), ElementsAre("recordingBBB", "recordingRUN"));
  sweep(48h);
  EXPECT_THAT(ids(), ElementsAre("recordingRUN"));
}

TEST_P(RecordingRemoverTest, TheOldestGoWhenThereIsTooMuch) {
  settings_.recording.keep_bytes = 2500;
  for (int i = 0; i < 4; ++i) {
    add_recording("recording00" + std::to_string(i), std::chrono::minutes(i));
  }
  sweep(1h);
  EXPECT_THAT(removed(), UnorderedElementsAre("recording000", "recording001"));
  EXPECT_THAT(ids(), ElementsAre("recording002", "recording003"));
  sweep(2h);
  EXPECT_EQ(removed().size(), 2U);
}

TEST_P(RecordingRemoverTest, ManyGoAFewAtATime) {
  settings_.recording.keep = 1h;
  for (int i = 0; i < 9; ++i) add_recording("recording00" + std::to_string(i), 0s);
  recorder_.removal.reset();
  sweep(2h);
  EXPECT_EQ(removed().size(), 4U);
  // Those under way are not begun again.
  sweep(2h + 1min);
  EXPECT_EQ(removed().size(), 4U);
  recorder_.release({});
  settle();
  EXPECT_EQ(ids().size(), 5U);
  sweep(2h + 2min);
  EXPECT_EQ(removed().size(), 8U);
  recorder_.release({});
  settle();
  EXPECT_EQ(ids().size(), 1U);
}

TEST_P(RecordingRemoverTest, WhatWasMarkedGoesAfterARestart) {
  add_recording("recordingAAA", 0s);
  run("UPDATE recordings SET remove_at = $1", {std::int64_t{after(1h).time_since_epoch().count()}});
  sweep(30min);
  EXPECT_THAT(removed(), IsEmpty());
  sweep(1h);
  EXPECT_THAT(removed(), ElementsAre("recordingAAA"));
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_P(RecordingRemoverTest, WhatNeverBeganHasNoObjects) {
  settings_.recording.keep = 1h;
  RecordingRow row;
  row.facts = facts();
  row.facts.prefix.clear();
  row.facts.ended_at = row.facts.started_at;
  row.state = RecordingRow::State::kFailed;
  put(row);
  sweep(2h);
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_P(RecordingRemoverTest, AFailureWaitsForItsNextTurn) {
  add_recording("recordingAAA", 0s);
  run("UPDATE recordings SET remove_at = 1");
  recorder_.removal = base::fail(base::ErrorCode::kTimeout, "the store is silent");
  sweep(2h);
  EXPECT_EQ(removed().size(), 1U);
  EXPECT_THAT(ids(), ElementsAre("recordingAAA"));
  // Its next turn is by the real clock.
  const std::int64_t next = run("SELECT remove_at FROM recordings").integer(0, 0);
  const base::WallTime now = io::Loop::wall_now();
  EXPECT_GT(next, now.time_since_epoch().count());
  EXPECT_LE(next, (now + 10min).time_since_epoch().count());
  recorder_.removal = base::Expected<void>{};
  const base::WallTime turn{std::chrono::microseconds(next)};
  sweep_at(turn - 1s);
  EXPECT_EQ(removed().size(), 1U);
  sweep_at(turn);
  EXPECT_EQ(removed().size(), 2U);
  EXPECT_THAT(ids(), IsEmpty());
}

}  // namespace
}  // namespace control
