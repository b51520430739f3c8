#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "record/replay_metrics.h"
#include "record/replay_rig_test_support.h"

namespace record::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string_view text_of(const base::Bytes& bytes) {
  return base::as_text(bytes);
}

std::vector<std::string> lines_of(const std::string& text, std::string_view front) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(front)) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> addresses_of(const std::string& playlist) {
  std::vector<std::string> addresses;
  std::istringstream stream(playlist);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line[0] != '#') addresses.push_back(line);
  }
  return addresses;
}

std::string_view header(const FakeViewer::Answer& answer, std::string_view name) {
  return answer.response.headers.get(name);
}

TEST_F(ReplayTest, EveryPieceOfAPlaylistIsTheSegmentsOctets) {
  const MadeRecording& made = add({});
  const auto& master = get("RecOrDing001.m3u8");
  ASSERT_EQ(master.response.status, 200);
  EXPECT_EQ(header(master, "Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(header(master, "Cache-Control"), "public, max-age=1");
  const auto variants = addresses_of(master.body);
  ASSERT_THAT(variants,
              ElementsAre("/api/video/v1/recordings/RecOrDing001/-/720p30/playlist.m3u8",
                          "/api/video/v1/recordings/RecOrDing001/-/160p30/playlist.m3u8"));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto& playlist = get(variants[i]);
    ASSERT_EQ(playlist.response.status, 200);
    EXPECT_THAT(playlist.body, HasSubstr("#EXT-X-PLAYLIST-TYPE:VOD\n"));
    EXPECT_THAT(playlist.body, HasSubstr("#EXT-X-TARGETDURATION:2\n"));
    EXPECT_THAT(playlist.body, EndsWith("#EXT-X-ENDLIST\n"));
    EXPECT_THAT(playlist.body, Not(HasSubstr("DISCONTINUITY")));
    EXPECT_THAT(lines_of(playlist.body, "#EXT-X-PROGRAM-DATE-TIME"), SizeIs(3));
    const auto pieces = addresses_of(playlist.body);
    ASSERT_THAT(pieces, SizeIs(13));  // 5, 5 and 3
    std::string all;
    for (const std::string& piece : pieces) {
      const auto& media = get(variants[i].substr(0, variants[i].rfind('/') + 1) + piece);
      ASSERT_EQ(media.response.status, 200) << piece;
      EXPECT_EQ(header(media, "Content-Type"), "video/mp2t");
      EXPECT_EQ(header(media, "Cache-Control"), "public, max-age=31536000, immutable");
      all += media.body;
    }
    std::string expected;
    for (const auto& [number, file] : made.files[i]) expected += text_of(file);
    EXPECT_EQ(all.size(), expected.size());
    EXPECT_TRUE(all == expected);
  }
  const auto& whole = get("RecOrDing001/-/720p30/1.ts");
  EXPECT_TRUE(whole.body == text_of(made.files[0].at(1)));
}

TEST_F(ReplayTest, FragmentsHaveTheirInitializationSegment) {
  const MadeRecording& made = add({.container = media::PartContainer::kFmp4, .change_at = 13});
  const auto& playlist = get("RecOrDing001/-/720p30/playlist.m3u8");
  EXPECT_THAT(lines_of(playlist.body, "#EXT-X-MAP"),
              ElementsAre("#EXT-X-MAP:URI=\"init-0.mp4\"", "#EXT-X-MAP:URI=\"init-1.mp4\""));
  EXPECT_THAT(lines_of(playlist.body, "#EXT-X-DISCONTINUITY"), SizeIs(1));
  EXPECT_LT(playlist.body.find("DISCONTINUITY"), playlist.body.find("init-1"));
  const auto& init = get("RecOrDing001/-/720p30/init-1.mp4");
  EXPECT_EQ(init.response.status, 200);
  EXPECT_EQ(init.body.size(), made.catalog.renditions[0].generations[1].init_bytes);
  EXPECT_EQ(header(init, "Content-Type"), "video/mp4");
  const auto& piece = get("RecOrDing001/-/720p30/0-1.m4s");
  const CatalogPiece& place = made.catalog.renditions[0].segments[0].pieces[1];
  EXPECT_EQ(piece.body, text_of(made.files[0].at(0)).substr(place.offset, place.length));
  EXPECT_EQ(get("RecOrDing001/-/720p30/init-2.mp4").response.status, 404);
  EXPECT_EQ(get("RecOrDing001/-/720p30/0-1.ts").response.status, 404);
}

TEST_F(ReplayTest, RunningRecordingsComeFromTheSpoolAndGrow) {
  const MadeRecording& made = add({.in_spool = true, .ended = false});
  MadeRecording shorter = made;
  for (CatalogRendition& rendition : shorter.catalog.renditions) rendition.segments.pop_back();
  put_on_shelf(shorter, true);
  const auto& before = get("RecOrDing001/-/720p30/playlist.m3u8");
  EXPECT_THAT(before.body, HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT\n"));
  EXPECT_THAT(before.body, Not(HasSubstr("ENDLIST")));
  EXPECT_EQ(header(before, "Cache-Control"), "public, max-age=1");
  EXPECT_THAT(addresses_of(before.body), SizeIs(10));
  put_on_shelf(made, true);
  const auto& after = get("RecOrDing001/-/720p30/playlist.m3u8");
  EXPECT_THAT(after.body, StartsWith(before.body));
  EXPECT_THAT(addresses_of(after.body), SizeIs(13));
  EXPECT_EQ(get("RecOrDing001/-/720p30/2-0.ts").response.status, 200);
  // By its channel, too.
  const auto& live = get("live.abcDEF123456.m3u8");
  EXPECT_EQ(live.response.status, 200);
  EXPECT_THAT(live.body, HasSubstr("/RecOrDing001/-/720p30/"));
  EXPECT_EQ(above_.finds, 0);
}

TEST_F(ReplayTest, AFileThatHasLeftTheSpoolIsReadFromTheStore) {
  const MadeRecording& made = add({});
  put_on_shelf(made, false);  // as if it were still there
  const auto& piece = get("RecOrDing001/-/160p30/0-0.ts");
  EXPECT_EQ(piece.response.status, 200);
  EXPECT_EQ(get("RecOrDing001/-/thumb1.jpg").body, "picture 1");
}

TEST_F(ReplayTest, AWindowThatMovesOnCountsWhatItHasLeftBehind) {
  const MadeRecording& made = add({.in_spool = true, .ended = false, .time_shift = true});
  MadeRecording moved = made;
  for (CatalogRendition& rendition : moved.catalog.renditions) {
    rendition.segments.drop_front(1);
    rendition.dropped_pieces = 5;
  }
  put_on_shelf(moved, true);
  const auto& playlist = get("RecOrDing001/-/720p30/playlist.m3u8");
  EXPECT_THAT(playlist.body, HasSubstr("#EXT-X-MEDIA-SEQUENCE:5\n"));
  EXPECT_THAT(playlist.body, Not(HasSubstr("PLAYLIST-TYPE")));
  EXPECT_THAT(playlist.body, Not(HasSubstr("ENDLIST")));
  EXPECT_EQ(addresses_of(playlist.body).front(), "1-0.ts");
}

TEST_F(ReplayTest, SaysWhatIsNotThere) {
  add({});
  for (const char* rest :
       {"live.abcDEF123456.m3u8", "NotThere0001.m3u8", "NotThere0001/-/720p30/playlist.m3u8",
        "RecOrDing001/-/480p30/playlist.m3u8", "RecOrDing001/-/720p30/3.ts",
        "RecOrDing001/-/720p30/2-3.ts", "RecOrDing001/-/720p30/0-4294967295.ts",
        "RecOrDing001/-/thumb3.jpg", "RecOrDing001.mp4?rendition=480p30", "RecOrDing001/-/x"}) {
    const auto& answer = get(rest);
    EXPECT_EQ(answer.response.status, 404) << rest;
    EXPECT_THAT(answer.body, HasSubstr("\"error_code\":\"not_found\"")) << rest;
    EXPECT_EQ(header(answer, "Cache-Control"), "public, max-age=1") << rest;
  }
  const auto& posted = get("RecOrDing001.m3u8", {}, wire::http::Method::kPost);
  EXPECT_EQ(posted.response.status, 405);
  EXPECT_EQ(header(posted, "Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ReplayTest, WhatIsNotThereIsAskedForOnceAtATime) {
  for (int i = 0; i < 100; ++i) ask("NotThere0001.m3u8");
  ASSERT_TRUE(wait([&] { return viewer_.answers.size() == 100; }));
  EXPECT_EQ(get("NotThere0001/-/v/0.ts").response.status, 404);
  EXPECT_EQ(above_.finds, 1);
}

TEST_F(ReplayTest, APrivateChannelLetsInByTokenOnceAndThenBySession) {
  add({});
  above_.admission.decision = ReplayGrant{.session = "sEsSiOn", .max_height = {}};
  above_.admission.sessions = {"sEsSiOn"};
  const auto& master = get("RecOrDing001.m3u8?token=secret", {{"Origin", "https://page.example"}});
  ASSERT_EQ(master.response.status, 200);
  ASSERT_THAT(above_.admission.views, SizeIs(1));
  EXPECT_EQ(above_.admission.views[0].token, "secret");
  EXPECT_EQ(above_.admission.views[0].origin, "https://page.example");
  EXPECT_EQ(above_.admission.views[0].remote_address, "10.0.0.1");
  EXPECT_EQ(header(master, "Cache-Control"), "private, max-age=1");
  const auto variants = addresses_of(master.body);
  EXPECT_THAT(variants.at(0), HasSubstr("/RecOrDing001/sEsSiOn/720p30/"));
  const auto& playlist = get(variants[0]);
  EXPECT_EQ(header(playlist, "Cache-Control"), "private, max-age=60");
  EXPECT_EQ(header(playlist, "Vary"), "Accept-Encoding, Origin");
  const auto& piece = get("RecOrDing001/sEsSiOn/720p30/0-0.ts");
  EXPECT_EQ(header(piece, "Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(header(piece, "Vary"), "Origin");
  for (const char* rest : {"RecOrDing001/-/720p30/0-0.ts", "RecOrDing001/other/thumb0.jpg"}) {
    const auto& refused = get(rest);
    EXPECT_EQ(refused.response.status, 403) << rest;
    EXPECT_THAT(refused.body, HasSubstr("\"error_code\":\"playback_auth_error\""));
    EXPECT_EQ(header(refused, "Cache-Control"), "no-store");
  }
  EXPECT_EQ(get("RecOrDing001/sEsSiOn/720p30/0-0.ts", {{"Origin", "https://evil.example"}})
                .response.status,
            403);
  EXPECT_THAT(above_.admission.views, SizeIs(1));
}

TEST_F(ReplayTest, ARefusalHasNoTokenInIt) {
  add({});
  above_.admission.decision =
      std::unexpected(ReplayRefusal{403, "playback_auth_error", "the token is wrong"});
  const auto& refused = get("RecOrDing001.m3u8?token=secret&x=1");
  EXPECT_EQ(refused.response.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("RecOrDing001.m3u8?x=1"));
  EXPECT_THAT(refused.body, Not(HasSubstr("secret")));
  EXPECT_EQ(header(refused, "Cache-Control"), "no-store");
}

TEST_F(ReplayTest, MoviesOfPrivateChannelsHaveAnAddressWithTheSession) {
  add({});
  above_.admission.decision = ReplayGrant{.session = "sEsSiOn", .max_height = {}};
  above_.admission.sessions = {"sEsSiOn"};
  const auto& moved = get("RecOrDing001.mp4?token=secret&rendition=160p30&start=2000");
  EXPECT_EQ(moved.response.status, 302);
  EXPECT_EQ(header(moved, "Location"),
            "/api/video/v1/recordings/RecOrDing001/sEsSiOn/recording.mp4"
            "?rendition=160p30&start=2000");
  EXPECT_EQ(get(std::string(header(moved, "Location"))).response.status, 200);
}

TEST_F(ReplayTest, LargePicturesAreNotForEverybody) {
  add({});
  above_.admission.decision = ReplayGrant{.session = "-", .max_height = 480};
  above_.admission.max_height = 480;
  const auto& master = get("RecOrDing001.m3u8");
  EXPECT_THAT(addresses_of(master.body), SizeIs(1));
  for (const char* rest : {"RecOrDing001/-/720p30/playlist.m3u8", "RecOrDing001/-/720p30/0-0.ts",
                           "RecOrDing001/-/recording.mp4?rendition=720p30"}) {
    const auto& answer = get(rest);
    EXPECT_EQ(answer.response.status, 403) << rest;
    EXPECT_THAT(answer.body, HasSubstr("resolution_not_allowed"));
  }
  const auto& movie = get("RecOrDing001/-/recording.mp4");
  EXPECT_EQ(movie.response.status, 200);
  above_.admission.decision = ReplayGrant{.session = "-", .max_height = 100};
  EXPECT_EQ(get("RecOrDing001.m3u8").response.status, 403);
}

TEST_F(ReplayTest, RangesOfPieces) {
  const MadeRecording& made = add({});
  const CatalogPiece& place = made.catalog.renditions[0].segments[0].pieces[1];
  const std::string_view piece = text_of(made.files[0].at(0)).substr(place.offset, place.length);
  const std::string size = std::to_string(piece.size());
  const std::string path = "RecOrDing001/-/720p30/0-1.ts";
  const auto& part = get(path, {{"Range", "bytes=100-299"}});
  EXPECT_EQ(part.response.status, 206);
  EXPECT_EQ(part.body, piece.substr(100, 200));
  EXPECT_EQ(header(part, "Content-Range"), "bytes 100-299/" + size);
  EXPECT_EQ(get(path, {{"Range", "bytes=-7"}}).body, piece.substr(piece.size() - 7));
  EXPECT_EQ(get(path, {{"Range", "bytes=5-"}}).body, piece.substr(5));
  const auto& behind = get(path, {{"Range", "bytes=" + size + "-"}});
  EXPECT_EQ(behind.response.status, 416);
  EXPECT_EQ(header(behind, "Content-Range"), "bytes */" + size);
  for (const char* range :
       {"bytes=0-1,5-6", "bytes=-", "bytes=9-1", "lines=1-2", "bytes=a-b", "bytes=--5"}) {
    const auto& whole = get(path, {{"Range", range}});
    EXPECT_EQ(whole.response.status, 200) << range;
    EXPECT_EQ(whole.body.size(), piece.size()) << range;
  }
  const std::string tag(header(part, "ETag"));
  EXPECT_EQ(get(path, {{"Range", "bytes=0-0"}, {"If-Range", tag}}).response.status, 206);
  EXPECT_EQ(get(path, {{"Range", "bytes=0-0"}, {"If-Range", "\"x\""}}).response.status, 200);
  EXPECT_EQ(get(path, {{"If-None-Match", tag}}).response.status, 304);
  const auto& head = get(path, {}, wire::http::Method::kHead);
  EXPECT_EQ(head.response.status, 200);
  EXPECT_EQ(header(head, "Content-Length"), size);
}

TEST_F(ReplayTest, TheSeekBarHasACueForEachPicture) {
  add({});
  const auto& cues = get("RecOrDing001.vtt");
  EXPECT_EQ(header(cues, "Content-Type"), "text/vtt; charset=utf-8");
  EXPECT_EQ(
      cues.body,
      "WEBVTT\n"
      "\n00:00:00.000 --> 00:00:10.000\n/api/video/v1/recordings/RecOrDing001/-/thumb0.jpg\n"
      "\n00:00:10.000 --> 00:00:20.000\n/api/video/v1/recordings/RecOrDing001/-/thumb1.jpg\n"
      "\n00:00:20.000 --> 00:00:25.000\n/api/video/v1/recordings/RecOrDing001/-/thumb2.jpg\n");
  const auto& picture = get("RecOrDing001/-/thumb2.jpg");
  EXPECT_EQ(picture.body, "picture 2");
  EXPECT_EQ(header(picture, "Content-Type"), "image/jpeg");
  EXPECT_EQ(
      get("RecOrDing001/-/thumb2.jpg", {{"If-None-Match", std::string(header(picture, "ETag"))}})
          .response.status,
      304);
  EXPECT_EQ(get("RecOrDing001.jpg").body, "picture 2");
  EXPECT_EQ(get("RecOrDing001/-/poster.jpg").body, "picture 2");
  const auto& master = get("RecOrDing001.m3u8");
  EXPECT_THAT(master.body, HasSubstr("DATA-ID=\"rostrum.storyboard\",VALUE=\""
                                     "/api/video/v1/recordings/RecOrDing001/-/storyboard.vtt\""));
  EXPECT_EQ(get("RecOrDing001/-/storyboard.vtt").body, cues.body);
}

TEST_F(ReplayTest, PlaylistsAreCompressedForWhoeverLikesThat) {
  add({});
  const std::string path = "RecOrDing001/-/720p30/playlist.m3u8";
  const auto& small = get(path, {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(header(small, "Content-Encoding"), "gzip");
  EXPECT_LT(small.body.size(), get(path).body.size());
}

TEST_F(ReplayTest, ManyViewersOfTheSamePieceReadItOnce) {
  add({});
  ASSERT_EQ(get("RecOrDing001/-/720p30/playlist.m3u8").response.status, 200);
  const std::uint64_t misses = replay_cache_misses().value();
  const std::uint64_t first = token_ + 1;
  for (int i = 0; i < 500; ++i) ask("RecOrDing001/-/720p30/0-0.ts");
  ASSERT_TRUE(wait([&] { return viewer_.answers.size() >= first + 499; }));
  EXPECT_EQ(replay_cache_misses().value(), misses + 1);
  for (std::uint64_t token = first; token < first + 500; ++token) {
    EXPECT_EQ(viewer_.answers[token].response.status, 200);
  }
}

TEST_F(ReplayTest, LongAnswersWaitForViewersThatDoNotRead) {
  const MadeRecording& made = add({.heights = {720}, .sample_size = 20'000});
  const std::uint64_t size = made.catalog.renditions[0].segments[0].bytes;
  ASSERT_GT(size, std::uint64_t{5} << 20);
  ask("RecOrDing001/-/720p30/0.ts");
  viewer_.queued = std::size_t{1} << 20;
  ASSERT_TRUE(wait([&] { return viewer_.answers.contains(1); }));
  const auto& answer = viewer_.answers[1];
  EXPECT_EQ(header(answer, "Content-Length"), std::to_string(size));
  for (int i = 0; i < 5; ++i) (void)loop_.run_once(std::chrono::milliseconds(20));
  EXPECT_EQ(answer.body.size(), 0u);
  viewer_.queued = 0;
  ASSERT_TRUE(wait([&] { return answer.done(); }));
  EXPECT_TRUE(answer.finished);
  EXPECT_TRUE(answer.body == text_of(made.files[0].at(0)));
  EXPECT_LE(viewer_.largest, std::size_t{1} << 20);
}

TEST_F(ReplayTest, ViewersMayLeaveAtAnyMoment) {
  add({.heights = {720}, .sample_size = 20'000});
  add({.id = "RecOrDing002"});
  above_.admission.delayed = true;
  const auto gauge = replay_sending().value();
  // While the recording is looked up, while somebody is asked, while a list or a file is read.
  for (const char* rest : {"RecOrDing002.m3u8", "RecOrDing001/-/720p30/playlist.m3u8",
                           "RecOrDing001/-/720p30/0-0.ts", "RecOrDing001/-/720p30/0.ts",
                           "RecOrDing001/-/recording.mp4", "RecOrDing001/-/thumb0.jpg"}) {
    for (int rounds = 0; rounds < 4; ++rounds) {
      const std::uint64_t handle = ask(rest);
      for (int i = 0; i < rounds; ++i) (void)loop_.run_once(std::chrono::milliseconds(5));
      const bool answered = viewer_.answers.contains(token_);
      replay_->cancel(handle);
      for (int i = 0; i < 3; ++i) (void)loop_.run_once(std::chrono::milliseconds(5));
      if (!answered) EXPECT_FALSE(viewer_.answers.contains(token_)) << rest;
    }
  }
  for (auto& answer : above_.admission.answers)
    answer(ReplayGrant{.session = "-", .max_height = {}});
  EXPECT_EQ(replay_sending().value(), gauge);
  // From inside an answer.
  viewer_.on_append = [&](std::uint64_t) { replay_->cancel(handle_of_last_); };
  viewer_.queued = std::size_t{2} << 20;
  handle_of_last_ = ask("RecOrDing001/-/720p30/0.ts");
  ASSERT_NE(handle_of_last_, 0u);
  viewer_.queued = 0;
  ASSERT_TRUE(wait([&] { return viewer_.on_append == nullptr; }));
  for (int i = 0; i < 5; ++i) (void)loop_.run_once(std::chrono::milliseconds(5));
  EXPECT_FALSE(viewer_.answers[token_].done());
  EXPECT_EQ(replay_sending().value(), gauge);
}

TEST_F(ReplayTest, ThousandsOfRequestsMayWaitAndNoMore) {
  add({});
  above_.admission.delayed = true;
  for (int i = 0; i < 9'000; ++i) ask("RecOrDing001.m3u8?token=t");
  ASSERT_TRUE(wait([&] { return above_.admission.answers.size() == 8'192; }));
  EXPECT_EQ(viewer_.answers.size(), 9'000u - 8'192u);
  for (const auto& [token, answer] : viewer_.answers) {
    EXPECT_EQ(answer.response.status, 503);
    EXPECT_EQ(header(answer, "Retry-After"), "1");
  }
  for (auto& answer : above_.admission.answers) {
    answer(ReplayGrant{.session = "-", .max_height = {}});
  }
  EXPECT_EQ(viewer_.answers.size(), 9'000u);
}

TEST_F(ReplayTest, AFileThatIsMissingOrTooShortIsSaid) {
  const MadeRecording& made = add({});
  const std::string folder =
      above_.store + "/" + std::string(kBucket) + "/" + made.facts.prefix + "/media/hls/720p30/";
  ASSERT_EQ(std::remove((folder + "0.ts").c_str()), 0);
  const base::Bytes few(100, 0x47);
  ASSERT_TRUE(io::write_file_atomic(folder + "1.ts", few, 0644));
  EXPECT_EQ(get("RecOrDing001/-/720p30/0-0.ts").response.status, 404);
  EXPECT_EQ(get("RecOrDing001/-/720p30/1-0.ts").response.status, 503);
  const auto& movie = get("RecOrDing001/-/recording.mp4");
  EXPECT_TRUE(movie.aborted);
  EXPECT_EQ(movie.response.status, 200);
}

TEST_F(ReplayTest, ABrokenCatalogIsNoRecording) {
  add({});
  ASSERT_TRUE(io::write_file_atomic(
      above_.store + "/" + std::string(kBucket) + "/rostrum/v1/RecOrDing001/catalog",
      base::as_bytes("no catalog"), 0644));
  const auto& answer = get("RecOrDing001.m3u8");
  EXPECT_EQ(answer.response.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("\"error_code\":\"damaged\""));
}

}  // namespace
}  // namespace record::testing
