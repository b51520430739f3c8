#include "live/ad_break.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/live_rig_test_support.h"
#include "live/slate_test_support.h"

namespace live {
namespace {

using std::chrono::seconds;
using testing::Events;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LintedPlaylist;
using testing::LintedRange;
using testing::LintedSegment;
using ::testing::Not;
using testing::Publishing;
using Kind = StreamEvent::Kind;

constexpr const char* kBreak = "abcDEF012345";

class AdBreakTest : public testing::LiveRig {
 protected:
  AdBreakTest() {
    settings_.slate = testing::make_slate({.seconds = 1.5, .gop = 0.5});
    // All of a test stays in the playlist.
    settings_.window = std::chrono::minutes(1);
    settings_.segment = seconds(1);
  }
  void start() { make(settings_); }
  auto insert(seconds duration) { return live_->insert_ad_break(channel_, kBreak, duration); }

  /// Publishes in step with the clock for so long, and reads playlists as they come.
  void run_live(Publishing* publishing, double duration) {
    const auto began = io::Loop::precise_now();
    double sent = 0;
    while (sent < duration) {
      (void)loops_.at(0).run_once(std::chrono::milliseconds(10));
      const double elapsed = std::chrono::duration<double>(io::Loop::precise_now() - began).count();
      if (publishing != nullptr) ASSERT_TRUE(publishing->run(elapsed - sent));
      sent = elapsed;
      ASSERT_NO_FATAL_FAILURE(look());
    }
  }
  void look() {
    for (auto& [folder, lint] : lints_) {
      const std::string full = get("index.m3u8", folder);
      if (viewer_.status != 200) continue;
      // The sound follows the pictures: where they break it may have been promised more.
      if (folder == "audio/ts/") lint.allow_unkept_hint();
      lint.feed(full, get("index.m3u8?_HLS_skip=YES", folder));
      ASSERT_THAT(lint.problems(), IsEmpty()) << folder << full;
    }
  }
  void expect_unkept_hint() {
    for (auto& [folder, lint] : lints_) lint.allow_unkept_hint();
  }
  const LintedPlaylist& playlist(const std::string& folder = "v0/ts/") {
    return lints_.at(folder).latest();
  }
  std::vector<LintedRange> ranges(const std::string& range_class,
                                  const std::string& folder = "v0/ts/") {
    std::vector<LintedRange> found;
    for (const LintedRange& range : playlist(folder).ranges) {
      if (range.range_class == range_class) found.push_back(range);
    }
    return found;
  }
  /// Titles of the segments, repetitions left out.
  std::vector<std::string> titles(const std::string& folder = "v0/ts/") {
    std::vector<std::string> all;
    for (const LintedSegment& segment : playlist(folder).segments) {
      if (segment.complete && (all.empty() || all.back() != segment.title)) {
        all.push_back(segment.title);
      }
    }
    return all;
  }
  std::size_t discontinuities(const std::string& folder = "v0/ts/") {
    return static_cast<std::size_t>(
        std::ranges::count_if(playlist(folder).segments, &LintedSegment::discontinuity));
  }

