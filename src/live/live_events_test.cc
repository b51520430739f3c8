// What a broadcast tells about itself: events in their order, with their details, and its health.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/live_rig_test_support.h"

namespace live {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Publishing;
using Kind = StreamEvent::Kind;
using Breach = StreamEvent::Breach;

class LiveEvents : public testing::LiveRig {
 protected:
  StreamStatus status() {
    std::vector<StreamStatus> all;
    live_->status(loops_.at(0), [&](std::vector<StreamStatus> streams) { all = streams; });
    EXPECT_TRUE(drive([&] { return !all.empty(); }));
    return all.empty() ? StreamStatus{} : all.front();
  }
};

TEST_F(LiveEvents, ComeInTheirOrderWithTimes) {
  const base::WallTime before = io::Loop::wall_now();
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  one.finish();
  EXPECT_THAT(events_.kinds, ElementsAre(Kind::kSessionCreated, Kind::kStreamStart,
                                         Kind::kSessionEnded, Kind::kStreamEnd));
  for (const StreamEvent& event : events_.all) {
    EXPECT_GE(event.at, before);
    EXPECT_LE(event.at, io::Loop::wall_now());
    EXPECT_EQ(event.channel, channel_);
    EXPECT_EQ(event.stream, events_.all.front().stream);
    EXPECT_EQ(event.status != nullptr, event.kind == Kind::kStreamStart);
  }
  const StreamStatus& status = *events_.last(Kind::kStreamStart)->status;
  EXPECT_TRUE(status.live);
  EXPECT_EQ(status.health, Health::kHealthy);
  EXPECT_EQ(status.encoder.name, "test");
  EXPECT_EQ(status.encoder.frame_rate, 30);
  EXPECT_EQ(status.protocol, "rtmp");
  EXPECT_EQ(status.remote_address, "192.0.2.7");
  ASSERT_EQ(status.tracks.size(), 2u);
  EXPECT_EQ(status.tracks[0].codec, "avc1.64001F");
  EXPECT_EQ(status.tracks[0].width, 1280u);
  EXPECT_EQ(status.tracks[1].sample_rate, 48'000u);
}

TEST_F(LiveEvents, StopDisconnectsAndTheNextBroadcastIsANewOne) {
  EXPECT_EQ(live_->stop(channel_).error().code, base::ErrorCode::kNotFound);
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(live_->stop(channel_));
  EXPECT_THAT(get("index.m3u8"), HasSubstr("#EXT-X-ENDLIST\n"));
  EXPECT_THAT(events_.kinds, ElementsAre(Kind::kSessionCreated, Kind::kStreamStart,
                                         Kind::kSessionEnded, Kind::kStreamEnd));
  // Told from a fresh call stack; what it still sends counts for nothing.
  EXPECT_TRUE(first_.ended.empty());
  EXPECT_TRUE(one.run(1));
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
  EXPECT_THAT(first_.ended[0], HasSubstr("stopped"));
  one.lose();
  EXPECT_EQ(live_->stop(channel_).error().code, base::ErrorCode::kNotFound);
  const base::StreamId stopped = events_.all.back().stream;
  Publishing two(*open(first_));
  ASSERT_TRUE(two.run(3));
  EXPECT_EQ(events_.count(Kind::kSessionCreated), 2u);
  EXPECT_NE(events_.all.back().stream, stopped);
  // One whose publisher is away can be stopped too.
  two.lose();
  EXPECT_EQ(status().health, Health::kStarving);
  ASSERT_TRUE(live_->stop(channel_));
  EXPECT_EQ(events_.count(Kind::kStreamEnd), 2u);
}

TEST_F(LiveEvents, TakeoverTellsWhatComesIn) {
  Publishing one(*open(first_, 1));
  ASSERT_TRUE(one.run(3));
  Publishing two(*open(second_, 2), {.gop = 1}, 700);
  EXPECT_EQ(events_.count(Kind::kTakeover), 0u);
  ASSERT_TRUE(two.run(2));
  const auto told = events_.last(Kind::kTakeover);
  ASSERT_TRUE(told && told->status);
  EXPECT_EQ(told->status->tracks.size(), 2u);
  EXPECT_TRUE(told->status->live);
}

TEST_F(LiveEvents, AChallengerThatShowsNothingGoes) {
  Settings settings;
  settings.reconnect_window = std::chrono::milliseconds(50);
  make(settings);
  Publishing one(*open(first_, 1));
  ASSERT_TRUE(one.run(3));
  auto silent = *open(second_, 2);
  EXPECT_EQ(open(third_, 3).error().code, base::ErrorCode::kConflict);
  ASSERT_TRUE(drive([&] { return !second_.ended.empty(); }));
  EXPECT_TRUE(first_.ended.empty());
  EXPECT_TRUE(open(third_, 3));
}

TEST_F(LiveEvents, PicturesBeyondTheLimitTellByHowMuch) {
  struct Row {
    std::uint32_t width, height;
    Breach::Limit limit;
    std::int64_t value, exceeded_by;
  };
  const Row rows[] = {
      {2560, 1440, Breach::Limit::kTotalPixels, 1920 * 1088, 2560 * 1440 - 1920 * 1088},
      {2000, 500, Breach::Limit::kPixelsPerEdge, 1920, 80},
      {480, 1936, Breach::Limit::kPixelsPerEdge, 1920, 16},
  };
  for (const Row& row : rows) {
    auto ingest = *open(first_);
    EXPECT_EQ(ingest->track(testing::video_track(30, row.width, row.height)).error().code,
              base::ErrorCode::kLimit);
    ingest.reset();
    const auto told = events_.last(Kind::kLimitBreach);
    ASSERT_TRUE(told && told->breach);
    EXPECT_EQ(told->breach->limit, row.limit);
    EXPECT_EQ(told->breach->value, row.value);
    EXPECT_EQ(told->breach->exceeded_by, row.exceeded_by);
    EXPECT_EQ(events_.last(Kind::kStreamFailure)->detail, told->detail);
  }
  // Nothing could be played: there was a session and no stream.
  EXPECT_EQ(events_.count(Kind::kSessionEnded), 3u);
  EXPECT_EQ(events_.count(Kind::kStreamEnd), 0u);
}

TEST_F(LiveEvents, TooMuchIsMeasuredOverTenSeconds) {
  grant_.max_bitrate = 1000;
  Publishing one(*open(first_));
  // All in one second of the clock: nothing can be said yet.
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(drive([&] { return !one.run(0.1); }, std::chrono::seconds(15)));
  const auto told = events_.last(Kind::kLimitBreach);
  ASSERT_TRUE(told && told->breach);
  EXPECT_EQ(told->breach->limit, Breach::Limit::kIngestBitrate);
  EXPECT_EQ(told->breach->value, 1000);
  EXPECT_GT(told->breach->exceeded_by, 0);
  const StreamStatus status = this->status();
  EXPECT_GT(status.video_bitrate, 0u);
  EXPECT_GT(status.audio_bitrate, 0u);
  EXPECT_EQ(status.bitrate, status.video_bitrate + status.audio_bitrate);
  EXPECT_GT(status.frame_rate, 30);  // it comes faster than the clock
  EXPECT_EQ(status.keyframe_interval, std::chrono::seconds(2));
}

TEST_F(LiveEvents, TheLongestDurationEndsAStreamAsAFailure) {
  Settings settings;
  settings.max_stream_duration = std::chrono::milliseconds(20);
  make(settings);
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
  EXPECT_THAT(events_.kinds,
              ElementsAre(Kind::kSessionCreated, Kind::kStreamStart, Kind::kStreamFailure,
                          Kind::kSessionEnded, Kind::kStreamEnd));
  EXPECT_THAT(events_.last(Kind::kStreamFailure)->detail, HasSubstr("longest duration"));
}

// By the loop's timer alone: a silent publisher sends nothing that could trigger it.
TEST_F(LiveEvents, SilenceStarvesAndPaceHeals) {
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  EXPECT_EQ(status().health, Health::kHealthy);
  ASSERT_TRUE(drive([&] { return events_.count(Kind::kStarvationStart) == 1; }));
  EXPECT_EQ(status().health, Health::kStarving);
  // More than enough for the last five seconds.
  ASSERT_TRUE(drive([&] {
    EXPECT_TRUE(one.run(0.1));
    return events_.count(Kind::kStarvationEnd) == 1;
  }));
  EXPECT_EQ(status().health, Health::kHealthy);
  EXPECT_EQ(events_.count(Kind::kStarvationStart), 1u);
  one.lose();
  EXPECT_EQ(events_.count(Kind::kStarvationStart), 2u);
  EXPECT_EQ(status().health, Health::kStarving);
  EXPECT_FALSE(status().live);
}

}  // namespace
}  // namespace live
