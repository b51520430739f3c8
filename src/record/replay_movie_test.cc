#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/replay_rig_test_support.h"

namespace record::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string_view header(const FakeViewer::Answer& answer, std::string_view name) {
  return answer.response.headers.get(name);
}

/// Every sample of the movie's tracks is the one that was recorded, from `first` on by track.
void expect_samples(const MadeRecording& made, std::size_t rendition, const std::string& file,
                    std::vector<std::size_t> first = {0, 0},
                    std::vector<std::size_t> count = {SIZE_MAX, SIZE_MAX}) {
  const ReadMovie movie = read_movie(file);
  ASSERT_THAT(movie.tracks, SizeIs(2));
  std::uint64_t end = 0;
  for (std::size_t track = 0; track < 2; ++track) {
    const auto& expected = made.samples[rendition][track];
    const auto& places = movie.tracks[track].samples;
    ASSERT_EQ(places.size(), std::min(count[track], expected.size() - first[track])) << track;
    for (std::size_t i = 0; i < places.size(); ++i) {
      ASSERT_LE(places[i].first + places[i].second, file.size());
      ASSERT_EQ(file.substr(places[i].first, places[i].second),
                base::as_text(expected[first[track] + i]))
          << track << " " << i;
      end = std::max(end, places[i].first + places[i].second);
    }
  }
  EXPECT_EQ(end, file.size());
}

class MovieTest : public ReplayTest, public ::testing::WithParamInterface<media::PartContainer> {
 protected:
  RecordingShape shape() const {
    return {.id = "RecOrDing001", .container = GetParam(), .heights = {720}};
  }
};

TEST_P(MovieTest, HasEverySampleAtTheRightPlace) {
  const MadeRecording& made = add(shape());
  const auto& movie = get("RecOrDing001.mp4");
  ASSERT_EQ(movie.response.status, 200);
  EXPECT_TRUE(movie.finished);
  EXPECT_EQ(header(movie, "Content-Type"), "video/mp4");
  EXPECT_EQ(header(movie, "Content-Length"), std::to_string(movie.body.size()));
  EXPECT_EQ(header(movie, "Content-Disposition"),
            "attachment; filename=\"My__show_-2026-05-09.mp4\"");
  EXPECT_EQ(header(movie, "Accept-Ranges"), "bytes");
  expect_samples(made, 0, movie.body);
  const auto& head = get("RecOrDing001.mp4", {}, wire::http::Method::kHead);
  EXPECT_EQ(header(head, "Content-Length"), std::to_string(movie.body.size()));
  EXPECT_EQ(header(head, "ETag"), header(movie, "ETag"));
}

TEST_P(MovieTest, RangesAreCutFromTheSameFile) {
  add(shape());
  const std::string whole = get("RecOrDing001.mp4").body;
  const std::string tag(header(viewer_.answers[token_], "ETag"));
  std::size_t at = 0;
  for (const std::size_t length :
       {1u, 100u, 8'000u, 3u, 100'000u, 299'999u, 12u, 5u, 200'000u, 1u}) {
    if (at + length > whole.size()) break;
    const auto& part =
        get("RecOrDing001.mp4",
            {{"Range", "bytes=" + std::to_string(at) + "-" + std::to_string(at + length - 1)},
             {"If-Range", tag}});
    EXPECT_EQ(part.response.status, 206);
    ASSERT_TRUE(part.body == whole.substr(at, length)) << at;
    EXPECT_EQ(header(part, "Content-Length"), std::to_string(length));
    at += length + 777;
  }
  EXPECT_EQ(get("RecOrDing001.mp4", {{"Range", "bytes=-500"}}).body,
            whole.substr(whole.size() - 500));
  EXPECT_EQ(get("RecOrDing001.mp4", {{"Range", "bytes=999999999999-"}}).response.status, 416);
  EXPECT_EQ(get("RecOrDing001.mp4", {{"If-None-Match", tag}}).response.status, 304);
}

