#include "live/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "io/loop.h"
#include "live/live_rig_test_support.h"
#include "live/view_admission_test_support.h"

namespace live {
namespace {

using testing::Events;
using ::testing::HasSubstr;
using testing::Owner;
using testing::Publishing;
using testing::Viewer;

class LiveTest : public testing::LiveRig {};

TEST_F(LiveTest, PublishPlayLoseReturnEnd) {
  Publishing one(*open(first_));
  EXPECT_EQ(events_.count(StreamEvent::Kind::kSessionCreated), 1u);
  EXPECT_EQ(events_.count(StreamEvent::Kind::kStreamStart), 0u);
  ASSERT_TRUE(one.run(5));
  EXPECT_EQ(events_.count(StreamEvent::Kind::kStreamStart), 1u);
  const std::string live = get("index.m3u8");
  EXPECT_THAT(live, HasSubstr("#EXT-X-PRELOAD-HINT"));
  one.lose();
  EXPECT_EQ(events_.count(StreamEvent::Kind::kIngestLost), 1u);
  // The same key again continues the same stream.
  Publishing two(*open(first_), {}, 900);
  EXPECT_EQ(events_.count(StreamEvent::Kind::kIngestBack), 1u);
  ASSERT_TRUE(two.run(5));
  EXPECT_THAT(get("index.m3u8"), HasSubstr("#EXT-X-DISCONTINUITY\n"));
  EXPECT_EQ(events_.count(StreamEvent::Kind::kSessionCreated), 1u);
  two.finish();
  EXPECT_EQ(events_.count(StreamEvent::Kind::kStreamEnd), 1u);
  EXPECT_THAT(get("index.m3u8"), HasSubstr("#EXT-X-ENDLIST\n"));
  // A new broadcast: numbers go on.
  std::vector<std::string> problems;
  const auto before =
      testing::read_playlist(viewer_.body, Container::kFmp4, problems).segments.back().msn;
  Publishing three(*open(first_));
  ASSERT_TRUE(three.run(5));
  const auto after = testing::read_playlist(get("index.m3u8"), Container::kFmp4, problems);
  EXPECT_GT(after.segments.front().msn, before);
  EXPECT_THAT(problems, ::testing::IsEmpty());
  EXPECT_EQ(events_.count(StreamEvent::Kind::kSessionCreated), 2u);
}

TEST_F(LiveTest, ASecondPublisherIsRefusedAndTakeoverHasItsRules) {
  Publishing one(*open(first_, 5));
  ASSERT_TRUE(one.run(5));
  EXPECT_EQ(open(second_).error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(open(second_, 5).error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(events_.told("StreamTakeoverInvalidPriority"));
  // Another picture size: refused once it is known, and the first goes on.
  Publishing other(*open(second_, 6), {.width = 640});
  EXPECT_FALSE(other.run(2));
  other.lose();
  EXPECT_TRUE(events_.told("StreamTakeoverMediaMismatch"));
  ASSERT_TRUE(one.run(1));
  EXPECT_TRUE(first_.ended.empty());
  // The same media: goes on without a break; the first is told from a fresh call stack.
  Publishing two(*open(second_, 6), {}, 7000);
  ASSERT_TRUE(two.run(3));
  EXPECT_TRUE(first_.ended.empty());
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
  EXPECT_TRUE(one.run(1));  // counts no more
  one.lose();
  EXPECT_EQ(events_.count(StreamEvent::Kind::kTakeover), 1u);
  EXPECT_EQ(events_.count(StreamEvent::Kind::kIngestLost), 0u);
  EXPECT_THAT(get("index.m3u8"), ::testing::Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
  std::vector<std::string> problems;
  (void)testing::read_playlist(viewer_.body, Container::kFmp4, problems);
  EXPECT_THAT(problems, ::testing::IsEmpty());
}

TEST_F(LiveTest, AChallengerGoesOnWhereALostPublisherWas) {
  Settings settings;
  settings.reconnect_window = std::chrono::milliseconds(50);
  make(settings);
  Publishing one(*open(first_, 1));
  ASSERT_TRUE(one.run(5));
  Publishing two(*open(second_, 2), {}, 50);
  one.lose();
  ASSERT_TRUE(two.run(5));
  EXPECT_EQ(events_.count(StreamEvent::Kind::kIngestLost), 0u);
  EXPECT_EQ(events_.count(StreamEvent::Kind::kTakeover), 1u);
  EXPECT_THAT(get("index.m3u8"), ::testing::Not(HasSubstr("#EXT-X-DISCONTINUITY\n")));
  two.finish();
  EXPECT_EQ(events_.count(StreamEvent::Kind::kStreamEnd), 1u);
}

TEST_F(LiveTest, TakeoversAreCounted) {
  std::vector<std::unique_ptr<Publishing>> all;
  all.push_back(std::make_unique<Publishing>(*open(first_, 1)));
  ASSERT_TRUE(all.back()->run(2));
  for (std::uint32_t i = 2; i <= 101; ++i) {
    all.push_back(std::make_unique<Publishing>(*open(first_, i)));
    ASSERT_TRUE(all.back()->run(0.1)) << i;
  }
  EXPECT_EQ(events_.count(StreamEvent::Kind::kTakeover), 100u);
  EXPECT_FALSE(open(second_, 200));
  EXPECT_TRUE(events_.told("StreamTakeoverLimitBreached"));
}

TEST_F(LiveTest, SilenceAndLossEndAStream) {
  Settings settings;
  settings.reconnect_window = std::chrono::milliseconds(30);
  settings.ended_kept = std::chrono::milliseconds(30);
  make(settings);
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
  EXPECT_EQ(events_.count(StreamEvent::Kind::kStreamEnd), 1u);
  one.lose();
  // Nothing is left behind.
  ASSERT_TRUE(drive([&] {
    (void)get("index.m3u8");
    return viewer_.status == 404;
  }));
  Publishing two(*open(second_));
  ASSERT_TRUE(two.run(3));
  two.lose();
  EXPECT_TRUE(drive([&] { return events_.count(StreamEvent::Kind::kStreamEnd) == 2; }));
}

TEST_F(LiveTest, NoStreamLastsForEver) {
  Settings settings;
  settings.max_stream_duration = std::chrono::milliseconds(20);
  make(settings);
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
  EXPECT_THAT(first_.ended[0], HasSubstr("longest"));
}

TEST_F(LiveTest, DrainEndsPlaylistsAndTakesNobody) {
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  (void)get("index.m3u8");
  bool done = false;
  live_->drain(loops_.at(0), [&] { done = true; });
  ASSERT_TRUE(drive([&] { return done; }));
  EXPECT_EQ(open(second_).error().code, base::ErrorCode::kLimit);
  EXPECT_THAT(get("index.m3u8"), HasSubstr("#EXT-X-ENDLIST\n"));
  ASSERT_TRUE(drive([&] { return !first_.ended.empty(); }));
}

TEST_F(LiveTest, RefusesWhatCannotBePlayed) {
  auto ingest = *open(first_);
  ASSERT_TRUE(ingest->track(testing::audio_track()));
  base::Expected<void> taken;
  media::Sample sound;
  sound.keyframe = true;
  for (int i = 0; taken && i < 1000; ++i) {
    sound.dts = sound.pts = i * 21'000;
    taken = ingest->sample(media::TrackKind::kAudio, 0, sound);
  }
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, base::ErrorCode::kUnsupported);
  ingest.reset();

  ingest = *open(first_);
  EXPECT_EQ(ingest->track(testing::video_track(30, 3840, 2160)).error().code,
            base::ErrorCode::kLimit);
  EXPECT_EQ(events_.count(StreamEvent::Kind::kLimitBreach), 1u);
}

TEST_F(LiveTest, SoundThatCameFirstDoesNotHideTheKeyframe) {
  auto ingest = *open(first_);
  ASSERT_TRUE(ingest->track(testing::video_track(30)));
  ASSERT_TRUE(ingest->track(testing::audio_track()));
  media::Sample sample;
  sample.keyframe = true;
  sample.data = base::Slice::take(base::Bytes(2000, 1));
  // Sound is ahead of the pictures, and the pictures begin in the middle of a group.
  for (int i = 0; i < 30; ++i) {
    sample.dts = sample.pts = 1'000'000 + i * 21'333;
    ASSERT_TRUE(ingest->sample(media::TrackKind::kAudio, 0, sample));
  }
  for (int i = 0; i < 90; ++i) {
    sample.dts = sample.pts = 700'000 + i * 33'333;
    sample.keyframe = i == 5;
    ASSERT_TRUE(ingest->sample(media::TrackKind::kVideo, 0, sample)) << i;
  }
  EXPECT_THAT(get("index.m3u8"), HasSubstr("-0.m4s\",INDEPENDENT=YES"));
  EXPECT_EQ(viewer_.status, 200);
}

TEST_F(LiveTest, MetadataNeedsABroadcast) {
  const base::ChannelId channel("abcDEF123456");
  EXPECT_EQ(live_->put_metadata(channel, "x").error().code, base::ErrorCode::kNotFound);
  Publishing one(*open(first_));
  EXPECT_EQ(live_->put_metadata(channel, "x").error().code, base::ErrorCode::kNotFound);
  ASSERT_TRUE(one.run(3));
  EXPECT_TRUE(live_->put_metadata(channel, "from the API"));
  one.ingest().text({media::TimedText::Origin::kInband, "from the encoder"}, 103'050'000);
  ASSERT_TRUE(one.run(1));
  const std::string playlist = get("index.m3u8");
  EXPECT_THAT(playlist, HasSubstr("X-OWNER=\"metadata.live-video.net\""));
  EXPECT_THAT(playlist, HasSubstr("X-OWNER=\"inband.metadata.live-video.net\""));
}

TEST_F(LiveTest, StatusTellsWhatIsLive) {
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  (void)get("index.m3u8");
  std::vector<StreamStatus> status;
  live_->status(loops_.at(0), [&](std::vector<StreamStatus> all) { status = std::move(all); });
  ASSERT_TRUE(drive([&] { return !status.empty(); }));
  EXPECT_TRUE(status[0].live);
  EXPECT_EQ(status[0].viewers, 1u);
  EXPECT_THAT(status[0].viewers_by_country, ::testing::ElementsAre(std::pair(CountryCode{}, 1u)));
  EXPECT_EQ(status[0].tracks.size(), 2u);
  EXPECT_GT(status[0].window_bytes, 0u);
}

// The publisher on its home loop, viewers on both; under ThreadSanitizer too.
TEST(LiveLoops, ViewersOnEveryLoop) {
  io::LoopGroup loops(2);
  Events events;
  // One for each loop.
  std::array<testing::FakeViewAdmission, 2> admissions;
  for (auto& admission : admissions) admission.sessions[{"abcDEF123456", "-"}] = {};
  const auto live = Live::create(loops, {}, {&events, [&](io::Loop& loop) -> ViewAdmission& {
                                               return admissions.at(loop.index());
                                             }});
  const base::ChannelId channel("abcDEF123456");
  io::Loop& home = live->home_of(channel);

  struct Side {
    io::Loop* loop = nullptr;
    Viewer viewer;
    std::uint64_t token = 0;
    std::size_t playlists = 0;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t ready = 0;
  bool gone = false;
  std::array<Side, 2> sides;
  Owner owner;
  std::optional<Publishing> publishing;  // on the home loop

  std::function<void(Side&)> reload = [&](Side& side) {
    wire::http::Request request;
    std::string target = "/api/video/v1/s/-/abcDEF123456/v0/ts/index.m3u8";
    std::vector<std::string> problems;
    if (side.viewer.status == 200) {
      const auto playlist = testing::read_playlist(side.viewer.body, Container::kTs, problems);
      EXPECT_THAT(problems, ::testing::IsEmpty());
      ++side.playlists;
      if (playlist.ended) {
        const std::lock_guard lock(mutex);
        ++ready;
        changed.notify_all();
        return;
      }
      const bool open = !playlist.segments.back().complete;
      const std::uint64_t msn = playlist.segments.back().msn + (open ? 0 : 1);
      target += "?_HLS_msn=" + std::to_string(msn) +
                "&_HLS_part=" + std::to_string(open ? playlist.segments.back().parts.size() : 0);
    }
    EXPECT_TRUE(request.set_target(target));
    (void)live->playback(*side.loop).request({&request, "me"}, side.viewer, ++side.token);
  };
  for (std::size_t i = 0; i < 2; ++i) {
    sides[i].loop = &loops.at(i);
    // From a fresh call stack, as a client's next request would come; not live yet: ask again.
    sides[i].viewer.next = [&, i] { sides[i].loop->post([&, i] { reload(sides[i]); }); };
  }
  std::function<void(int)> publish = [&](int round) {
    if (round == 0) {
      PublishGrant grant;
      grant.channel = channel;
      IngestOptions options;
      options.clock = kRtmpClock;
      publishing.emplace(*live->open_ingest(grant, options, owner));
    }
    if (round == 60) {
      publishing->finish();
      publishing.reset();
      return;
    }
    EXPECT_TRUE(publishing->run(0.2));
    home.post([&, round] { publish(round + 1); });
  };
  loops.start();
  for (auto& side : sides) side.loop->post([&] { reload(side); });
  home.post([&] { publish(0); });
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return ready == 2; }));
  }
  // The same viewer on both loops is one viewer.
  std::vector<StreamStatus> status;
  live->status(home, [&](std::vector<StreamStatus> all) {
    const std::lock_guard lock(mutex);
    status = std::move(all);
    gone = true;
    changed.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return gone; }));
  }
  loops.stop_and_join();
  ASSERT_EQ(status.size(), 1u);
  EXPECT_EQ(status[0].viewers, 1u);
  for (const Side& side : sides) EXPECT_GT(side.playlists, 1u);
}

}  // namespace
}  // namespace live
