#include "record/clip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "record/layout.h"
#include "record/replay_rig_test_support.h"

namespace record::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ClipTest : public ReplayTest {
 protected:
  ClipTest() {
    written_ = above_.make_store(loop_);
    maker_ = std::make_unique<ClipMaker>(
        loop_, shelf_, above_, std::move(*io::open_local_object_store(loop_, shelf_.spool())),
        above_.make_store(loop_), *written_);
  }

  base::Expected<Facts> clip(const std::string& id, base::Duration start, base::Duration end) {
    std::optional<base::Expected<Facts>> result;
    maker_->clip({id, start, end}, [&](base::Expected<Facts> facts) { result = std::move(facts); });
    EXPECT_TRUE(wait([&] { return result.has_value(); }));
    if (result && *result) above_.facts[(*result)->recording] = **result;
    return std::move(*result);
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    bool done = false;
    const auto pending =
        written_->list({.bucket = std::string(kBucket)}, [&](base::Expected<io::ObjectPage> page) {
          done = true;
          if (!page) return;
          for (const io::ObjectInfo& object : page->objects) keys.push_back(object.key);
        });
    EXPECT_TRUE(wait([&] { return done; }));
    return keys;
  }
  std::string play(const std::string& id, const std::string& rendition) {
    const auto& playlist = get(id + "/-/" + rendition + "/playlist.m3u8");
    std::istringstream lines(playlist.body);
    std::string all;
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line[0] != '#') all += get(id + "/-/" + rendition + "/" + line).body;
    }
    return all;
  }

  std::unique_ptr<io::ObjectStore> written_;
  std::unique_ptr<ClipMaker> maker_;
};

std::string stretch(const MadeRecording& made, std::size_t rendition, std::size_t first,
                    std::size_t end) {
  std::string all;
  std::size_t index = 0;
  const auto& segments = made.catalog.renditions[rendition].segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (const CatalogPiece& piece : segments[i].pieces) {
      if (index >= first && index < end) {
        all += base::as_text(made.files[rendition].at(segments[i].number))
                   .substr(piece.offset, piece.length);
      }
      ++index;
    }
  }
  return all;
}

class ClipOf : public ClipTest, public ::testing::WithParamInterface<media::PartContainer> {};

TEST_P(ClipOf, APartOfAFinishedRecordingIsARecording) {
  const MadeRecording& made = add({.container = GetParam()});
  // From the piece at 6 s to that which ends at 16 s.
  const auto facts = clip("RecOrDing001", 7'500ms, 14'100ms);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_NE(facts->recording, "RecOrDing001");
  EXPECT_EQ(facts->recording.size(), 12u);
  EXPECT_EQ(facts->duration, 10s);
  EXPECT_EQ(facts->started_at, made.facts.started_at + 6s);
  EXPECT_TRUE(facts->ended_at);
  EXPECT_EQ(facts->thumbnails, 1u);
  EXPECT_THAT(facts->renditions, SizeIs(2));
  EXPECT_THAT(facts->prefix, ::testing::StartsWith("ivs/v1/123456789012/abcDEF123456/"));
  for (const std::size_t i : {0u, 1u}) {
    const std::string name = made.catalog.renditions[i].info.name;
    EXPECT_TRUE(play(facts->recording, name) == stretch(made, i, 3, 8)) << name;
  }
  EXPECT_EQ(get(facts->recording + "/-/thumb0.jpg").body, "picture 1");
  EXPECT_THAT(get(facts->recording + ".vtt").body, HasSubstr("00:00:00.000 --> 00:00:10.000"));
  // Its MP4 has the pictures from 6 s to 16 s.
  const auto& movie = get(facts->recording + ".mp4?rendition=160p30");
  ASSERT_EQ(movie.response.status, 200) << movie.body;
  ASSERT_TRUE(movie.finished);
  const ReadMovie read = read_movie(movie.body);
  ASSERT_THAT(read.tracks, SizeIs(2));
  ASSERT_EQ(read.tracks[0].samples.size(), 300u);
  for (std::size_t i = 0; i < 300; ++i) {
    const auto& [offset, size] = read.tracks[0].samples[i];
    ASSERT_EQ(movie.body.substr(offset, size), base::as_text(made.samples[1][0][180 + i])) << i;
  }
  // Everything that the layout names is there.
  const auto all = keys();
  for (const char* key :
       {"/events/recording-started.json", "/events/recording-ended.json", "/media/hls/master.m3u8",
        "/media/hls/byte-range-multivariant.m3u8", "/media/hls/720p30/playlist.m3u8",
        "/media/hls/160p30/byte-range-variant.m3u8", "/media/thumbnails/thumb0.jpg"}) {
    EXPECT_THAT(all, Contains(facts->prefix + key));
  }
  EXPECT_THAT(all, Contains(catalog_key(facts->recording)));
}

