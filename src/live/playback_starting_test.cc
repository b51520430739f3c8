// Requests for renditions that have been started and are not there yet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "live/playback_rig_test_support.h"

namespace live {
namespace {

using ::testing::HasSubstr;

constexpr TrackKey kMade{media::TrackKind::kVideo, 16};
const std::string kPlaylist = "/api/video/v1/s/-/abcDEF123456/480p30/fmp4/index.m3u8";

// Gives back the pictures of the source.
struct Echo final : SourceFeed {
  explicit Echo(Stream& to) : stream(to) {}
  void on_source_track(const media::Track& track) override {
    if (track.kind() == media::TrackKind::kVideo) stream.set_made_track(kMade, track);
  }
  void on_source_sample(media::TrackKind kind, const media::Sample& sample) override {
    if (kind == media::TrackKind::kVideo) (void)stream.add_made(kMade, sample);
  }
  Stream& stream;
};

class PlaybackOfWhatStarts : public testing::PlaybackTest {
 protected:
  void offer() {
    FollowerPlan plan;
    plan.name = "480p30";
    plan.leading = kMade;
    plan.width = 854;
    plan.height = 480;
    rig_.stream().offer({plan}, false);
  }
};

TEST_F(PlaybackOfWhatStarts, WaitsForTheFirstPart) {
  go_live(5);
  offer();
  EXPECT_NE(ask(kPlaylist, 1), 0u);
  EXPECT_EQ(viewer_.status(1), 0);
  run(0.5);
  EXPECT_EQ(viewer_.status(1), 0);
  Echo echo(rig_.stream());
  rig_.stream().feed(&echo);
  run(0.5);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_THAT(viewer_.answers.at(1).body, HasSubstr("#EXT-X-PART:"));
  // The address means the newest state of it.
  EXPECT_EQ(viewer_.answers.at(1).response.headers.get("Cache-Control"), "public, max-age=1");
  // From now on it is a playlist like any other.
  EXPECT_EQ(ask(kPlaylist, 2), 0u);
  EXPECT_EQ(viewer_.status(2), 200);
}

TEST_F(PlaybackOfWhatStarts, ButNotForEver) {
  go_live(5);
  offer();
  EXPECT_NE(ask(kPlaylist, 1), 0u);
  (void)playback_.look_after(loop_.now() + std::chrono::seconds(4));
  EXPECT_EQ(viewer_.status(1), 0);
  (void)playback_.look_after(loop_.now() + std::chrono::seconds(6));
  EXPECT_EQ(viewer_.status(1), 503);
}

TEST_F(PlaybackOfWhatStarts, WhatIsGivenUpIsGone) {
  go_live(5);
  offer();
  EXPECT_NE(ask(kPlaylist, 1), 0u);
  rig_.stream().offer({}, false);
  run(0.5);
  EXPECT_EQ(viewer_.status(1), 404);
  EXPECT_EQ(ask(kPlaylist, 2), 0u);
  EXPECT_EQ(viewer_.status(2), 404);
}

TEST_F(PlaybackOfWhatStarts, TheEndIsNotWaitedFor) {
  go_live(5);
  offer();
  EXPECT_NE(ask(kPlaylist, 1), 0u);
  rig_.finish();
  show();
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_THAT(viewer_.answers.at(1).body, HasSubstr("#EXT-X-ENDLIST"));
}

}  // namespace
}  // namespace live
