#include "live/followers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using testing::EncoderSettings;
using testing::serial_of;
using testing::StreamRig;

constexpr TrackKey kMadeVideo{media::TrackKind::kVideo, 16};
constexpr TrackKey kMadeAudio{media::TrackKind::kAudio, 17};

// What a helper does, without any coding: pictures come back in the order of presentation, some
// pictures later, if asked for only every second one; sound on a grid of its own.
class Helper final : public SourceFeed {
 public:
  Helper(Stream& stream, std::size_t lag, bool halves)
      : stream_(stream), lag_(lag), halves_(halves) {}

  void on_source_track(const media::Track& track) override {
    media::Track made = track;
    made.codec_string = track.kind() == media::TrackKind::kVideo ? "avc1.64001E" : "mp4a.40.2";
    made.id = track.kind() == media::TrackKind::kVideo ? 16 : 17;
    stream_.set_made_track({made.kind(), made.id}, made);
  }
  void on_source_sample(media::TrackKind kind, const media::Sample& sample) override {
    if (kind == media::TrackKind::kAudio) {
      (void)stream_.add_made(kMadeAudio, sample);
      return;
    }
    waiting_.push_back(sample);
    std::ranges::sort(waiting_, {}, &media::Sample::pts);
    while (waiting_.size() > lag_) give();
  }
  void drain() {
    while (!waiting_.empty()) give();
  }

 private:
  void give() {
    media::Sample made = waiting_.front();
    waiting_.pop_front();
    since_key_ = made.keyframe ? 0 : since_key_ + 1;
    if (halves_ && since_key_ % 2 == 1) return;
    made.dts = made.pts;
    if (halves_) made.duration *= 2;
    (void)stream_.add_made(kMadeVideo, made);
  }

  Stream& stream_;
  const std::size_t lag_;
  const bool halves_;
  std::uint64_t since_key_ = 0;
  std::deque<media::Sample> waiting_;
};

FollowerPlan plan_of(bool own_audio) {
  FollowerPlan plan;
  plan.name = "480p30";
  plan.leading = kMadeVideo;
  plan.audio = own_audio ? kMadeAudio : testing::kAudioKey;
  plan.own_audio = own_audio;
  plan.width = 854;
  plan.height = 480;
  plan.frame_rate = 30;
  plan.bitrate = 1'500'000;
  plan.codecs = {"avc1.64001F", "mp4a.40.2"};
  return plan;
}

FollowerPlan sound_plan() {
  FollowerPlan plan;
  plan.name = "audio_only";
  plan.leading = kMadeAudio;
  plan.own_audio = true;
  plan.bitrate = 64'000;
  plan.codecs = {"mp4a.40.2"};
  return plan;
}

std::vector<std::uint64_t> serials(const Segment& segment, std::size_t index) {
  std::vector<std::uint64_t> all;
  for (const auto& part : segment.parts) {
    for (const auto& sample : part->samples[index]) all.push_back(serial_of(sample));
  }
  return all;
}

struct Row {
  const char* name;
  EncoderSettings encoder;
  bool halves = false;
  bool regular = true;
};

const Row kRows[] = {
    {"30 fps", {.rate = 30, .gop = 2}},
    {"1 s", {.rate = 30, .gop = 1}},
    {"1.5 s", {.rate = 30, .gop = 1.5}},
    {"8.3 s", {.rate = 30, .gop = 8.3}},
    {"25 fps", {.rate = 25, .gop = 2}},
    {"29.97", {.rate = 30'000.0 / 1001, .gop = 60 * 1001 / 30'000.0}},
    {"60 fps", {.rate = 60, .gop = 2}},
    {"60 to 30", {.rate = 60, .gop = 2}, true},
    {"59.94 to 29.97", {.rate = 60'000.0 / 1001, .gop = 121 * 1001 / 60'000.0}, true},
    // Groups end with a picture that is shown last.
    {"B-frames", {.rate = 30, .gop = 61 / 30.0, .b_frames = true}},
    {"scene cuts", {.rate = 30, .gop = 2, .scene_cuts = true}, false, false},
    {"scene cuts, halved", {.rate = 60, .gop = 2, .scene_cuts = true}, true, false},
    {"variable rate", {.rate = 30, .gop = 2, .variable_rate = true}, false, false},
    {"no sound", {.rate = 30, .gop = 2, .audio = false}},
    {"sound late", {.rate = 30, .gop = 2, .audio_lag = 0.35}},
    {"sound early", {.rate = 30, .gop = 2, .audio_lag = -0.4}},
};

class Following : public ::testing::TestWithParam<std::size_t> {};

