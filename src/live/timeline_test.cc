#include "live/timeline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace live {
namespace {

constexpr std::uint32_t kVideo = 0;
constexpr std::uint32_t kAudio = 0x10000;
constexpr std::uint32_t kAudioScale = 48'000;
constexpr double kAudioFrame = 1024;

/// A source stamp in seconds on an endless clock, and where it came out.
struct Point {
  double source = 0;  // seconds, dts
  media::Ticks dts = 0;
  media::Ticks pts = 0;
  media::Ticks duration = 0;
  bool breaks = false;
};

/// Feeds a Timeline with what an encoder with a wrapping, rounding clock would send.
class Feed {
 public:
  explicit Feed(SourceClock clock, double frame_rate = 30, media::Ticks start = 0)
      : clock_(clock), timeline_(clock, start) {
    timeline_.set_track(kVideo, media::TrackKind::kVideo, media::kVideoTimescale,
                        frame_rate > 0 ? media::kVideoTimescale / frame_rate : 0);
    timeline_.set_track(kAudio, media::TrackKind::kAudio, kAudioScale, kAudioFrame);
  }

  /// RTMP rounds to milliseconds.
  std::int64_t stamp(double seconds) const {
    std::int64_t value = clock_.ticks_per_second == 1'000'000
                             ? std::llround(seconds * 1000) * 1000
                             : std::llround(seconds * static_cast<double>(clock_.ticks_per_second));
    if (clock_.modulus > 0) value = ((value % clock_.modulus) + clock_.modulus) % clock_.modulus;
    return value;
  }

  bool put(std::uint32_t track, double seconds, double composition = 0) {
    media::Sample sample;
    sample.dts = stamp(seconds);
    sample.pts = stamp(seconds + composition);
    const auto placed = timeline_.place(track, sample);
    if (!placed) return false;
    points(track).push_back(
        {seconds, placed->sample.dts, placed->sample.pts, placed->sample.duration, placed->breaks});
    return true;
  }
  bool video(double seconds, double composition = 0) { return put(kVideo, seconds, composition); }
  bool audio(double seconds) { return put(kAudio, seconds); }

  /// Both tracks from `from` to `to` (seconds of the source), in the order of their stamps.
  void run(double from, double to, double rate = 30) {
    const double audio_step = kAudioFrame / kAudioScale;
    int v = 0;
    int a = 0;
    while (true) {
      const double video_at = from + v / rate;
      const double audio_at = from + a * audio_step;
      if (video_at >= to && audio_at >= to) return;
      if (video_at <= audio_at) {
        if (video_at < to) video(video_at);
        ++v;
      } else {
        if (audio_at < to) audio(audio_at);
        ++a;
      }
    }
  }

  std::vector<Point>& points(std::uint32_t track) { return track == kVideo ? video_ : audio_; }
  Timeline& timeline() { return timeline_; }

  double out(std::uint32_t track, const Point& point) const {
    return static_cast<double>(point.dts) /
           (track == kVideo ? media::kVideoTimescale : kAudioScale);
  }

  /// Largest difference, from index `from` on, between where samples stand and where the source
  /// had them, both counted from the first video sample of that range.
  double worst_sync(std::size_t video_from, std::size_t audio_from) {
    const double base = out(kVideo, video_[video_from]) - video_[video_from].source;
    double worst = 0;
    for (std::size_t i = video_from; i < video_.size(); ++i) {
      worst = std::max(worst, std::abs(out(kVideo, video_[i]) - video_[i].source - base));
    }
    for (std::size_t i = audio_from; i < audio_.size(); ++i) {
      worst = std::max(worst, std::abs(out(kAudio, audio_[i]) - audio_[i].source - base));
    }
    return worst;
  }

  void expect_ordered() {
    for (const auto* points : {&video_, &audio_}) {
      for (std::size_t i = 0; i < points->size(); ++i) {
        EXPECT_GE((*points)[i].pts, (*points)[i].dts);
        EXPECT_GE((*points)[i].duration, 0);
        if (i > 0) {
          ASSERT_GT((*points)[i].dts, (*points)[i - 1].dts);
        }
      }
    }
  }