TEST_P(MovieTest, BeginsAtTheKeyframeBeforeStart) {
  const MadeRecording& made = add(shape());
  // 13.5 s: the keyframe is at 12 s, in the second segment; the part with 17.9 s ends at 18 s.
  const auto& movie = get("RecOrDing001.mp4?start=13500&end=17900");
  ASSERT_EQ(movie.response.status, 200) << movie.body;
  const ReadMovie read = read_movie(movie.body);
  ASSERT_THAT(read.tracks, SizeIs(2));
  EXPECT_EQ(read.tracks[0].samples.size(), 180u);
  std::size_t sounds_before = 0;
  while (media::rescale(static_cast<media::Ticks>(sounds_before) * 1024, 48'000, 90'000) <
         12 * 90'000) {
    ++sounds_before;
  }
  expect_samples(made, 0, movie.body, {360, sounds_before}, {180, read.tracks[1].samples.size()});
  EXPECT_NEAR(static_cast<double>(read.tracks[1].samples.size()), 6 * 48'000.0 / 1024, 1);
}

TEST_P(MovieTest, RefusesTimesThatCannotBe) {
  add(shape());
  for (const char* query : {"start=-1", "start=x", "end=", "start=1e3", "start=5000&end=5000",
                            "start=9999999999999999999"}) {
    const auto& answer = get(std::string("RecOrDing001.mp4?") + query);
    EXPECT_EQ(answer.response.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr("bad_request"));
  }
  EXPECT_EQ(get("RecOrDing001.mp4?start=25000").response.status, 404);
}

TEST_P(MovieTest, TheTimelineGoesOnAcrossABreak) {
  RecordingShape with = shape();
  with.break_at = 14;
  const MadeRecording& made = add(with);
  const auto& movie = get("RecOrDing001.mp4");
  ASSERT_EQ(movie.response.status, 200);
  expect_samples(made, 0, movie.body);
  const ReadMovie read = read_movie(movie.body);
  // Nothing is missing at 14 s, although the clock had jumped; both tracks stay together.
  const auto seconds = [&](std::size_t track, std::size_t i) {
    return static_cast<double>(read.tracks[track].dts[i]) / read.tracks[track].timescale;
  };
  EXPECT_NEAR(seconds(0, 420), 14.0, 0.05);
  EXPECT_NEAR(seconds(0, read.tracks[0].dts.size() - 1), 24.97, 0.05);
  EXPECT_NEAR(seconds(1, read.tracks[1].dts.size() - 1), 24.97, 0.05);
}

TEST_P(MovieTest, AConfigurationThatChangesIsAnotherDescription) {
  RecordingShape with = shape();
  with.change_at = 12;
  const MadeRecording& made = add(with);
  const auto& movie = get("RecOrDing001.mp4");
  ASSERT_EQ(movie.response.status, 200);
  expect_samples(made, 0, movie.body);
  const ReadMovie read = read_movie(movie.body);
  EXPECT_EQ(read.tracks[0].descriptions, 2u);
  EXPECT_EQ(read.tracks[1].descriptions, 1u);
}

TEST_P(MovieTest, OfARunningRecordingStaysTheSameForAWhile) {
  RecordingShape with = shape();
  with.in_spool = true;
  with.ended = false;
  const MadeRecording& made = add(with);
  MadeRecording shorter = made;
  shorter.catalog.renditions[0].segments.pop_back();
  put_on_shelf(shorter, true);
  const std::string before = get("RecOrDing001.mp4").body;
  put_on_shelf(made, true);
  EXPECT_TRUE(get("RecOrDing001.mp4").body == before);
  EXPECT_GT(get("RecOrDing001.mp4?start=1").body.size(), before.size());
}

TEST_P(MovieTest, ManyGetTheSameMovieAtOnce) {
  const MadeRecording& made = add(shape());
  for (int i = 0; i < 20; ++i) ask("RecOrDing001.mp4");
  ASSERT_TRUE(wait([&] {
    return viewer_.answers.size() == 20 &&
           std::ranges::all_of(viewer_.answers, [](const auto& e) { return e.second.done(); });
  }));
  for (const auto& [token, answer] : viewer_.answers) {
    ASSERT_TRUE(answer.finished);
    EXPECT_TRUE(answer.body == viewer_.answers.begin()->second.body);
  }
  expect_samples(made, 0, viewer_.answers.begin()->second.body);
}

INSTANTIATE_TEST_SUITE_P(Containers, MovieTest,
                         ::testing::Values(media::PartContainer::kMpegTs,
                                           media::PartContainer::kFmp4),
                         [](const auto& test) {
                           return test.param == media::PartContainer::kMpegTs ? "ts" : "fmp4";
                         });

}  // namespace
}  // namespace record::testing
