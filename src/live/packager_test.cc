#include "live/packager.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using testing::EncoderSettings;
using testing::kAudioKey;
using testing::kVideoKey;
using testing::StreamRig;

PackagingSettings packaging(double part, double segment = 2) {
  PackagingSettings settings;
  settings.part = std::chrono::milliseconds(std::lround(part * 1000));
  settings.segment = std::chrono::milliseconds(std::lround(segment * 1000));
  return settings;
}

struct Row {
  const char* name;
  EncoderSettings encoder;
  bool regular = true;      // every group of pictures is as long as the one before
  bool independent = true;  // groups are short enough that every segment can begin with one
};

const Row kRows[] = {
    {"30 fps, 2 s", {.rate = 30, .gop = 2}},
    {"30 fps, 1 s", {.rate = 30, .gop = 1}},
    {"30 fps, 1.5 s", {.rate = 30, .gop = 1.5}},
    {"30 fps, 4 s", {.rate = 30, .gop = 4}, true, false},
    {"30 fps, 8.3 s", {.rate = 30, .gop = 8.3}, true, false},
    {"30 fps, keyframes only", {.rate = 30, .gop = 1 / 30.0}},
    {"25 fps, 2 s", {.rate = 25, .gop = 2}},
    {"24 fps, 2 s", {.rate = 24, .gop = 2}},
    {"29.97 fps, 60 frames", {.rate = 30'000.0 / 1001, .gop = 60 * 1001 / 30'000.0}},
    {"59.94 fps, 60 frames", {.rate = 60'000.0 / 1001, .gop = 60 * 1001 / 60'000.0}},
    {"60 fps, 2 s", {.rate = 60, .gop = 2}},
    {"10 fps, 2 s", {.rate = 10, .gop = 2}},
    {"B-frames", {.rate = 30, .gop = 2, .b_frames = true}},
    {"scene cuts", {.rate = 30, .gop = 2, .scene_cuts = true}, false, false},
    {"rare scene cuts", {.rate = 30, .gop = 5, .scene_cuts = true}, false, false},
    {"variable rate", {.rate = 30, .gop = 2, .variable_rate = true}, false, false},
    {"no sound", {.rate = 30, .gop = 2, .audio = false}},
    {"sound late", {.rate = 30, .gop = 2, .audio_lag = 0.35}},
    {"sound early", {.rate = 30, .gop = 2, .audio_lag = -0.4}},
};

class Packaging : public ::testing::TestWithParam<double> {};

TEST_P(Packaging, KeepsEveryRule) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    StreamRig rig(packaging(GetParam()));
    rig.mux_all(GetParam() == 0.2);
    rig.publish(row.encoder);
    rig.lint_every(3);
    rig.run(row.encoder.gop > 5 ? 45 : 30);
    EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();

    // Nothing is lost or doubled, and everything stays in order.
    const auto pictures = rig.found("v0", 0);
    EXPECT_TRUE(std::is_sorted(pictures.begin(), pictures.end()));
    EXPECT_EQ(std::adjacent_find(pictures.begin(), pictures.end()), pictures.end());
    const auto& given = rig.given(kVideoKey);
    EXPECT_TRUE(std::equal(pictures.begin(), pictures.end(), given.begin()));
    EXPECT_GT(pictures.size() + 70, given.size());
    if (row.encoder.audio) {
      for (const auto& [rendition, index] :
           {std::pair<std::string, std::size_t>{"v0", 1}, {"audio", 0}}) {
        const auto sounds = rig.found(rendition, index);
        EXPECT_TRUE(std::equal(sounds.begin(), sounds.end(), rig.given(kAudioKey).begin()))
            << rendition;
        EXPECT_GT(sounds.size() + 80, rig.given(kAudioKey).size()) << rendition;
      }
    }

    // Segments begin with keyframes where the encoder lets them; parts go out with their last
    // frame once the encoder has shown its habit.
    std::size_t at_once = 0;
    std::size_t late = 0;
    for (const auto& seen : rig.parts("v0")) {
      if (seen.part->start > 20 * 90'000) ++(seen.closed_at_once ? at_once : late);
    }
    if (row.regular) {
      EXPECT_EQ(late, 0u);
      EXPECT_GT(at_once, 5u);
    }
    for (const auto& [msn, segment] : rig.segments("v0")) {
      if (row.independent) {
        EXPECT_TRUE(segment->independent()) << msn;
      }
    }
    EXPECT_EQ(rig.segments("v0").begin()->first, 5000u);
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, Packaging, ::testing::Values(0.1, 0.2, 0.333, 1.0));

