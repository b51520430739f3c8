#include "live/playlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using ::testing::HasSubstr;
using testing::kAudioKey;
using testing::kVideoKey;
using ::testing::Not;
using testing::StreamRig;

// ---- the lint itself must find what it is there for ----

constexpr std::string_view kGood =
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3.000,HOLD-BACK=6.0,"
    "CAN-SKIP-UNTIL=12.0\n#EXT-X-PART-INF:PART-TARGET=1.000\n"
    "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    "#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-05-05T21:55:38.120Z\n"
    "#EXT-X-PART:DURATION=1.00000,URI=\"part-10-0.m4s\",INDEPENDENT=YES\n"
    "#EXT-X-PART:DURATION=1.00000,URI=\"part-10-1.m4s\"\n#EXTINF:2.00000,live\nseg-10.m4s\n"
    "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-2.mp4\"\n"
    "#EXT-X-PROGRAM-DATE-TIME:2026-05-05T21:55:45.000Z\n"
    "#EXT-X-PART:DURATION=1.00000,URI=\"part-11-0.m4s\",INDEPENDENT=YES\n"
    "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-11-1.m4s\"\n"
    "#EXT-X-PREFETCH:seg-11.m4s\n#EXT-X-PREFETCH:seg-12.m4s\n";

std::size_t problems_after(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::vector<std::string> problems;
  (void)testing::read_playlist(text, Container::kFmp4, problems);
  return problems.size();
}

TEST(PlaylistLint, TakesAGoodPlaylist) {
  std::vector<std::string> problems;
  const auto playlist = testing::read_playlist(kGood, Container::kFmp4, problems);
  EXPECT_THAT(problems, ::testing::IsEmpty());
  EXPECT_EQ(playlist.segments.size(), 2u);
  EXPECT_EQ(playlist.segments[1].discontinuity_sequence, 4u);
}

TEST(PlaylistLint, FindsWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> kMistakes[] = {
      {"#EXTM3U\n", ""},
      {"VERSION:6", "VERSION:3"},
      {"#EXT-X-TARGETDURATION:2\n", ""},
      {"TARGETDURATION:2", "TARGETDURATION:1"},
      {"PART-HOLD-BACK=3.000", "PART-HOLD-BACK=2.500"},
      {"HOLD-BACK=6.0", "HOLD-BACK=5.0"},
      {"CAN-SKIP-UNTIL=12.0", "CAN-SKIP-UNTIL=8.0"},
      {"#EXT-X-MAP:URI=\"init-1.mp4\"\n", ""},
      {"#EXT-X-PROGRAM-DATE-TIME:2026-05-05T21:55:38.120Z\n", ""},
      {"DURATION=1.00000,URI=\"part-10-0", "DURATION=1.10000,URI=\"part-10-0"},
      {"DURATION=1.00000,URI=\"part-10-0", "DURATION=0.80000,URI=\"part-10-0"},
      {"part-10-1.m4s", "part-10-2.m4s"},
      {"#EXTINF:2.00000", "#EXTINF:2.10000"},
      {"#EXTINF:2.00000", "#EXTINF:2"},
      {"seg-10.m4s", "seg-9.m4s"},
      {"part-11-0.m4s\",INDEPENDENT=YES", "part-11-0.m4s\""},
      {"part-11-1.m4s", "part-12-0.m4s"},
      {"PREFETCH:seg-12", "PREFETCH:seg-13"},
      {"#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-11-1.m4s\"\n", ""},
      {"#EXT-X-PART-INF", "#EXT-X-PART-INFO"},
      {"URI=\"init-2.mp4\"", "URI=\"init-2.mp4"},
      {"#EXT-X-PREFETCH:seg-11.m4s\n", "#EXT-X-ENDLIST\n#EXT-X-PREFETCH:seg-11.m4s\n"},
  };
  for (const auto& [from, to] : kMistakes) EXPECT_GT(problems_after(from, to), 0u) << from << to;
}

TEST(PlaylistLint, RemembersWhatWasPromised) {
  const auto fed = [](std::string_view from, std::string_view to) {
    std::string next(kGood);
    next.replace(next.find(from), from.size(), to);
    testing::PlaylistLint lint(Container::kFmp4);
    lint.feed(kGood, kGood);
    lint.feed(next, next);
    return lint.problems().size();
  };
  EXPECT_EQ(fed("", ""), 0u);
  EXPECT_GT(fed("SEQUENCE:10", "SEQUENCE:9"), 0u);
  EXPECT_GT(fed("DISCONTINUITY-SEQUENCE:3", "DISCONTINUITY-SEQUENCE:4"), 0u);
  EXPECT_GT(fed("38.120Z", "38.220Z"), 0u);
  EXPECT_GT(fed("PART-TARGET=1.000", "PART-TARGET=1.001"), 0u);
  EXPECT_GT(fed("init-1.mp4", "init-3.mp4"), 0u);
}

