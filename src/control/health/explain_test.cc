#include "control/health/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace control {
namespace {

using live::Health;
using live::StreamStatus;
using ::testing::HasSubstr;

constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

StreamStatus good() {
  StreamStatus status;
  status.channel = base::ChannelId("channel");
  status.stream = base::StreamId("st-1");
  status.live = true;
  status.health = Health::kHealthy;
  status.measured = true;
  status.bitrate = 4'128'000;
  status.video_bitrate = 4'000'000;
  status.audio_bitrate = 128'000;
  status.frame_rate = 30;
  status.keyframe_interval = std::chrono::seconds(2);
  status.max_bitrate = 8'500'000;
  status.encoder.video_bitrate = 4'000'000;
  status.encoder.audio_bitrate = 128'000;
  live::TrackStatus video;
  video.width = 1920;
  video.height = 1080;
  video.frame_rate = 30;
  live::TrackStatus audio;
  audio.sample_rate = 48'000;
  audio.channels = 2;
  status.tracks = {video, audio};
  return status;
}

/// A minute of this, five seconds apart, up to `now`.
StreamPast minute_of(const std::function<void(StreamStatus&, int)>& change = {}) {
  StreamPast past;
  for (int i = 12; i >= 1; --i) {
    StreamStatus status = good();
    if (change) change(status, i);
    past.add(status, kNow - std::chrono::seconds(5 * i));
  }
  return past;
}

std::string codes(const std::vector<HealthNote>& notes) {
  std::string all;
  for (const HealthNote& note : notes) {
    all += (all.empty() ? "" : " ") + note.code + "/" + std::string(to_string(note.severity));
  }
  return all;
}

std::vector<HealthNote> told(const StreamStatus& status, const StreamPast& past) {
  return explain(find_conditions(status, past, kNow), status, past, Since{}, kNow);
}

struct Row {
  std::string_view name;
  void (*change)(StreamStatus&);
  std::string_view told;
};

// Of a broadcast whose last minute was fine.
constexpr Row kRows[] = {
    {"fine", [](StreamStatus&) {}, "GOOD_STABILITY/SUCCESS"},
    {"keyframes every 2.99 s",
     [](StreamStatus& s) { s.keyframe_interval = std::chrono::milliseconds(2990); },
     "GOOD_STABILITY/SUCCESS"},
    {"keyframes every 3 s", [](StreamStatus& s) { s.keyframe_interval = std::chrono::seconds(3); },
     "KEYFRAME_INTERVAL/WARNING"},
    {"keyframes every 10 s",
     [](StreamStatus& s) { s.keyframe_interval = std::chrono::seconds(10); },
     "KEYFRAME_INTERVAL/WARNING"},
    {"no sound", [](StreamStatus& s) { s.tracks.pop_back(); }, "AUDIO_MISSING/WARNING"},
    {"silent track", [](StreamStatus& s) { s.audio_bitrate = 0; }, "AUDIO_STOPPED/WARNING"},
    {"22 kHz", [](StreamStatus& s) { s.tracks[1].sample_rate = 22'050; },
     "AUDIO_SAMPLE_RATE/WARNING"},
    {"44.1 kHz", [](StreamStatus& s) { s.tracks[1].sample_rate = 44'100; },
     "GOOD_STABILITY/SUCCESS"},
    {"5.1 sound", [](StreamStatus& s) { s.tracks[1].channels = 6; }, "AUDIO_CHANNELS/WARNING"},
    {"much sound", [](StreamStatus& s) { s.encoder.audio_bitrate = 384'000; },
     "TARGET_AUDIO_BITRATE/WARNING"},
    {"4K", [](StreamStatus& s) { s.tracks[0].width = 3840, s.tracks[0].height = 2160; },
     "RESOLUTION/WARNING"},
    {"a long edge", [](StreamStatus& s) { s.tracks[0].width = 2000, s.tracks[0].height = 500; },
     "RESOLUTION/WARNING"},
    {"near the limit", [](StreamStatus& s) { s.bitrate = 8'000'000; },
     "BITRATE_NEAR_LIMIT/WARNING"},
    {"above the limit", [](StreamStatus& s) { s.bitrate = 9'000'000; },
     "BITRATE_ABOVE_LIMIT/ERROR"},
    {"aims above the limit", [](StreamStatus& s) { s.encoder.video_bitrate = 9'000'000; },
     "TARGET_BITRATE/WARNING"},
    {"fewer pictures", [](StreamStatus& s) { s.frame_rate = 24; }, "FRAME_RATE_LOW/WARNING"},
    {"a few fewer pictures", [](StreamStatus& s) { s.frame_rate = 28; }, "GOOD_STABILITY/SUCCESS"},
    {"a gap", [](StreamStatus& s) { s.repairs.gaps = 1; }, "TIMESTAMP_GAP/WARNING"},
    {"a jump", [](StreamStatus& s) { s.repairs.jumps = 1; }, "TIMESTAMP_JUMP/INFO"},
    {"an overlap", [](StreamStatus& s) { s.repairs.overlaps = 1; }, "GOOD_STABILITY/SUCCESS"},
    {"many overlaps", [](StreamStatus& s) { s.repairs.overlaps = 30; }, "TIMESTAMP_OVERLAP/INFO"},
    {"dropped samples", [](StreamStatus& s) { s.dropped.displaced = 30; }, "SAMPLES_DROPPED/INFO"},
    {"renditions left out",
     [](StreamStatus& s) {
       s.renditions.push_back({.name = "720p30", .state = live::RenditionStatus::State::kShed});
     },
     "RENDITIONS_SHED/WARNING"},
    {"connection lost",
     [](StreamStatus& s) { s.live = false, s.measured = false, s.health = Health::kStarving; },
     "CONNECTION_LOST/ERROR"},
    {"ended", [](StreamStatus& s) { s.live = false, s.health = Health::kUnknown; }, ""},
    {"connected and silent",
     [](StreamStatus& s) {
       s.health = Health::kStarving, s.silence = std::chrono::seconds(4);
       s.video_bitrate = 800'000, s.frame_rate = 6;
     },
     "NOTHING_ARRIVES/ERROR"},
    {"half arrives",
     [](StreamStatus& s) {
       s.health = Health::kStarving, s.video_bitrate = 2'000'000, s.frame_rate = 15;
     },
     "UPLOAD_TOO_SLOW/ERROR"},
    {"half the pictures, all of the bits",
     [](StreamStatus& s) { s.health = Health::kStarving, s.frame_rate = 15; },
     "ENCODER_OVERLOADED/ERROR"},
    {"starving and nothing to see", [](StreamStatus& s) { s.health = Health::kStarving; },
     "POOR_STABILITY/ERROR"},
    {"the encoder drops for the network",
     [](StreamStatus& s) {
       s.encoder_figures = live::EncoderFigures{.rendered = 1800, .dropped = 90, .output = 1700};
     },
     "UPLOAD_TOO_SLOW/WARNING"},
    {"the encoder is too slow",
     [](StreamStatus& s) {
       s.encoder_figures = live::EncoderFigures{.rendered = 1800, .output = 1700, .skipped = 90};
     },
     "ENCODER_OVERLOADED/WARNING"},
    {"what the encoder counts decides",
     [](StreamStatus& s) {
       s.health = Health::kStarving, s.video_bitrate = 2'000'000, s.frame_rate = 15;
       s.encoder_figures = live::EncoderFigures{.rendered = 1800, .lagged = 300, .output = 1500};
     },
     "ENCODER_OVERLOADED/ERROR"},
    {"a lost picture is nothing",
     [](StreamStatus& s) {
       s.encoder_figures = live::EncoderFigures{.rendered = 1800, .dropped = 1, .output = 1799};
     },
     "GOOD_STABILITY/SUCCESS"},
    {"not measured yet",
     [](StreamStatus& s) { s.measured = false, s.frame_rate = 0, s.audio_bitrate = 0; },
     "GOOD_STABILITY/SUCCESS"},
};

TEST(Explain, OneConditionAtATime) {
  const StreamPast past = minute_of();
  for (const Row& row : kRows) {
    StreamStatus status = good();
    row.change(status);
    EXPECT_EQ(codes(told(status, past)), row.told) << row.name;
  }
}

TEST(Explain, EveryNoteHasWords) {
  StreamStatus status = good();
  const StreamPast past = minute_of();
  Conditions all;
  all.set();
  const auto notes = explain(all, status, past, Since{}, kNow);
  EXPECT_EQ(notes.size(), kConditions);
  for (const HealthNote& note : notes) {
    EXPECT_FALSE(note.title.empty()) << note.code;
    EXPECT_GT(note.explanation.size(), 40u) << note.code;
    EXPECT_TRUE(note.explanation.ends_with('.')) << note.code;
    EXPECT_TRUE(note.since) << note.code;
  }
  EXPECT_EQ(notes.front().severity, Severity::kError);
  EXPECT_EQ(notes.back().severity, Severity::kInfo);
}

TEST(Explain, SaysTheNumbers) {
  const StreamPast past = minute_of();
  StreamStatus status = good();
  status.health = Health::kStarving;
  status.video_bitrate = 1'500'000;
  EXPECT_THAT(told(status, past).front().explanation,
              HasSubstr("1.5 Mbit/s arrive in place of the usual 4.0"));
  status = good();
  status.keyframe_interval = std::chrono::milliseconds(8300);
  EXPECT_THAT(told(status, past).front().explanation, HasSubstr("every 8.3 seconds"));
  EXPECT_THAT(told(status, past).front().explanation, HasSubstr("Above 5 seconds"));
}

TEST(Explain, RepairsAreToldForAMinute) {
  const auto one_gap = [](StreamStatus& status, int) { status.repairs.gaps = 1; };
  StreamStatus status = good();
  status.repairs.gaps = 1;
  EXPECT_EQ(codes(told(status, minute_of(one_gap))), "GOOD_STABILITY/SUCCESS");
  EXPECT_EQ(codes(told(status, minute_of())), "TIMESTAMP_GAP/WARNING");
  EXPECT_EQ(codes(told(status, StreamPast{})), "TIMESTAMP_GAP/WARNING");
}

TEST(Explain, ABitrateThatVaries) {
  const auto vary = [](StreamStatus& status, int i) {
    status.video_bitrate = i % 2 == 0 ? 6'000'000 : 2'000'000;
  };
  EXPECT_EQ(codes(told(good(), minute_of(vary))), "VARIABLE_BITRATE/WARNING");
  const auto vary_a_little = [](StreamStatus& status, int i) {
    status.video_bitrate = i % 2 == 0 ? 4'400'000 : 3'600'000;
  };
  EXPECT_EQ(codes(told(good(), minute_of(vary_a_little))), "GOOD_STABILITY/SUCCESS");
}

// A publisher that came back counts from the beginning: nothing can be said.
TEST(Explain, CountersThatBeginAnew) {
  const auto before = [](StreamStatus& status, int) {
    status.encoder_figures = live::EncoderFigures{.rendered = 9000, .dropped = 500};
  };
  StreamStatus status = good();
  status.encoder_figures = live::EncoderFigures{.rendered = 300, .dropped = 4};
  EXPECT_EQ(codes(told(status, minute_of(before))), "GOOD_STABILITY/SUCCESS");
}

TEST(Explain, SinceIsNeverInTheFuture) {
  StreamStatus status = good();
  status.keyframe_interval = std::chrono::seconds(4);
  const StreamPast past = minute_of();
  Since since{};
  since[index_of(Condition::kKeyframesFar)] = kNow + std::chrono::seconds(1);
  EXPECT_EQ(explain(find_conditions(status, past, kNow), status, past, since, kNow).front().since,
            kNow);
}

struct SummaryRow {
  std::string_view name;
  EncoderSummary summary;
  std::string_view told;
};

TEST(ExplainSummary, WhatTheEncoderIsSetTo) {
  const SummaryRow rows[] = {
      {"nothing known", {}, ""},
      {"fine",
       {.width = 1920,
        .height = 1080,
        .target_bitrate = 6'000'000,
        .max_bitrate = 8'500'000,
        .target_audio_bitrate = 160'000,
        .sample_rate = 48'000,
        .channels = 2,
        .keyframe_interval = 2},
       ""},
      {"too much of all",
       {.width = 2560,
        .height = 1440,
        .target_bitrate = 9'000'000,
        .max_bitrate = 8'500'000,
        .target_audio_bitrate = 500'000,
        .sample_rate = 96'000,
        .channels = 3,
        .keyframe_interval = 3},
       "KEYFRAME_INTERVAL/WARNING RESOLUTION/WARNING TARGET_BITRATE/WARNING "
       "AUDIO_SAMPLE_RATE/WARNING AUDIO_CHANNELS/WARNING TARGET_AUDIO_BITRATE/WARNING"},
  };
  for (const SummaryRow& row : rows) {
    EXPECT_EQ(codes(explain(find_conditions(row.summary), row.summary)), row.told) << row.name;
  }
}

TEST(ExplainSummary, WhatTypesAllow) {
  EXPECT_EQ(allowed_bitrate("STANDARD", 1920, 1080), 8'500'000u);
  EXPECT_EQ(allowed_bitrate("ADVANCED_HD", 640, 360), 8'500'000u);
  EXPECT_EQ(allowed_bitrate("BASIC", 854, 480), 1'500'000u);
  EXPECT_EQ(allowed_bitrate("BASIC", 480, 854), 1'500'000u);
  EXPECT_EQ(allowed_bitrate("BASIC", 1280, 720), 3'500'000u);
}

TEST(StreamPastTest, ForgetsWhatIsOlderThanItHasRoomFor) {
  StreamPast past;
  StreamStatus status = good();
  for (int i = 0; i < 100; ++i) past.add(status, kNow + std::chrono::seconds(i * 5));
  const base::WallTime end = kNow + std::chrono::seconds(99 * 5);
  EXPECT_EQ(past.usual()->figures, StreamPast::kFigures);
  EXPECT_EQ(past.since(end, std::chrono::hours(1))->at,
            end - std::chrono::seconds(5 * (StreamPast::kFigures - 1)));
  EXPECT_EQ(past.since(end, std::chrono::seconds(30))->at, end - std::chrono::seconds(30));
  EXPECT_EQ(past.since(end + std::chrono::hours(1), std::chrono::seconds(30)), nullptr);
}

TEST(StreamPastTest, TakesNoMoreThanOneInFourSeconds) {
  StreamPast past;
  for (int i = 0; i < 20; ++i) past.add(good(), kNow + std::chrono::seconds(i));
  EXPECT_EQ(past.usual()->figures, 5u);
  // What is usual stays so, however long it does not hold.
  StreamStatus starving = good();
  starving.health = Health::kStarving;
  starving.frame_rate = 3;
  for (int i = 4; i < 100; ++i) past.add(starving, kNow + std::chrono::seconds(i * 5));
  EXPECT_EQ(past.usual()->frame_rate, 30);
  // A clock that was set back begins anew.
  past.add(good(), kNow - std::chrono::hours(1));
  EXPECT_FALSE(past.usual());
}

}  // namespace
}  // namespace control