TEST(Packager, LongGroupsBeginASegmentAtEveryKeyframe) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 8.3});
  rig.run(60);
  std::size_t independent = 0;
  for (const auto& [msn, segment] : rig.segments("v0")) independent += segment->independent();
  EXPECT_GE(independent, 7u);
  for (const auto& seen : rig.parts("v0")) {
    for (std::size_t i = 0; i < seen.part->samples[0].size(); ++i) {
      // A keyframe is never hidden inside a part.
      if (seen.part->samples[0][i].keyframe) {
        EXPECT_EQ(i, 0u);
        EXPECT_EQ(seen.part->index, 0u);
      }
    }
  }
}

TEST(Packager, SoundKeepsTheSegmentNumbersOfThePicture) {
  for (const double lag : {0.0, 0.4, -0.5}) {
    SCOPED_TRACE(lag);
    StreamRig rig(packaging(0.2));
    rig.publish({.rate = 30, .gop = 1.5, .audio_lag = lag});
    rig.run(30);
    rig.lose(5);
    rig.publish({.rate = 30, .gop = 2, .audio_lag = lag});
    rig.run(20);
    EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
    const auto& sound = rig.segments("audio");
    unsigned out_of_step = 0;
    for (const auto& [msn, segment] : rig.segments("v0")) {
      const auto other = sound.find(msn);
      if (other == sound.end() || !segment->complete || !other->second->complete) continue;
      const auto apart =
          std::abs(static_cast<double>((segment->date - other->second->date).count()));
      const bool same =
          segment->discontinuity_sequence == other->second->discontinuity_sequence && apart < 0.6e6;
      // Sound that was behind when the publisher was lost makes one short segment to catch up.
      if (!same) ++out_of_step;
    }
    EXPECT_LE(out_of_step, 1u);
  }
}

TEST(Packager, MissingPicturesDoNotStopTheSound) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(20);
  rig.run_dropping(15, kVideoKey);
  // Two seconds of waiting, then parts go on with sound alone.
  EXPECT_GT(rig.parts("v0").back().part->start, 31 * 90'000);
  rig.run(30);
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  const auto sounds = rig.found("v0", 1);
  EXPECT_TRUE(std::equal(sounds.begin(), sounds.end(), rig.given(kAudioKey).begin()));
  // In step again: what was told and what the media says are the same within a part.
  const auto& last = *rig.parts("v0").back().part;
  const auto& segment = *rig.segments("v0").rbegin()->second;
  const double told =
      static_cast<double>(segment.date.time_since_epoch().count()) / 1e6 - 1'780'000'000;
  EXPECT_NEAR(told, static_cast<double>(segment.parts.front()->start) / 90'000, 0.25);
  EXPECT_GT(last.start, 63 * 90'000);
}

TEST(Packager, MissingSoundDoesNotStopThePicture) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(20);
  rig.run_dropping(10, kAudioKey);
  rig.run(30);
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  EXPECT_GT(rig.parts("audio").back().part->start, 57 * 90'000);
}

TEST(Packager, EveryCueIsInThePartOfItsTimeOnceInEachRendition) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(3);
  for (int i = 0; i < 200; ++i) {
    rig.cue("cue " + std::to_string(i));
    rig.run(0.137);
  }
  rig.run(2);
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  std::map<std::string, std::map<std::string, media::Ticks>> times;
  for (const std::string name : {"v0", "audio"}) {
    for (const auto& seen : rig.parts(name)) {
      media::Ticks before = 0;
      for (const Cue& cue : seen.part->cues) {
        EXPECT_TRUE(times[name].emplace(cue.text.payload, cue.time).second);
        EXPECT_GE(cue.time, seen.part->start);
        EXPECT_LT(cue.time, seen.part->start + seen.part->duration + 3000);
        EXPECT_GE(cue.time, before);
        before = cue.time;
      }
    }
    EXPECT_EQ(times[name].size(), 200u);
  }
  for (const auto& [payload, time] : times["v0"]) {
    EXPECT_NEAR(static_cast<double>(times["audio"][payload]), static_cast<double>(time), 3000);
  }
}

TEST(Packager, TooManyCuesAreRefused) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(3);
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += rig.stream().add_text({media::TimedText::Origin::kApi, "x"}, 0).has_value() ? 1 : 0;
  }
  EXPECT_EQ(taken, Packager::kMaxWaitingCues);
  rig.run(1);
  EXPECT_TRUE(rig.stream().add_text({media::TimedText::Origin::kApi, "x"}, 0));
}