  Settings settings_;
  std::map<std::string, testing::PlaylistLint> lints_{
      {"v0/ts/", testing::PlaylistLint(Container::kTs)},
      {"v0/fmp4/", testing::PlaylistLint(Container::kFmp4)},
      {"audio/ts/", testing::PlaylistLint(Container::kTs)}};
};

TEST_F(AdBreakTest, WithoutASlateTheBroadcastGoesOnBetweenTheMarks) {
  settings_.slate.reset();
  start();
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kNotFound);
  Publishing one(*open(first_), {.gop = 1});
  ASSERT_TRUE(one.run(3.3));
  look();
  const auto starts_at = insert(seconds(1));
  ASSERT_TRUE(starts_at);
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kConflict);
  const auto told = events_.last(Kind::kAdBreakInserted);
  ASSERT_TRUE(told && told->ad_break);
  EXPECT_EQ(told->ad_break->id, kBreak);
  EXPECT_EQ(told->ad_break->duration, seconds(1));
  EXPECT_EQ(told->ad_break->starts_at, *starts_at);
  ASSERT_TRUE(one.run(1));
  look();
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kConflict);
  for (const auto& [folder, lint] : lints_) {
    const auto ads = ranges("live-video-net-stitched-ad", folder);
    ASSERT_EQ(ads.size(), 1u) << folder;
    EXPECT_THAT(ads[0].line, HasSubstr("-1000000000\""));
    EXPECT_THAT(ads[0].line, HasSubstr("DURATION=1.000,X-NET-LIVE-VIDEO-AD-AD-BREAK-ID=\"" +
                                       std::string(kBreak) + "\""));
    EXPECT_EQ(std::llround(ads[0].start * 1000),
              std::chrono::duration_cast<std::chrono::milliseconds>(starts_at->time_since_epoch())
                  .count());
    EXPECT_EQ(discontinuities(folder), 0u);
    EXPECT_EQ(titles(folder), std::vector<std::string>{"live"});
  }
  const auto starts = ranges("live-video-net-stitched-ad");
  const auto at_start =
      std::ranges::find_if(playlist().segments, [&](const LintedSegment& segment) {
        return std::abs(segment.date - starts[0].start) < 0.001;
      });
  EXPECT_NE(at_start, playlist().segments.end());
  // The loop's clock ends it.
  ASSERT_TRUE(drive([&] {
    EXPECT_TRUE(one.run(0.02));
    return insert(seconds(2)).has_value();
  }));
  ASSERT_TRUE(one.run(2));
  look();
  const auto sources = ranges("live-video-net-stream-source");
  ASSERT_GE(sources.size(), 2u);
  for (const LintedRange& source : sources) {
    EXPECT_THAT(source.line, HasSubstr("END-ON-NEXT=YES,X-NET-LIVE-VIDEO-STREAM-SOURCE=\"live\""));
  }
  EXPECT_EQ(ranges("live-video-net-stitched-ad").size(), 2u);
}

TEST_F(AdBreakTest, TheSlateIsShownAndTheBroadcastReturns) {
  start();
  Publishing one(*open(first_), {.gop = 0.5});
  run_live(&one, 1.6);
  const auto promised = insert(seconds(2));
  ASSERT_TRUE(promised);
  run_live(&one, 1.5);
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(live_->put_metadata(channel_, "during the break"));
  run_live(&one, 3);
  for (const auto& [folder, lint] : lints_) {
    EXPECT_EQ(titles(folder), (std::vector<std::string>{"live", kBreak, "live"})) << folder;
    EXPECT_EQ(discontinuities(folder), 2u) << folder;
    const auto ads = ranges("live-video-net-stitched-ad", folder);
    const auto sources = ranges("live-video-net-stream-source", folder);
    ASSERT_EQ(ads.size(), 1u);
    ASSERT_EQ(sources.size(), 3u) << folder;
    EXPECT_THAT(sources[1].line, HasSubstr("STREAM-SOURCE=\"" + std::string(kBreak) + "\""));
    EXPECT_EQ(sources[1].start, ads[0].start);
    // The break lasts as long as it was asked to, and then until a keyframe.
    EXPECT_GE(sources[2].start - ads[0].start, 1.9);
    EXPECT_LT(sources[2].start - ads[0].start, 5);
    EXPECT_EQ(ads[0].duration, 2);
  }
  // Where one source ends and the other begins is told by discontinuities; numbers go on.
  double ad_seconds = 0;
  const auto& segments = playlist().segments;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    EXPECT_EQ(segments[i].msn, segments[i - 1].msn + 1);
    if (segments[i].complete) {
      EXPECT_EQ(segments[i].discontinuity, segments[i].title != segments[i - 1].title);
    }
    if (segments[i].title == kBreak) ad_seconds += segments[i].duration;
  }
  EXPECT_NEAR(ad_seconds,
              ranges("live-video-net-stream-source")[2].start -
                  ranges("live-video-net-stitched-ad")[0].start,
              0.3);
  EXPECT_NEAR(std::chrono::duration<double>(promised->time_since_epoch()).count(),
              ranges("live-video-net-stitched-ad")[0].start, 1.5);
  EXPECT_THAT(get("index.m3u8"), HasSubstr("rostrum.timed-metadata"));
  std::set<std::string> maps;
  for (const LintedSegment& segment : playlist("v0/fmp4/").segments) maps.insert(segment.map);
  EXPECT_EQ(maps.size(), 3u);
  for (const LintedSegment& segment : playlist("v0/fmp4/").segments) {
    if (!segment.complete || segment.parts.empty()) continue;
    const bool slate = get(segment.uri).find("\xAB\xAB\xAB\xAB") != std::string::npos;
    EXPECT_EQ(slate, segment.title == kBreak) << segment.msn;
  }
  EXPECT_EQ(events_.count(Kind::kStarvationStart), 0u);
  ASSERT_TRUE(live_->stop(channel_));
  expect_unkept_hint();
  look();
  EXPECT_TRUE(playlist().ended);
}

