#include "control/health/health_board.h"

#include <gtest/gtest.h>

namespace control {
namespace {

constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

base::MonotonicTime at(int milliseconds) {
  return base::MonotonicTime{} + std::chrono::hours(1) + std::chrono::milliseconds(milliseconds);
}

live::StreamStatus stream(const char* channel, const char* id = "st-1") {
  live::StreamStatus status;
  status.channel = base::ChannelId(channel);
  status.stream = base::StreamId(id);
  status.live = true;
  status.health = live::Health::kHealthy;
  live::TrackStatus video;
  video.height = 720;
  status.tracks = {video, {}};
  return status;
}

StreamList list(std::vector<live::StreamStatus> streams) {
  return std::make_shared<const std::vector<live::StreamStatus>>(std::move(streams));
}

class HealthBoardTest : public ::testing::Test {
 protected:
  void ask(const char* channel, base::MonotonicTime now) {
    board_.ask(base::ChannelId(channel), now, [this](std::optional<HealthBoard::View> view) {
      ++answers_;
      view_ = std::move(view);
    });
  }
  void bring(StreamList streams, int milliseconds) {
    board_.on_figures(std::move(streams), kNow + std::chrono::milliseconds(milliseconds),
                      at(milliseconds));
  }

  int refreshes_ = 0;
  bool can_refresh_ = true;
  int answers_ = 0;
  std::optional<HealthBoard::View> view_;
  HealthBoard board_{[this] {
    ++refreshes_;
    return can_refresh_;
  }};
};

TEST_F(HealthBoardTest, FreshFiguresAnswerAtOnce) {
  bring(list({stream("a"), stream("b")}), 0);
  ask("b", at(400));
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(refreshes_, 0);
  ASSERT_TRUE(view_);
  EXPECT_EQ(view_->status.channel.str(), "b");
  EXPECT_EQ(view_->at, kNow);
  ask("c", at(400));
  EXPECT_EQ(answers_, 2);
  EXPECT_FALSE(view_);
}

TEST_F(HealthBoardTest, OldFiguresAreTakenAnewOnceForAll) {
  bring(list({stream("a")}), 0);
  for (int i = 0; i < 50; ++i) ask("a", at(1500));
  EXPECT_EQ(answers_, 0);
  EXPECT_EQ(refreshes_, 1);
  bring(list({stream("a")}), 1510);
  EXPECT_EQ(answers_, 50);
  EXPECT_EQ(view_->at, kNow + std::chrono::milliseconds(1510));
  ask("a", at(1600));
  EXPECT_EQ(answers_, 51);
  EXPECT_EQ(refreshes_, 1);
}

TEST_F(HealthBoardTest, WhoeverIsTooManyGetsWhatThereIs) {
  bring(list({stream("a")}), 0);
  for (int i = 0; i < 1001; ++i) ask("a", at(1500));
  EXPECT_EQ(answers_, 1);
  EXPECT_TRUE(view_);
}

TEST_F(HealthBoardTest, NobodyWaitsForFiguresThatDoNotCome) {
  can_refresh_ = false;
  ask("a", at(0));
  EXPECT_EQ(answers_, 1);
  EXPECT_FALSE(view_);
  can_refresh_ = true;
  ask("a", at(0));
  EXPECT_EQ(answers_, 1);
  board_.stop();
  EXPECT_EQ(answers_, 2);
  ask("a", at(5000));
  EXPECT_EQ(answers_, 3);
}

TEST_F(HealthBoardTest, KnowsSinceWhen) {
  auto slow = stream("a");
  bring(list({stream("a")}), 0);
  slow.keyframe_interval = std::chrono::seconds(4);
  bring(list({slow}), 5000);
  bring(list({slow}), 10'000);
  ask("a", at(10'001));
  ASSERT_EQ(view_->notes.size(), 1u);
  EXPECT_EQ(view_->notes[0].code, "KEYFRAME_INTERVAL");
  EXPECT_EQ(view_->notes[0].since, kNow + std::chrono::seconds(5));
  // Another broadcast of the channel knows nothing of that.
  slow.stream = base::StreamId("st-2");
  bring(list({slow}), 15'000);
  ask("a", at(15'001));
  EXPECT_EQ(view_->notes[0].since, kNow + std::chrono::seconds(15));
}

TEST_F(HealthBoardTest, ForgetsWhatHasEnded) {
  bring(list({stream("a")}), 0);
  bring(list({}), 5000);
  ask("a", at(5001));
  EXPECT_EQ(answers_, 1);
  EXPECT_FALSE(view_);
}

}  // namespace
}  // namespace control
