#include "live/playback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "io/loop.h"
#include "live/playback_path.h"
#include "live/playback_rig_test_support.h"
#include "media/id3.h"
#include "media/mpegts/demuxer.h"

namespace live {
namespace {

using ::testing::HasSubstr;
using testing::kChannel;
using testing::PlaybackTest;

TEST_F(PlaybackTest, WhatDoesNotExistIsNotFoundAndCostsNothing) {
  for (int i = 0; i < 1000; ++i) {
    const auto token = static_cast<std::uint64_t>(i) + 1;
    EXPECT_EQ(ask("/api/video/v1/local.0.channel.c" + std::to_string(i) + ".m3u8", token), 0u);
    EXPECT_EQ(viewer_.status(token), 404);
  }
  EXPECT_EQ(source_.subscribed, 0);
  EXPECT_EQ(playback_.waiting(), 0u);
  EXPECT_TRUE(playback_.viewer_samples().empty());
}

TEST_F(PlaybackTest, MultivariantLeadsToPlaylists) {
  go_live(4);
  const std::string path = multivariant_path("local", "000000000000", kChannel.str());
  ask(path, 1);
  ask(path + "?container=fmp4", 2);
  ask(path + "?container=flv", 3);
  EXPECT_THAT(viewer_.answers[1].body, HasSubstr("\ns/-/abcDEF123456/v0/ts/index.m3u8\n"));
  EXPECT_THAT(viewer_.answers[2].body, HasSubstr("\ns/-/abcDEF123456/v0/fmp4/index.m3u8\n"));
  EXPECT_EQ(viewer_.status(3), 400);
  EXPECT_THAT(viewer_.answers[3].body, HasSubstr("\"error_code\":\"bad_request\""));
}

TEST_F(PlaybackTest, BlockingReload) {
  go_live(5.1);
  const PartPosition next = window().next;
  const auto target = [](std::uint64_t msn, std::uint64_t part) {
    return "index.m3u8?_HLS_msn=" + std::to_string(msn) + "&_HLS_part=" + std::to_string(part);
  };
  // Stale: at once.
  EXPECT_EQ(ask_file(target(next.msn - 1, 2), 1), 0u);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.answers[1].response.headers.get("cache-control"), "public, max-age=12");
  // Met: with the part.
  EXPECT_NE(ask_file(target(next.msn, next.part), 2), 0u);
  EXPECT_EQ(ask_file(target(next.msn, 500), 3), 0u);
  EXPECT_EQ(viewer_.status(3), 400);
  EXPECT_EQ(viewer_.status(2), 0);
  run(0.2);
  EXPECT_EQ(viewer_.status(2), 200);
  EXPECT_THAT(viewer_.answers[2].body, HasSubstr(part_name(next, Container::kFmp4) + "\""));
  EXPECT_EQ(playback_.waiting(), 0u);
  // A whole segment.
  EXPECT_NE(ask_file("index.m3u8?_HLS_msn=" + std::to_string(next.msn), 4), 0u);
  run(0.4);
  EXPECT_EQ(viewer_.status(4), 0);
  run(2);
  EXPECT_EQ(viewer_.status(4), 200);
  EXPECT_THAT(viewer_.answers[4].body,
              HasSubstr("\n" + segment_name(next.msn, Container::kFmp4) + "\n"));
  // A part past the end of a segment is the first of the next.
  const PartPosition now = window().next;
  EXPECT_NE(ask_file(target(now.msn, 14), 5), 0u);
  run(2.4);
  EXPECT_EQ(viewer_.status(5), 200);
}

TEST_F(PlaybackTest, BadDirectives) {
  go_live(5.1);
  const std::uint64_t msn = window().next.msn;
  std::uint64_t token = 1;
  for (const std::string& query : std::vector<std::string>{
           std::string("_HLS_part=1"), std::string("_HLS_msn="), std::string("_HLS_msn=x"),
           std::string("_HLS_msn=-1"), std::string("_HLS_msn=1&_HLS_part=x"),
           std::string("_HLS_msn=1&_HLS_part="), std::string("_HLS_msn=99999999999999999999999"),
           std::string("_HLS_msn=18446744073709551615"), "_HLS_msn=" + std::to_string(msn + 3),
           "_HLS_msn=" + std::to_string(msn) + "&_HLS_part=99999999"}) {
    EXPECT_EQ(ask_file("index.m3u8?" + query, token), 0u) << query;
    EXPECT_EQ(viewer_.status(token), 400) << query;
    EXPECT_EQ(viewer_.answers[token].response.headers.get("cache-control"), "no-store");
    ++token;
  }
  EXPECT_NE(ask_file("index.m3u8?_HLS_msn=" + std::to_string(msn + 2), token), 0u);
}

TEST_F(PlaybackTest, DeltaAndCompression) {
  go_live(40);
  ask_file("index.m3u8?_HLS_skip=YES", 1);
  EXPECT_THAT(viewer_.answers[1].body, HasSubstr("#EXT-X-SKIP:SKIPPED-SEGMENTS="));
  ask_file("index.m3u8", 2, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(viewer_.answers[2].response.headers.get("content-encoding"), "gzip");
  ask_file("index.m3u8", 3);
  EXPECT_FALSE(viewer_.answers[3].response.headers.get("vary").empty());
  EXPECT_LT(viewer_.answers[2].body.size() * 2, viewer_.answers[3].body.size());
}

TEST_F(PlaybackTest, HeldTooLongIsAnswered) {
  go_live(5.1);
  const PartPosition next = window().next;
  ASSERT_NE(ask_file("index.m3u8?_HLS_msn=" + std::to_string(next.msn) +
                         "&_HLS_part=" + std::to_string(next.part),
                     1),
            0u);
  // Three target durations.
  playback_.look_after(loop_.now() + std::chrono::milliseconds(5900));
  EXPECT_EQ(viewer_.status(1), 0);
  playback_.look_after(loop_.now() + std::chrono::milliseconds(6100));
  EXPECT_EQ(viewer_.status(1), 503);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, ThePromisedPartIsHeldAndNoOther) {
  go_live(5.1);
  const PartPosition next = window().next;
  EXPECT_NE(ask_file(part_name(next, Container::kFmp4), 1), 0u);
  EXPECT_EQ(ask_file(part_name({next.msn, next.part + 1}, Container::kFmp4), 2), 0u);
  EXPECT_EQ(viewer_.status(2), 404);
  run(0.2);
  EXPECT_EQ(viewer_.status(1), 200);
  const auto part = window().part(next);
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(viewer_.answers[1].body, part->bytes(Container::kFmp4).text());
  EXPECT_EQ(viewer_.answers[1].response.headers.get("cache-control"),
            "public, max-age=31536000, immutable");
}

TEST_F(PlaybackTest, ASegmentIsSentWhileItIsMade) {
  go_live(5.1);
  const std::uint64_t msn = window().next.msn;
  EXPECT_NE(ask_file(segment_name(msn, Container::kFmp4), 1), 0u);
  EXPECT_NE(ask_file(segment_name(msn + 1, Container::kFmp4), 2), 0u);
  EXPECT_EQ(ask_file(segment_name(msn + 2, Container::kFmp4), 3), 0u);
  EXPECT_EQ(viewer_.status(3), 404);
  EXPECT_TRUE(viewer_.answers[1].response.streaming);
  EXPECT_FALSE(viewer_.answers[1].body.empty());
  EXPECT_EQ(viewer_.status(2), 0);
  for (int i = 0; i < 12; ++i) run(0.2);
  EXPECT_TRUE(viewer_.answers[1].finished);
  std::string whole;
  for (const auto& slice : window().segment(msn)->bytes(Container::kFmp4)) whole += slice.text();
  EXPECT_EQ(viewer_.answers[1].body, whole);
  EXPECT_TRUE(viewer_.answers[2].response.streaming);
  EXPECT_FALSE(viewer_.answers[2].finished);
  // The publisher is lost: what is there is all of it.
  rig_.lose(1);
  show();
  EXPECT_TRUE(viewer_.answers[2].finished);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, AViewerThatFallsBehindIsCut) {
  go_live(5.1);
  EXPECT_NE(ask_file(segment_name(window().next.msn, Container::kFmp4), 1), 0u);
  viewer_.queued = settings_.max_viewer_backlog + 1;
  run(0.2);
  EXPECT_TRUE(viewer_.answers[1].aborted);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, ConditionsAndRanges) {
  go_live(5.1);
  const std::string name = part_name({window().next.msn - 1, 0}, Container::kFmp4);
  ask_file(name, 1);
  ask_file(name, 2, {{"Range", "bytes=4-7"}});
  const std::string tag(viewer_.answers[1].response.headers.get("etag"));
  ask_file(name, 3, {{"If-None-Match", tag}});
  EXPECT_EQ(viewer_.status(2), 206);
  EXPECT_EQ(viewer_.answers[2].body, viewer_.answers[1].body.substr(4, 4));
  EXPECT_EQ(viewer_.status(3), 304);
  const std::string init = init_name(window().segments.back()->tracks->generation());
  ask_file(init, 4);
  EXPECT_EQ(viewer_.status(4), 200);
  EXPECT_THAT(viewer_.answers[4].body, HasSubstr("ftyp"));
  ask_file("init-1.mp4", 5);
  EXPECT_EQ(viewer_.status(5), 404);
  ask_file(segment_name(window().next.msn - 1, Container::kFmp4), 6, {{"Range", "bytes=-10"}});
  EXPECT_EQ(viewer_.status(6), 206);
  EXPECT_EQ(viewer_.answers[6].body.size(), 10u);
}

TEST_F(PlaybackTest, CancelledRequestsAreNeverAnswered) {
  go_live(5.1);
  const PartPosition next = window().next;
  const std::uint64_t handles[] = {
      ask_file("index.m3u8?_HLS_msn=" + std::to_string(next.msn + 1), 1),
      ask_file(part_name(next, Container::kFmp4), 2),
      ask_file(segment_name(next.msn + 1, Container::kFmp4), 3),
      ask_file(segment_name(next.msn, Container::kFmp4), 4)};
  for (const std::uint64_t handle : handles) {
    ASSERT_NE(handle, 0u);
    playback_.cancel(handle);
  }
  const std::size_t sent = viewer_.appended;
  playback_.cancel(12'345);
  playback_.cancel(0);
  for (int i = 0; i < 20; ++i) run(0.2);
  EXPECT_EQ(viewer_.answers.size(), 1u);
  EXPECT_EQ(viewer_.appended, sent);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, MayBeCancelledFromInsideAnAnswer) {
  go_live(5.1);
  const std::uint64_t msn = window().next.msn;
  // From the head of a streaming answer, and from inside a piece of its body.
  const std::uint64_t head = ask_file(segment_name(msn + 1, Container::kFmp4), 1);
  const std::uint64_t tail = ask_file(segment_name(msn, Container::kFmp4), 2);
  ASSERT_TRUE(head != 0 && tail != 0);
  viewer_.on_append = [&](std::uint64_t token) {
    EXPECT_EQ(token, 2u);
    playback_.cancel(tail);
    viewer_.on_respond = [&](std::uint64_t other) {
      EXPECT_EQ(other, 1u);
      playback_.cancel(head);
    };
  };
  const std::size_t before = viewer_.appended;
  run(0.4);
  for (int i = 0; i < 15; ++i) run(0.2);
  EXPECT_EQ(viewer_.appended, before + 1);
  EXPECT_FALSE(viewer_.answers[2].finished);
  EXPECT_TRUE(viewer_.answers[1].body.empty());
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, AnAnswerMayBringTheNextRequest) {
  go_live(5.1);
  std::uint64_t token = 1;
  std::function<void(std::uint64_t)> again = [&](std::uint64_t) {
    if (token >= 50) return;
    viewer_.on_respond = again;
    const PartPosition next = window().next;
    ++token;
    ask_file(token % 2 == 0 ? part_name(next, Container::kFmp4)
                            : "index.m3u8?_HLS_msn=" + std::to_string(next.msn) +
                                  "&_HLS_part=" + std::to_string(next.part),
             token);
  };
  viewer_.on_respond = again;
  ask_file("index.m3u8", 1);
  for (int i = 0; i < 60; ++i) run(0.2);
  EXPECT_EQ(token, 50u);
  EXPECT_EQ(viewer_.answers.size(), 50u);
  for (const auto& [key, answer] : viewer_.answers) EXPECT_EQ(answer.response.status, 200) << key;
}

TEST_F(PlaybackTest, FirstRequestWaitsForTheSnapshot) {
  source_.on_subscribe = nullptr;
  go_live(5.1);
  const std::uint64_t msn = window().next.msn;
  EXPECT_NE(ask_file("index.m3u8", 1), 0u);
  const std::uint64_t blocked = ask_file("index.m3u8?_HLS_msn=" + std::to_string(msn + 1), 2);
  const std::uint64_t gone = ask_file("index.m3u8", 3);
  const std::uint64_t tail = ask_file(segment_name(msn, Container::kFmp4), 4);
  EXPECT_EQ(source_.subscribed, 1);
  playback_.cancel(gone);
  viewer_.on_respond = [&](std::uint64_t) {};
  show();
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.status(2), 0);
  EXPECT_EQ(viewer_.status(3), 0);
  EXPECT_TRUE(viewer_.answers[4].response.streaming);
  // The handles that were told first go on meaning the same requests.
  playback_.cancel(blocked);
  playback_.cancel(tail);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, WithdrawnAndEndedChannels) {
  go_live(5.1);
  const PartPosition next = window().next;
  ask_file(part_name(next, Container::kFmp4), 1);
  ask_file("index.m3u8?_HLS_msn=" + std::to_string(next.msn + 1), 2);
  ask_file(segment_name(next.msn + 1, Container::kFmp4), 3);
  ask_file(segment_name(next.msn, Container::kFmp4), 4);
  rig_.finish();
  show();
  EXPECT_EQ(viewer_.status(2), 200);
  EXPECT_THAT(viewer_.answers[2].body, HasSubstr("#EXT-X-ENDLIST"));
  EXPECT_EQ(viewer_.status(3), 404);
  EXPECT_TRUE(viewer_.answers[4].finished);
  EXPECT_NE(viewer_.status(1), 0);
  EXPECT_EQ(playback_.waiting(), 0u);
  ask_file("index.m3u8?_HLS_msn=" + std::to_string(next.msn + 1), 5);
  EXPECT_EQ(viewer_.status(5), 200);
  playback_.withdraw(kChannel);
  EXPECT_EQ(ask_file("index.m3u8", 6), 0u);
  EXPECT_EQ(viewer_.status(6), 404);
}

TEST_F(PlaybackTest, WithdrawAnswersWhoeverWaits) {
  go_live(5.1);
  const PartPosition next = window().next;
  ask_file(part_name(next, Container::kFmp4), 1);
  ask_file(segment_name(next.msn, Container::kFmp4), 2);
  // Its answer leads to another request of the same connection.
  viewer_.on_respond = [&](std::uint64_t) { ask_file("index.m3u8", 3); };
  playback_.withdraw(kChannel);
  EXPECT_EQ(viewer_.status(1), 404);
  EXPECT_TRUE(viewer_.answers[2].aborted);
  EXPECT_EQ(viewer_.status(3), 404);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PlaybackTest, FiftyThousandWaitersAreResolvedTogether) {
  go_live(5.1);
  const PartPosition next = window().next;
  const std::string target =
      "index.m3u8?_HLS_msn=" + std::to_string(next.msn) + "&_HLS_part=" + std::to_string(next.part);
  for (std::uint64_t i = 1; i <= 50'000; ++i) ASSERT_NE(ask_file(target, i), 0u);
  EXPECT_EQ(playback_.waiting(), 50'000u);
  run(0.2);
  EXPECT_EQ(playback_.waiting(), 0u);
  EXPECT_EQ(viewer_.answers.size(), 50'000u);
  // All of them share one rendered playlist.
  EXPECT_EQ(viewer_.answers[1].response.body[0].data(),
            viewer_.answers[50'000].response.body[0].data());
}

TEST_F(PlaybackTest, CountsViewersOnce) {
  go_live(5.1);
  for (std::uint64_t i = 1; i < 10; ++i) ask_file("index.m3u8", i);
  EXPECT_EQ(viewers(), 1u);
}

TEST_F(PlaybackTest, ASnapshotForAForgottenSubscriptionIsKeptTrackOf) {
  go_live(5.1);
  show();
  EXPECT_EQ(ask_file("index.m3u8", 1), 0u);
  EXPECT_EQ(source_.subscribed, 0);
}

TEST_F(PlaybackTest, ChannelsThatNobodyWatchesAreUnsubscribed) {
  go_live(5.1);
  ask_file("index.m3u8", 1);
  EXPECT_EQ(viewers(), 1u);
  playback_.look_after(loop_.now() + std::chrono::seconds(20));
  EXPECT_EQ(source_.unsubscribed, 0);
  playback_.look_after(loop_.now() + std::chrono::seconds(31));
  EXPECT_EQ(source_.unsubscribed, 1);
  EXPECT_EQ(viewers(), 0u);
  ask_file("index.m3u8", 2);
  EXPECT_EQ(source_.subscribed, 2);
  EXPECT_EQ(viewer_.status(2), 200);
}

TEST_F(PlaybackTest, CuesAreInTheBytesOfBothContainers) {
  go_live(5.1);
  rig_.cue("hello, viewers");
  const PartPosition at = window().next;
  run(0.2);
  const auto part = window().part(at);
  ASSERT_NE(part, nullptr);
  ASSERT_EQ(part->cues.size(), 1u);
  const auto frames = media::read_id3(part->cues[0].id3.span());
  ASSERT_TRUE(frames);
  EXPECT_EQ(frames->at(0).name, "metadata.live-video.net");
  EXPECT_EQ(frames->at(0).value, "hello, viewers");
  // Both kinds of event message.
  const std::string_view fmp4 = part->bytes(Container::kFmp4).text();
  for (const std::string_view scheme : {"urn:twitch:id3", "https://aomedia.org/emsg/ID3"}) {
    const std::size_t found = fmp4.find(scheme);
    ASSERT_NE(found, std::string_view::npos);
    EXPECT_NE(fmp4.find(part->cues[0].id3.text(), found), std::string_view::npos);
  }
  // As a player of transport streams reads it, at its time.
  struct Texts final : media::mpegts::DemuxerListener {
    void on_program(std::size_t, std::size_t) override {}
    void on_track(const media::Track&) override {}
    void on_sample(const media::Track&, media::Sample) override {}
    void on_text(media::Ticks pts, media::TimedText text) override {
      texts.emplace_back(pts - media::mpegts::kTimestampOffset, text.payload);
    }
    void on_unsupported(const std::string&) override {}
    std::vector<std::pair<media::Ticks, std::string>> texts;
  } texts;
  media::mpegts::Demuxer demuxer(texts);
  for (const auto& slice : window().segment(at.msn)->bytes(Container::kTs)) {
    demuxer.push(slice.span());
  }
  demuxer.flush();
  ASSERT_EQ(texts.texts.size(), 2u);
  EXPECT_THAT(texts.texts[0].second, HasSubstr("\"cmd\":\"ld_lat_data\""));
  EXPECT_EQ(texts.texts[1], std::pair(part->cues[0].time, std::string("hello, viewers")));
}

TEST(PlaybackPath, TakesWhatWeMakeAndNothingElse) {
  const std::string made = multivariant_path("eu-west-1", "123", "abc");
  const auto master = parse_playback_path(made);
  ASSERT_TRUE(master && master->multivariant);
  EXPECT_EQ(master->channel, "abc");
  const std::string below = "/api/video/v1/" + variant_uri("-", "abc", "v0", Container::kTs);
  const auto file = parse_playback_path(below);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->rendition, "v0");
  EXPECT_EQ(file->file, "index.m3u8");
  for (const char* path : {"", "/", "/api/video/v1/", "/api/video/v1/.m3u8",
                           "/api/video/v1/abc.m3u8", "/api/video/v1/x.channel..m3u8",
                           "/api/video/v1/x.channel.abc", "/api/video/v1/s/-/abc/v0/ts",
                           "/api/video/v1/s/-/abc/v0/ts/", "/api/video/v1/s/-/abc/v0/flv/a",
                           "/api/video/v1/s//abc/v0/ts/a", "/api/video/v1/s/-/abc/v0/ts/a/b",
                           "/api/video/v1/t/-/abc/v0/ts/a", "/api/video/v2/x.channel.abc.m3u8"}) {
    EXPECT_FALSE(parse_playback_path(path)) << path;
  }
}

}  // namespace
}  // namespace live