  std::size_t breaks() const {
    std::size_t count = 0;
    for (const auto* points : {&video_, &audio_}) {
      for (const Point& point : *points) count += point.breaks ? 1 : 0;
    }
    return count;
  }

 private:
  SourceClock clock_;
  Timeline timeline_;
  std::vector<Point> video_, audio_;
};

struct ClockRow {
  const char* name;
  SourceClock clock;
  double start;  // seconds on the source clock
};

const ClockRow kClocks[] = {
    {"rtmp from zero", kRtmpClock, 0},
    {"rtmp from anywhere", kRtmpClock, 123'456.789},
    {"rtmp wraps after five seconds", kRtmpClock, 4'294'962.296},
    {"ts wraps after five seconds", kTsClock, 95'438.717},
    {"ts from anywhere", kTsClock, 40'000},
};

TEST(Timeline, KeepsSoundAndPictureInStepOverEveryClock) {
  for (const ClockRow& row : kClocks) {
    SCOPED_TRACE(row.name);
    Feed feed(row.clock, 30, 900'000);
    feed.run(row.start, row.start + 20);
    feed.expect_ordered();
    EXPECT_EQ(feed.breaks(), 0u);
    EXPECT_EQ(feed.timeline().repairs(), TimelineRepairs{});
    EXPECT_EQ(feed.points(kVideo).front().dts, 900'000);
    EXPECT_EQ(feed.points(kVideo).size(), 600u);
    EXPECT_LT(feed.worst_sync(0, 0), 0.002);
    EXPECT_NEAR(static_cast<double>(feed.timeline().end()), 900'000 + 20 * 90'000, 90'000 * 0.03);
  }
}

TEST(Timeline, WrapsBetweenDecodingAndPresentation) {
  Feed feed(kTsClock);
  const double wrap = static_cast<double>(std::int64_t{1} << 33) / 90'000;
  ASSERT_TRUE(feed.video(wrap - 0.01, 0.1));
  EXPECT_EQ(feed.points(kVideo)[0].pts - feed.points(kVideo)[0].dts, 9000);
}

TEST(Timeline, EvensOutMillisecondsWithoutDriftOverAnHour) {
  for (const double rate : {24.0, 25.0, 30.0, 30'000.0 / 1001, 50.0, 60'000.0 / 1001, 60.0}) {
    SCOPED_TRACE(rate);
    Feed feed(kRtmpClock, rate);
    feed.run(0, 3600, rate);
    feed.expect_ordered();
    EXPECT_LT(feed.worst_sync(0, 0), 0.002);
    const double frame = 90'000 / rate;
    const auto& video = feed.points(kVideo);
    for (std::size_t i = 1; i < video.size(); ++i) {
      ASSERT_LE(std::abs(static_cast<double>(video[i].dts - video[i - 1].dts) - frame), 1.0) << i;
    }
    const auto& audio = feed.points(kAudio);
    for (std::size_t i = 1; i < audio.size(); ++i) {
      ASSERT_EQ(audio[i].dts - audio[i - 1].dts, 1024) << i;
    }
  }
}

TEST(Timeline, FollowsTheStampsWhereTheAnnouncedRateIsWrong) {
  for (const auto& [announced, real] : std::vector<std::pair<double, double>>{
           {30, 30'000.0 / 1001}, {60, 30}, {30, 60}, {25, 24}, {30, 29.5}, {1000, 25}, {0, 24}}) {
    SCOPED_TRACE(std::to_string(announced) + " " + std::to_string(real));
    Feed feed(kRtmpClock, announced);
    feed.run(0, 600, real);
    feed.expect_ordered();
    EXPECT_LT(feed.worst_sync(0, 0), 0.004);
    EXPECT_EQ(feed.breaks(), 0u);
    const auto& video = feed.points(kVideo);
    const double frame = 90'000 / real;
    for (std::size_t i = 100; i < video.size(); ++i) {
      ASSERT_LE(std::abs(static_cast<double>(video[i].dts - video[i - 1].dts) - frame), 205.0) << i;
    }
  }
}

TEST(Timeline, SlowlyFollowsAnAudioClockThatIsNotItsSampleRate) {
  Feed feed(kRtmpClock);
  // Half a per mille fast: 1.8 s in an hour.
  for (int i = 0; i < 168'750; ++i) feed.audio(i * 1024.0 / 48'000 * 1.0005);
  feed.expect_ordered();
  const auto& audio = feed.points(kAudio);
  for (std::size_t i = 1; i < audio.size(); ++i) {
    ASSERT_LE(std::abs(audio[i].dts - audio[i - 1].dts - 1024), 8) << i;
    ASSERT_LT(std::abs(feed.out(kAudio, audio[i]) - audio[i].source), 0.004) << i;
  }
}

struct JumpRow {
  const char* name;
  double jump;       // of the source clock of both tracks after ten seconds
  bool audio_first;  // which track arrives first behind it
  unsigned breaks;
  bool gap;  // counted as missing media rather than as a jump
};

const JumpRow kJumps[] = {
    {"an hour ahead", 3600, false, 1, false},
    {"an hour ahead, sound first", 3600, true, 1, false},
    {"back to the beginning", -10, false, 1, false},
    {"back to the beginning, sound first", -10, true, 1, false},
    {"far back", -5000, false, 1, false},
    {"three seconds are missing", 3, false, 1, true},
    {"three seconds are missing, sound first", 3, true, 1, true},
    {"just enough is missing", 0.66, false, 1, true},
    {"a little is missing", 0.3, false, 0, false},
    {"a little is missing, sound first", 0.3, true, 0, false},
    {"back by half a second and more", -0.6, false, 1, false},
};

TEST(Timeline, ClosesUpJumpsAndGapsOfTheWholeStream) {
  for (const JumpRow& row : kJumps) {
    SCOPED_TRACE(row.name);
    Feed feed(kRtmpClock, 30, 0);
    const double base = 20'000;
    feed.run(base, base + 10);
    const std::size_t video = feed.points(kVideo).size();
    const std::size_t audio = feed.points(kAudio).size();
    const double again = base + 10 + row.jump;
    if (row.audio_first) feed.audio(again - 0.01);
    feed.run(again + (row.audio_first ? kAudioFrame / kAudioScale - 0.01 : 0), again + 10);
    feed.expect_ordered();
    EXPECT_EQ(feed.breaks(), row.breaks);
    EXPECT_EQ(feed.timeline().repairs().gaps, row.gap ? 1u : 0u);
    EXPECT_EQ(feed.timeline().repairs().jumps, row.gap ? 0u : row.breaks);
    // Behind the break both tracks keep the distance that they have in the source.
    EXPECT_LT(feed.worst_sync(video, audio), 0.002);
    if (row.breaks > 0) {
      EXPECT_NEAR(static_cast<double>(feed.points(kVideo)[video].dts), 10 * 90'000, 90'000 * 0.03);
    }
  }
}

TEST(Timeline, TracksOnBothSidesOfAJumpKeepTheirOwn) {
  // Sound lags by 0.4 s in the order of arrival: it is still in front of the jump while the picture
  // is behind it.
  Feed feed(kRtmpClock);
  std::size_t video = 0;
  std::size_t audio = 0;
  for (int i = 0; i < 600; ++i) {
    const double at = i / 30.0;
    const auto source = [](double time) { return time < 10 ? 500 + time : 90 + time; };
    feed.video(source(at));
    if (at < 10) video = feed.points(kVideo).size();
    for (; static_cast<double>(audio) * 1024.0 / 48'000 < at - 0.4; ++audio) {
      feed.audio(source(static_cast<double>(audio) * 1024 / 48'000));
    }
  }
  feed.expect_ordered();
  EXPECT_EQ(feed.breaks(), 1u);
  EXPECT_LT(feed.worst_sync(video, 469), 0.002);
  EXPECT_EQ(feed.points(kAudio).size(), audio);
}

TEST(Timeline, KeepsAHoleOfOneTrack) {
  for (const bool hole_in_video : {true, false}) {
    SCOPED_TRACE(hole_in_video);
    Feed feed(kRtmpClock);
    int audio = 0;
    for (int i = 0; i < 600; ++i) {
      const double at = i / 30.0;
      const bool hole = at >= 5 && at < 12;
      if (!hole || !hole_in_video) feed.video(at);
      for (; audio * 1024.0 / 48'000 <= at; ++audio) {
        if (!hole || hole_in_video) feed.audio(audio * 1024.0 / 48'000);
      }
    }
    feed.expect_ordered();
    EXPECT_EQ(feed.breaks(), 0u);
    EXPECT_EQ(feed.timeline().repairs().gaps, 0u);
    EXPECT_LT(feed.worst_sync(0, 0), 0.002);
  }
}

TEST(Timeline, ALostSoundFrameLeavesItsHole) {
  Feed feed(kRtmpClock);
  for (int i = 0; i < 100; ++i) {
    if (i != 50) feed.audio(i * 1024.0 / 48'000);
  }
  EXPECT_NEAR(static_cast<double>(feed.points(kAudio)[50].dts - feed.points(kAudio)[49].dts), 2048,
              60);
  EXPECT_LT(std::abs(feed.out(kAudio, feed.points(kAudio).back()) - 99 * 1024.0 / 48'000), 0.002);
}

TEST(Timeline, TracksMayStartApart) {
  struct Row {
    double audio_from;
    double worst;
  };
  for (const Row row : {Row{0.7, 0.002}, Row{-0.5, 0.002}, Row{4, 0.002}}) {
    SCOPED_TRACE(row.audio_from);
    Feed feed(kRtmpClock);
    feed.video(100);
    for (int i = 0; i * 1024.0 / 48'000 < 8; ++i) {
      feed.audio(100 + row.audio_from + i * 1024.0 / 48'000);
    }
    EXPECT_LT(feed.worst_sync(0, 0), row.worst);
    // What was in front of the first picture is not there.
    EXPECT_GE(feed.points(kAudio).front().dts, 0);
    EXPECT_EQ(feed.breaks(), 0u);
  }
}

TEST(Timeline, TracksWithClocksOfTheirOwnStartTogether) {
  Feed feed(kTsClock);
  for (int i = 0; i < 300; ++i) {
    feed.video(500 + i / 30.0);
    feed.audio(20'000 + i / 30.0);
  }
  EXPECT_EQ(feed.breaks(), 0u);
  for (int i = 0; i < 300; ++i) {
    EXPECT_NEAR(feed.out(kAudio, feed.points(kAudio)[static_cast<std::size_t>(i)]),
                feed.out(kVideo, feed.points(kVideo)[static_cast<std::size_t>(i)]), 0.06);
  }
}

TEST(Timeline, NoPresentationBeforeDecoding) {
  // Two B-frames with decoding times that are one frame late, as some encoders stamp them.
  Feed feed(kRtmpClock);
  const double order[] = {0, 3, 1, 2};
  const double frame = 1 / 30.0;
  for (int i = 0; i < 400; ++i) {
    const double shown = i == 0 ? 0 : ((i - 1) / 3) * 3 + order[(i - 1) % 3 + 1];
    feed.video(i * frame, (shown - i) * frame);
  }
  feed.expect_ordered();
  const auto& video = feed.points(kVideo);
  for (std::size_t i = 5; i < video.size(); ++i) {
    const double shown = static_cast<double>(((i - 1) / 3) * 3) + order[(i - 1) % 3 + 1];
    EXPECT_NEAR(static_cast<double>(video[i].pts), shown * 3000, 1) << i;
    EXPECT_EQ(video[i].dts - video[i - 1].dts, 3000) << i;
  }
}

TEST(Timeline, FirstPresentationMayLieBeforeItsDecoding) {
  Feed feed(kRtmpClock, 30, 90'000);
  ASSERT_TRUE(feed.video(5, -0.1));
  EXPECT_EQ(feed.points(kVideo)[0].dts, 90'000);
  EXPECT_EQ(feed.points(kVideo)[0].pts, 90'000);
  ASSERT_TRUE(feed.video(5 + 1 / 30.0, -0.1));
  EXPECT_EQ(feed.points(kVideo)[1].dts, 93'000);
  EXPECT_EQ(feed.points(kVideo)[1].pts, 93'000);
}

TEST(Timeline, RepeatedStampsStandBehindEachOther) {
  Feed feed(kRtmpClock);
  for (int i = 0; i < 300; ++i) {
    feed.video(i / 30.0);
    if (i % 7 == 3) feed.video(i / 30.0);
  }
  feed.expect_ordered();
  EXPECT_GT(feed.timeline().repairs().overlaps, 20u);
  EXPECT_LT(feed.worst_sync(0, 0), 0.002);
}

TEST(Timeline, SoundThatComesTwiceIsDropped) {
  Feed feed(kRtmpClock);
  for (int i = 0; i < 100; ++i) feed.audio(i * 1024.0 / 48'000);
  int taken = 0;
  for (int i = 85; i < 100; ++i) taken += feed.audio(i * 1024.0 / 48'000) ? 1 : 0;
  EXPECT_EQ(taken, 0);
  EXPECT_TRUE(feed.audio(100 * 1024.0 / 48'000));
  EXPECT_EQ(feed.points(kAudio).back().dts, 100 * 1024);
  feed.expect_ordered();
}

TEST(Timeline, VariableFrameRateIsTakenAsItIs) {
  Feed feed(kRtmpClock, 0);
  double at = 0;
  for (int i = 0; i < 500; ++i) {
    feed.video(at);
    feed.audio(at);
    at += 0.016 + (i * 37 % 41) / 100.0;  // 16 to 416 ms
  }
  feed.expect_ordered();
  EXPECT_EQ(feed.breaks(), 0u);
  const auto& video = feed.points(kVideo);
  for (const Point& point : video) {
    EXPECT_NEAR(static_cast<double>(point.dts), point.source * 90'000, 91);
    EXPECT_LT(point.duration, 90'000);
  }
}

TEST(Timeline, AFrameASecondIsNoGap) {
  Feed feed(kRtmpClock, 0);
  for (int i = 0; i < 20; ++i) feed.video(i);
  EXPECT_EQ(feed.breaks(), 0u);
  EXPECT_EQ(feed.points(kVideo).back().dts, 19 * 90'000);
}

TEST(Timeline, AHoleDoesNotBecomeTheLengthOfAFrame) {
  Feed feed(kRtmpClock, 0);
  for (int i = 0; i < 300; ++i) {
    if (i < 100 || i > 200) feed.video(i / 30.0);
    feed.audio(i / 30.0);
  }
  for (const Point& point : feed.points(kVideo)) EXPECT_LE(point.duration, 3100);
}

TEST(Timeline, TellsTheStreamTimeOfText) {
  Feed feed(kRtmpClock, 30, 180'000);
  EXPECT_EQ(feed.timeline().stream_time(77), 180'000);
  feed.run(1000, 1005);
  EXPECT_EQ(feed.timeline().stream_time(1'003'000'000), 180'000 + 3 * 90'000);
}

TEST(Timeline, LengthOfTheLastSampleEndsTheTimeline) {
  Feed feed(kRtmpClock, 25);
  feed.video(0);
  EXPECT_EQ(feed.timeline().end(), 3600);
}

}  // namespace
}  // namespace live