// ---- what we render ----

PackagingSettings packaging() {
  return {};
}

TEST(Playlist, HoldsEveryRuleForAnHourOfTrouble) {
  // A window that is long enough for delta updates to leave something out.
  StreamRig rig({.window = std::chrono::seconds(30)});
  rig.lint_every(4);
  rig.publish({.rate = 30, .gop = 2});
  const struct {
    double rate, gop;
    bool scene_cuts;
    double lag;
  } kEncoders[] = {{30, 2, false, 0}, {25, 2, false, 0.2}, {30'000.0 / 1001, 2.002, false, -0.2},
                   {60, 1, false, 0}, {24, 4, true, 0},    {30, 2, false, 0}};
  for (int round = 0; round < 6; ++round) {
    const auto& encoder = kEncoders[round];
    rig.run(60);
    rig.jump(-400);
    rig.run(60);
    rig.jump(3);
    rig.run(60);
    rig.run_dropping(4, kAudioKey);
    rig.run(60);
    rig.run_dropping(6, kVideoKey);
    rig.run(60);
    rig.stall(2.5);
    rig.run(1);
    rig.catch_up();
    rig.run(60);
    for (int i = 0; i < 20; ++i) {
      rig.cue("cue " + std::to_string(round) + " " + std::to_string(i));
      rig.run(0.4);
    }
    rig.change_picture(round % 2 == 0 ? 640 : 1280);
    rig.run(60);
    rig.lose(12.5);
    rig.publish({.rate = encoder.rate,
                 .gop = encoder.gop,
                 .scene_cuts = encoder.scene_cuts,
                 .audio_lag = encoder.lag,
                 .width = round % 2 == 0 ? 640u : 1280u},
                50'000);
    rig.run(100);
    // A takeover goes on without a break.
    rig.publish({.rate = encoder.rate, .gop = encoder.gop, .width = round % 2 == 0 ? 640u : 1280u},
                7000);
    rig.run(60);
  }
  rig.finish();
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  for (const std::string name : {"v0", "audio"}) {
    for (const Container container : {Container::kFmp4, Container::kTs}) {
      const auto& lint = rig.lint(name, container);
      EXPECT_TRUE(lint.latest().ended);
      EXPECT_GT(lint.hints_kept(), 1500u);
      EXPECT_LT(lint.largest(), 20'000u);
      EXPECT_GT(lint.skipped(), 1000u);
    }
  }
  EXPECT_GT(rig.segments("v0").size(), 1500u);
  // Lost publishers, changed pictures and moved clocks, and nothing else.
  EXPECT_EQ(rig.segments("v0").rbegin()->second->discontinuity_sequence, 7u + 6 * 4);
}

TEST(Playlist, DatesAreTheTimesOfArrival) {
  StreamRig rig(packaging());
  rig.publish({.rate = 30, .gop = 2});
  rig.run(60);
  rig.lose(20);
  rig.publish({.rate = 30, .gop = 2}, 90'000);
  rig.run(60);
  for (const auto& seen : rig.parts("v0")) {
    // A part's end arrives with its last frame, one frame before it is over.
    EXPECT_GT(seen.date_error, -2.3) << seen.part->msn;
    EXPECT_LT(seen.date_error, 0.1) << seen.part->msn;
  }
}

TEST(Playlist, SegmentsThatLeaveTheListStayForAWhile) {
  StreamRig rig(packaging());
  rig.publish({.rate = 30, .gop = 2});
  rig.run(60);
  const auto snapshot = rig.stream().snapshot();
  const Window& window = **snapshot->find("v0");
  EXPECT_GE(window.first_listed, 2u);
  EXPECT_NE(window.segment(window.segments[window.first_listed]->msn - 2), nullptr);
  EXPECT_EQ(window.segment(0), nullptr);
  EXPECT_EQ(window.segment(1'000'000), nullptr);
}

TEST(Playlist, EndsWithItsStream) {
  StreamRig rig(packaging());
  rig.publish({.rate = 30, .gop = 2});
  rig.run(11.1);
  rig.finish();
  EXPECT_TRUE(rig.problems().empty()) << rig.problem_text();
  const auto snapshot = rig.stream().snapshot();
  EXPECT_TRUE(snapshot->ended);
  const std::string text = render_media_playlist(**snapshot->find("v0"), Container::kTs, false);
  EXPECT_TRUE(text.ends_with("#EXT-X-ENDLIST\n"));
  EXPECT_THAT(text, Not(HasSubstr("PRELOAD-HINT")));
}

TEST(Playlist, NormalLatencyListsWholeSegmentsOnly) {
  PackagingSettings settings = packaging();
  settings.latency = Latency::kNormal;
  StreamRig rig(settings);
  rig.publish({.rate = 30, .gop = 2});
  rig.run(5.1);
  const auto snapshot = rig.stream().snapshot();
  for (const Container container : {Container::kTs, Container::kFmp4}) {
    for (const bool skip : {false, true}) {
      const std::string text = render_media_playlist(**snapshot->find("v0"), container, skip);
      for (const char* tag : {"PART", "SERVER-CONTROL", "PREFETCH", "PRELOAD", "REPORT", "SKIP"}) {
        EXPECT_THAT(text, Not(HasSubstr(tag)));
      }
      EXPECT_THAT(text, HasSubstr("#EXTINF:2.00000,live\n"));
      // Nothing is told of the segment that is being made.
      const std::string last =
          segment_name((*snapshot->find("v0"))->segments.back()->msn - 1, container);
      EXPECT_TRUE(text.ends_with(last + "\n")) << text;
    }
  }
}

TEST(Playlist, CuesAreDateRanges) {
  StreamRig rig(packaging());
  rig.publish({.rate = 30, .gop = 2});
  rig.run(3);
  rig.cue("say \"hello\",\nworld");
  rig.run(1);
  const auto snapshot = rig.stream().snapshot();
  for (const std::string name : {"v0", "audio"}) {
    const std::string text = render_media_playlist(**snapshot->find(name), Container::kFmp4, false);
    EXPECT_THAT(text, HasSubstr("X-PAYLOAD-BASE64=\"c2F5ICJoZWxsbyIsCndvcmxk\""));
  }
}

TEST(Playlist, MultivariantTellsTheTruth) {
  StreamRig rig(packaging());
  rig.publish({.rate = 30'000.0 / 1001, .gop = 2.002});
  rig.run(10);
  const auto snapshot = rig.stream().snapshot();
  const auto early = snapshot->multivariant;
  std::string text = render_multivariant_playlist(*early);
  // Which segments begin with keyframes is the media playlists' to say.
  EXPECT_THAT(text, Not(HasSubstr("INDEPENDENT")));
  EXPECT_THAT(text, HasSubstr("CODECS=\"avc1.64001F,mp4a.40.2\",RESOLUTION=1280x720,"
                              "FRAME-RATE=29.970,VIDEO=\"720p30\""));
  EXPECT_THAT(text, HasSubstr("NAME=\"audio_only\""));
  EXPECT_THAT(text, HasSubstr("DATA-ID=\"SERVER-TIME\""));
  // Measured anew about once a second.
  std::size_t changes = 0;
  auto before = early;
  for (int i = 0; i < 50; ++i) {
    rig.run(0.1);
    const auto now = rig.stream().snapshot()->multivariant;
    changes += now != before ? 1 : 0;
    before = now;
  }
  EXPECT_GE(changes, 4u);
  EXPECT_LE(changes, 5u);
}

TEST(Playlist, NamesAreReadBackAndNothingElse) {
  for (const Container container : {Container::kFmp4, Container::kTs}) {
    const auto segment = parse_media_name(segment_name(77, container), container);
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->kind, MediaName::Kind::kSegment);
    EXPECT_EQ(segment->position.msn, 77u);
    const auto part = parse_media_name(part_name({4'000'000'000'000, 12}, container), container);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->position, (PartPosition{4'000'000'000'000, 12}));
  }
  EXPECT_EQ(parse_media_name(init_name(3), Container::kFmp4)->generation, 3u);
  for (const char* name : {"",
                           "seg-",
                           "seg-1",
                           "seg-1.ts",
                           "seg-01.m4s",
                           "seg--1.m4s",
                           "seg-1.m4s ",
                           "seg-1.m4s/",
                           "part-1.m4s",
                           "part-1-.m4s",
                           "part-1-01.m4s",
                           "part-1-100001.m4s",
                           "part-1-1-1.m4s",
                           "init-.mp4",
                           "init-1.m4s",
                           "SEG-1.m4s",
                           "seg-99999999999999999999.m4s",
                           "seg-1e3.m4s",
                           "seg-+1.m4s",
                           "index.m3u8"}) {
    EXPECT_FALSE(parse_media_name(name, Container::kFmp4)) << name;
  }
  EXPECT_FALSE(parse_media_name("init-1.mp4", Container::kTs));
}

}  // namespace
}  // namespace live