// Every segment that both have is the same one.
void expect_in_step(StreamRig& rig, const Row& row, bool own_audio) {
  const auto& source = rig.segments("v0");
  const auto& made = rig.segments("480p30");
  ASSERT_GT(made.size(), 4u);
  for (const auto& [msn, segment] : made) {
    SCOPED_TRACE(msn);
    const auto found = source.find(msn);
    ASSERT_NE(found, source.end());
    const Segment& original = *found->second;
    EXPECT_EQ(segment->discontinuity, original.discontinuity);
    EXPECT_EQ(segment->discontinuity_sequence, original.discontinuity_sequence);
    EXPECT_EQ(segment->date, original.date);
    if (!segment->complete || !original.complete) continue;
    EXPECT_EQ(segment->duration, original.duration);
    EXPECT_EQ(segment->independent(), original.independent());
    const auto pictures = serials(*segment, 0);
    const auto all = serials(original, 0);
    ASSERT_EQ(pictures.empty(), all.empty());
    if (all.empty()) continue;
    // A keyframe is never left out.
    if (!row.halves || original.independent()) {
      EXPECT_EQ(pictures.front(), all.front());
    }
    if (!row.halves && !row.encoder.b_frames) {
      EXPECT_EQ(pictures, all) << pictures.size() << " of " << all.size() << ", the last one "
                               << pictures.back() << ", not " << all.back();
    }
    if (row.encoder.audio && !own_audio) {
      EXPECT_EQ(serials(*segment, 1), serials(original, 1));
    }
  }
}

TEST_P(Following, KeepsStepWithTheSource) {
  for (const Row& row : kRows) {
    for (const bool own_audio : {false, true}) {
      if (own_audio && !row.encoder.audio) continue;
      SCOPED_TRACE(row.name);
      SCOPED_TRACE(own_audio);
      StreamRig rig({});
      rig.mux_all(GetParam() == 3);
      rig.publish(row.encoder);
      rig.lint_every(4);
      // Whoever reorders has to wait for what comes in between.
      const std::size_t lag = std::max<std::size_t>(GetParam(), row.encoder.b_frames ? 4 : 0);
      Helper helper(rig.stream(), lag, row.halves);
      FollowerPlan plan = plan_of(own_audio);
      if (!row.encoder.audio) plan.audio.reset();
      rig.stream().offer({plan}, false);
      rig.stream().feed(&helper);
      rig.run(row.encoder.gop > 5 ? 30 : 14);
      EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
      expect_in_step(rig, row, own_audio);
      // Nothing is missing in between.
      EXPECT_EQ(rig.segments("480p30").begin()->first, rig.segments("v0").begin()->first);
    }
  }
}

TEST_P(Following, GoesOnBehindBreaks) {
  const Row row{"", {.rate = 30, .gop = 2}};
  StreamRig rig({});
  rig.publish(row.encoder);
  Helper helper(rig.stream(), GetParam(), false);
  rig.stream().offer({plan_of(true), sound_plan()}, false);
  rig.stream().feed(&helper);
  rig.run(9.3);
  rig.lose(3);
  rig.publish(row.encoder, 500);
  rig.run(8.7);
  rig.jump(-500);
  rig.run(8);
  rig.change_picture(640);
  rig.run(8);
  helper.drain();
  rig.finish();
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  expect_in_step(rig, row, true);
  EXPECT_EQ(rig.segments("480p30").rbegin()->first, rig.segments("v0").rbegin()->first);
  for (const auto& [msn, segment] : rig.segments("audio_only")) {
    const Segment& original = *rig.segments("v0").at(msn);
    EXPECT_EQ(segment->discontinuity_sequence, original.discontinuity_sequence) << msn;
    EXPECT_EQ(segment->date, original.date) << msn;
  }
}

TEST_P(Following, MayBeginAtAnyTime) {
  const Row row{"", {.rate = 30, .gop = 2}};
  for (const double late : {0.1, 3.1, 4.99, 5.9, 6.0, 7.3}) {
    SCOPED_TRACE(late);
    StreamRig rig({});
    rig.publish(row.encoder);
    rig.run(late);
    Helper helper(rig.stream(), GetParam(), false);
    rig.stream().offer({plan_of(false), sound_plan()}, false);
    const auto open = rig.stream().edge();
    // The segment that is open is still had from its beginning.
    rig.stream().feed(&helper);
    rig.run(12);
    EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
    expect_in_step(rig, row, false);
    EXPECT_EQ(rig.segments("480p30").begin()->first, open.msn);
    EXPECT_EQ(rig.segments("audio_only").begin()->first, open.msn);
  }
}

INSTANTIATE_TEST_SUITE_P(Lags, Following, ::testing::Values(0, 3, 11));