TEST(Packager, ACueOfTheFarFutureComesAllTheSame) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(3);
  ASSERT_TRUE(
      rig.stream().add_text({media::TimedText::Origin::kInband, "late"}, 90'000 * 86'400LL));
  rig.run(12);
  std::size_t found = 0;
  for (const auto& seen : rig.parts("v0")) found += seen.part->cues.size();
  EXPECT_EQ(found, 1u);
}

TEST(Packager, SnapshotIsSharedUntilSomethingIsCompleted) {
  Packager packager("v0", packaging(0.2), {10, 0});
  packager.set_tracks(
      std::make_shared<const TrackSet>(1, std::vector<media::Track>{testing::video_track(30)}), {});
  media::Sample sample;
  sample.keyframe = true;
  sample.duration = 3000;
  const auto empty = packager.snapshot({});
  EXPECT_EQ(empty->next, (PartPosition{10, 0}));
  EXPECT_FALSE(packager.add(0, sample));
  bool completed = false;
  for (int i = 1; i < 6; ++i) {
    EXPECT_FALSE(completed);
    sample.dts = sample.pts = i * 3000;
    sample.keyframe = false;
    completed = packager.add(0, sample);
  }
  EXPECT_TRUE(completed);
  const auto one = packager.snapshot({});
  EXPECT_EQ(packager.snapshot({}), one);
  EXPECT_EQ(one->segments.at(0)->parts.at(0)->duration, 18'000);
  EXPECT_EQ(one->next, (PartPosition{10, 1}));
}

TEST(Packager, PicturesBeforeTheFirstKeyframeAreDropped) {
  Packager packager("v0", packaging(0.2), {10, 0});
  packager.set_tracks(
      std::make_shared<const TrackSet>(1, std::vector<media::Track>{testing::video_track(30)}), {});
  media::Sample sample;
  sample.duration = 3000;
  for (int i = 0; i < 100; ++i) {
    sample.dts = sample.pts = i * 3000;
    sample.keyframe = i == 50;
    (void)packager.add(0, sample);
  }
  const auto window = packager.snapshot({});
  ASSERT_FALSE(window->segments.empty());
  EXPECT_EQ(window->segments[0]->parts[0]->samples[0][0].dts, 150'000);
  EXPECT_TRUE(window->segments[0]->independent());
}

TEST(Packager, MemoryOfTheWindowStaysBounded) {
  StreamRig rig(packaging(0.2));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(60);
  const std::size_t after_a_minute = rig.stream().window_bytes();
  rig.run(120);
  EXPECT_LT(rig.stream().window_bytes(), after_a_minute * 12 / 10);
  EXPECT_GT(rig.stream().window_bytes(), after_a_minute * 8 / 10);
}

}  // namespace
}  // namespace live