INSTANTIATE_TEST_SUITE_P(Containers, ClipOf,
                         ::testing::Values(media::PartContainer::kMpegTs,
                                           media::PartContainer::kFmp4),
                         [](const auto& test) {
                           return test.param == media::PartContainer::kMpegTs ? "ts" : "fmp4";
                         });

TEST_F(ClipTest, OfARunningRecordingTakesWhatThereIs) {
  const MadeRecording& made = add({.in_spool = true, .ended = false});
  const auto facts = clip("RecOrDing001", 20s, 1h);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->duration, 5s);
  EXPECT_TRUE(play(facts->recording, "720p30") == stretch(made, 0, 10, 13));
}

TEST_F(ClipTest, KeepsConfigurationsAndBreaks) {
  add({.container = media::PartContainer::kFmp4, .change_at = 13});
  const auto both = clip("RecOrDing001", 11s, 14s);
  ASSERT_TRUE(both);
  const auto& playlist = get(both->recording + "/-/720p30/playlist.m3u8");
  EXPECT_THAT(playlist.body, HasSubstr("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-1.mp4\""));
  const auto second = clip("RecOrDing001", 20s, 22s);
  ASSERT_TRUE(second);
  const auto& after = get(second->recording + "/-/720p30/playlist.m3u8");
  EXPECT_THAT(after.body, Not(HasSubstr("DISCONTINUITY")));
  EXPECT_THAT(after.body, HasSubstr("#EXT-X-MAP:URI=\"init-0.mp4\""));
  EXPECT_EQ(get(second->recording + "/-/720p30/init-0.mp4").body,
            get("RecOrDing001/-/720p30/init-1.mp4").body);
}

TEST_F(ClipTest, SaysWhatCannotBeClipped) {
  add({});
  add({.id = "TimeShift001", .in_spool = true, .ended = false, .time_shift = true});
  EXPECT_EQ(clip("NotThere0001", 0s, 1s).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(clip("RecOrDing001", 25s, 30s).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(clip("RecOrDing001", 5s, 5s).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(clip("RecOrDing001", -1s, 5s).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(clip("RecOrDing001", 0ns, base::Duration::min()).error().code,
            base::ErrorCode::kInvalid);
  EXPECT_EQ(clip("TimeShift001", 0s, 5s).error().code, base::ErrorCode::kInvalid);
}

TEST_F(ClipTest, WhatFailsLeavesNothingBehind) {
  const MadeRecording& made = add({});
  const auto before = keys();
  ASSERT_EQ(std::remove((above_.store + "/" + std::string(kBucket) + "/" + made.facts.prefix +
                         "/media/hls/720p30/1.ts")
                            .c_str()),
            0);
  const auto failed = clip("RecOrDing001", 6s, 14s);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::ErrorCode::kNotFound);
  ASSERT_TRUE(wait([&] { return keys().size() == before.size() - 1; }));
}

TEST_F(ClipTest, OneComesAfterTheOtherAndTooManyAreRefused) {
  add({.seconds = 10});
  int done = 0;
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    maker_->clip({"RecOrDing001", 0s, 4s}, [&](base::Expected<Facts> facts) {
      ++done;
      if (!facts && facts.error().code == base::ErrorCode::kLimit) ++refused;
    });
  }
  EXPECT_EQ(refused, 4);
  ASSERT_TRUE(wait([&] { return done == 20; }));
  EXPECT_EQ(refused, 4);
}

TEST_F(ClipTest, GivenUpHalfWayNothingIsSeen) {
  add({});
  bool called = false;
  maker_->clip({"RecOrDing001", 0s, 20s}, [&](const auto&) { called = true; });
  for (int i = 0; i < 6; ++i) (void)loop_.run_once(std::chrono::milliseconds(5));
  ASSERT_FALSE(called);
  maker_.reset();
  for (int i = 0; i < 10; ++i) (void)loop_.run_once(std::chrono::milliseconds(5));
  EXPECT_FALSE(called);
  std::size_t masters = 0;
  std::size_t catalogs = 0;
  for (const std::string& key : keys()) {
    if (key.ends_with("master.m3u8")) ++masters;
    if (key.ends_with("/catalog")) ++catalogs;
  }
  EXPECT_EQ(masters, 0u);
  EXPECT_EQ(catalogs, 1u);  // the recording's own
}

}  // namespace
}  // namespace record::testing