TEST(Followers, AreOfferedBeforeTheyAreThere) {
  StreamRig rig({});
  rig.publish({});
  rig.run(3);
  rig.stream().offer({plan_of(false), sound_plan()}, false);
  const auto snapshot = rig.stream().snapshot();
  const auto& variants = snapshot->multivariant->variants;
  ASSERT_THAT(variants, ::testing::SizeIs(3));
  EXPECT_EQ(variants[0].rendition, "720p30");
  EXPECT_EQ(variants[1].rendition, "480p30");
  EXPECT_EQ(variants[1].uri, "480p30");
  EXPECT_EQ(variants[1].bandwidth, 1'650'000u);
  EXPECT_THAT(variants[1].codecs, ::testing::ElementsAre("avc1.64001F", "mp4a.40.2"));
  // The one that was made takes the place of the source's sound.
  EXPECT_EQ(variants[2].uri, "audio_only");
  EXPECT_TRUE((*snapshot->find("480p30"))->starting);
  EXPECT_FALSE((*snapshot->find("v0"))->starting);

  Helper helper(rig.stream(), 2, false);
  rig.stream().feed(&helper);
  rig.run(3);
  const auto later = rig.stream().snapshot();
  EXPECT_FALSE((*later->find("480p30"))->starting);
  EXPECT_THAT(later->multivariant->variants[1].codecs,
              ::testing::ElementsAre("avc1.64001E", "mp4a.40.2"));
}

TEST(Followers, StandInForTheSourceOrLeaveItsPlaceToIt) {
  StreamRig rig({});
  rig.publish({});
  rig.run(3);
  FollowerPlan same = plan_of(true);
  same.name = "720p30";
  rig.stream().offer({same}, true);
  const auto hidden = rig.stream().snapshot()->multivariant;
  ASSERT_THAT(hidden->variants, ::testing::SizeIs(2));
  EXPECT_EQ(hidden->variants[0].uri, "720p30");
  EXPECT_EQ(hidden->variants[1].uri, "audio");
  // No rendition is left: the source is what there is.
  rig.stream().offer({}, true);
  const auto shown = rig.stream().snapshot();
  EXPECT_EQ(shown->multivariant->variants.at(0).uri, "v0");
  EXPECT_EQ(shown->find("720p30"), nullptr);
}

TEST(Followers, AHoleBeginsTheWindowAnew) {
  StreamRig rig({});
  rig.publish({.rate = 30, .gop = 2});
  Helper first(rig.stream(), 2, false);
  rig.stream().offer({plan_of(false)}, false);
  rig.stream().feed(&first);
  rig.run(7);
  const auto before = rig.segments("480p30").rbegin()->first;
  rig.stream().feed(nullptr);
  rig.run(9);
  Helper second(rig.stream(), 2, false);
  rig.stream().feed(&second);
  rig.run(5);
  const auto window = *rig.stream().snapshot()->find("480p30");
  EXPECT_GT(window->segments.front()->msn, before + 2);
  for (const auto& segment : window->segments) {
    EXPECT_EQ(segment->date, rig.segments("v0").at(segment->msn)->date);
    EXPECT_TRUE(segment->independent());
  }
}

TEST(Followers, RepeatedSamplesAreTakenOnce) {
  StreamRig rig({});
  rig.publish({.rate = 30, .gop = 2});
  Helper first(rig.stream(), 0, false);
  rig.stream().offer({plan_of(false)}, false);
  rig.stream().feed(&first);
  rig.run(4.5);
  // Another one begins with the segment that is open.
  Helper second(rig.stream(), 0, false);
  rig.stream().feed(&second);
  rig.run(6);
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  expect_in_step(rig, {"", {.rate = 30, .gop = 2}}, false);
}

TEST(Followers, CuesAndRangesAreWhereTheSourceHasThem) {
  StreamRig rig({});
  rig.publish({.rate = 30, .gop = 2});
  Helper helper(rig.stream(), 4, false);
  rig.stream().offer({plan_of(false)}, false);
  rig.stream().feed(&helper);
  rig.run(3);
  for (int i = 0; i < 40; ++i) {
    rig.cue("cue " + std::to_string(i));
    rig.run(0.21);
  }
  const auto range = std::make_shared<const DateRange>(
      DateRange{DateRange::Kind::kAd, {}, std::chrono::seconds(2), "ad"});
  rig.stream().hold_ranges({range});
  rig.run(3);
  rig.stream().hold_ranges({});
  rig.run(4);
  std::map<std::string, std::map<std::string, media::Ticks>> times;
  for (const std::string name : {"v0", "480p30"}) {
    for (const auto& seen : rig.parts(name)) {
      for (const Cue& cue : seen.part->cues) times[name][cue.text.payload] = cue.time;
    }
  }
  EXPECT_EQ(times["v0"].size(), 40u);
  EXPECT_EQ(times["v0"], times["480p30"]);
  std::size_t ranged = 0;
  for (const auto& [msn, segment] : rig.segments("480p30")) {
    if (!segment->complete) continue;
    EXPECT_EQ(segment->ranges, rig.segments("v0").at(msn)->ranges) << msn;
    ranged += segment->ranges.size();
  }
  EXPECT_GE(ranged, 2u);
}

}  // namespace
}  // namespace live