TEST_F(AdBreakTest, TheSlateOutlivesItsPublisherAndAnotherReturns) {
  settings_.reconnect_window = std::chrono::milliseconds(200);
  start();
  std::optional<Publishing> one(std::in_place, *open(first_), testing::EncoderSettings{.gop = 0.5});
  run_live(&*one, 1.2);
  ASSERT_TRUE(insert(seconds(2)));
  run_live(&*one, 1.2);
  EXPECT_EQ(discontinuities(), 1u);
  one->lose();
  EXPECT_EQ(events_.count(Kind::kIngestLost), 1u);
  EXPECT_EQ(events_.count(Kind::kStarvationStart), 1u);
  run_live(nullptr, 0.5);
  EXPECT_EQ(events_.count(Kind::kStreamEnd), 0u);
  one.emplace(*open(second_), testing::EncoderSettings{.gop = 0.5}, 500);
  run_live(&*one, 2.5);
  EXPECT_EQ(titles(), (std::vector<std::string>{"live", kBreak, "live"}));
  EXPECT_EQ(discontinuities(), 2u);
  EXPECT_EQ(events_.count(Kind::kSessionCreated), 1u);
}

TEST_F(AdBreakTest, NobodyReturns) {
  settings_.reconnect_window = std::chrono::milliseconds(200);
  start();
  Publishing one(*open(first_), {.gop = 0.5});
  run_live(&one, 1.2);
  ASSERT_TRUE(insert(seconds(1)));
  run_live(&one, 1);
  one.lose();
  expect_unkept_hint();
  ASSERT_TRUE(drive([&] { return events_.count(Kind::kStreamEnd) == 1; }));
  look();
  EXPECT_TRUE(playlist().ended);
  EXPECT_EQ(titles(), (std::vector<std::string>{"live", kBreak}));
}

TEST_F(AdBreakTest, ATakeoverDuringTheBreakIsNotSeen) {
  start();
  Publishing one(*open(first_, 1), {.gop = 0.5});
  run_live(&one, 1.2);
  ASSERT_TRUE(insert(seconds(2)));
  run_live(&one, 1);
  Publishing two(*open(second_, 2), {.gop = 0.5}, 9000);
  run_live(&two, 3);
  one.lose();
  EXPECT_EQ(events_.count(Kind::kTakeover), 1u);
  EXPECT_EQ(events_.count(Kind::kIngestLost), 0u);
  EXPECT_EQ(titles(), (std::vector<std::string>{"live", kBreak, "live"}));
  EXPECT_EQ(discontinuities(), 2u);
  two.finish();
  look();
  EXPECT_TRUE(playlist().ended);
}

TEST_F(AdBreakTest, EndsWithTheStream) {
  start();
  Publishing one(*open(first_), {.gop = 0.5});
  run_live(&one, 1.2);
  ASSERT_TRUE(insert(seconds(300)));
  run_live(&one, 1);
  one.finish();
  EXPECT_EQ(events_.count(Kind::kStreamEnd), 1u);
  look();
  EXPECT_TRUE(playlist().ended);
  // The next broadcast knows nothing of it.
  Publishing two(*open(first_), {.gop = 0.5});
  ASSERT_TRUE(two.run(2));
  EXPECT_TRUE(insert(seconds(1)));
}

TEST_F(AdBreakTest, IsRefused) {
  start();
  Publishing one(*open(first_));
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kNotFound);
  ASSERT_TRUE(one.run(2));
  EXPECT_EQ(insert(seconds(0)).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(live_->insert_ad_break(channel_, "a\"b", seconds(1)).error().code,
            base::ErrorCode::kInvalid);
  one.finish();
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kNotFound);
  grant_.container = PublishGrant::DefaultContainer::kFmp4;
  Publishing two(*open(first_));
  ASSERT_TRUE(two.run(2));
  EXPECT_EQ(insert(seconds(1)).error().code, base::ErrorCode::kUnsupported);
  EXPECT_EQ(events_.count(Kind::kAdBreakInserted), 0u);
}

}  // namespace
}  // namespace live
