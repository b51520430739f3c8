// Private channels: who is asked, when, and what becomes of the answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "live/playback_rig_test_support.h"
#include "wire/http/playback_failure.h"

namespace live {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kChannel;

const std::string kMaster = multivariant_path("local", "000000000000", kChannel.str());

class PrivatePlaybackTest : public testing::PlaybackTest {
 protected:
  PrivatePlaybackTest() {
    admission_.sessions = {{{kChannel.str(), "sess.1_~-"}, {}}};
    admission_.decision = ViewGrant{"sess.1_~-", std::nullopt};
  }
  std::string folder(const std::string& session) const {
    return "/api/video/v1/s/" + session + "/abcDEF123456/v0/fmp4/";
  }
  std::uint64_t get(const std::string& file, std::uint64_t token) {
    return ask(folder("sess.1_~-") + file, token);
  }
  std::string header(std::uint64_t token, std::string_view name) {
    return std::string(viewer_.answers.at(token).response.headers.get(name));
  }
  void refuse() {
    admission_.decision =
        std::unexpected(ViewRefusal{403, "invalid_playback_auth_token", "it is \"expired\""});
  }
  void bound(std::uint32_t height) {
    admission_.decision = ViewGrant{"sess.1_~-", height};
    admission_.sessions.begin()->second.bounds.max_height = height;
  }
};

TEST_F(PrivatePlaybackTest, TheSessionStandsInAddresses) {
  go_live(5.1);
  EXPECT_EQ(ask(kMaster + "?token=secret&container=fmp4", 1, {{"Origin", "https://a.example"}}),
            0u);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_THAT(viewer_.answers[1].body,
              HasSubstr("\ns/sess.1_~-/abcDEF123456/v0/fmp4/index.m3u8\n"));
  EXPECT_EQ(header(1, "Cache-Control"), "private, max-age=1");
  EXPECT_EQ(header(1, "Vary"), "Origin");
  ASSERT_EQ(admission_.requests.size(), 1u);
  EXPECT_EQ(admission_.requests[0].channel, kChannel);
  EXPECT_EQ(admission_.requests[0].token, "secret");
  EXPECT_EQ(admission_.requests[0].origin, "https://a.example");
  EXPECT_EQ(admission_.requests[0].remote_address, "10.0.0.1");
  EXPECT_EQ(admission_.checks, 0);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PrivatePlaybackTest, TheTokenMayStandAnywhereInTheQuery) {
  go_live(5.1);
  const struct {
    std::string query, token;
  } rows[] = {{"", ""},
              {"?", ""},
              {"?token", ""},
              {"?token=a.b-c_d", "a.b-c_d"},
              {"?container=fmp4&token=a.b", "a.b"},
              {"?token=a%2Eb&container=fmp4", "a.b"},
              {"?pbac=true&&%74oken=a", "a"},
              {"?token=a&token=b", "a"},
              {"?mytoken=a&tokens=b", ""},
              {"?token=%zz", ""}};
  std::uint64_t token = 0;
  for (const auto& row : rows) {
    ask(kMaster + row.query, ++token);
    EXPECT_EQ(viewer_.status(token), 200) << row.query;
    ASSERT_EQ(admission_.requests.size(), token) << row.query;
    EXPECT_EQ(admission_.requests.back().token, row.token) << row.query;
  }
}

TEST_F(PrivatePlaybackTest, ARefusalSaysWhyAndNotTheToken) {
  go_live(5.1);
  refuse();
  EXPECT_EQ(ask(kMaster + "?pbac=true&token=secret&player_version=1.13.0", 1), 0u);
  EXPECT_EQ(viewer_.status(1), 403);
  EXPECT_EQ(viewer_.answers[1].body,
            R"([{"url":"/api/video/v1/local.000000000000.channel.abcDEF123456.m3u8?pbac=true&)"
            R"(player_version=1.13.0","error":"it is \"expired\"",)"
            R"("error_code":"invalid_playback_auth_token","type":"error"}])");
  EXPECT_EQ(header(1, "Cache-Control"), "no-store");
  EXPECT_EQ(header(1, "Content-Type"), "application/json");
  admission_.decision = std::unexpected(ViewRefusal{404, "not_found", "no"});
  ask(kMaster, 2);
  EXPECT_EQ(viewer_.status(2), 404);
  EXPECT_EQ(header(2, "Cache-Control"), "no-store");
}

TEST(WithoutToken, LeavesOutWhatIsOrMightBeOne) {
  const struct {
    std::string target, shown;
  } rows[] = {{"/a", "/a"},
              {"/a?", "/a"},
              {"/a?token=x", "/a"},
              {"/a?b=c&token=x&d", "/a?b=c&d"},
              {"/a?tok%65n=x&b=c", "/a?b=c"},
              {"/a?token&token=x&&b", "/a?b"},
              {"/a?tok%6=x&b", "/a?b"},
              {"/a%20b?b=%20", "/a%20b?b=%20"},
              {"/a?tokens=1", "/a?tokens=1"}};
  for (const auto& row : rows) {
    wire::http::Request request;
    request.target = row.target;
    EXPECT_EQ(without_token(request), row.shown);
  }
}

TEST_F(PrivatePlaybackTest, TheAnswerMayComeLater) {
  go_live(5.1);
  admission_.delayed = true;
  EXPECT_NE(ask(kMaster + "?token=a", 1), 0u);
  EXPECT_NE(ask(kMaster + "?token=b&container=ts", 2), 0u);
  run(0.4);  // parts come and go meanwhile
  EXPECT_EQ(viewer_.status(1), 0);
  EXPECT_EQ(playback_.waiting(), 2u);
  ASSERT_EQ(admission_.answers.size(), 2u);
  admission_.answers[1](std::unexpected(ViewRefusal{403, "code", "no"}));
  EXPECT_EQ(viewer_.status(2), 403);
  EXPECT_THAT(viewer_.answers[2].body, HasSubstr("?container=ts\""));
  admission_.answers[0](ViewGrant{"other", std::nullopt});
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_THAT(viewer_.answers[1].body, HasSubstr("\ns/other/abcDEF123456/"));
  // Once more has no effect: RecordingViewer would notice.
  admission_.answers[0](ViewGrant{});
  EXPECT_EQ(playback_.waiting(), 0u);
  run(0.4);
}

TEST_F(PrivatePlaybackTest, WhoLeavesIsNotAnswered) {
  go_live(5.1);
  admission_.delayed = true;
  const std::uint64_t handle = ask(kMaster, 1);
  ASSERT_NE(handle, 0u);
  playback_.cancel(handle);
  EXPECT_EQ(playback_.waiting(), 0u);
  admission_.answers.at(0)(ViewGrant{});
  run(0.4);
  EXPECT_THAT(viewer_.answers, IsEmpty());
}

TEST_F(PrivatePlaybackTest, ADecisionThatTakesTooLongIsNotWaitedFor) {
  go_live(5.1);
  admission_.delayed = true;
  ASSERT_NE(ask(kMaster + "?token=secret", 1), 0u);
  playback_.look_after(loop_.now() + std::chrono::milliseconds(4900));
  EXPECT_EQ(viewer_.status(1), 0);
  playback_.look_after(loop_.now() + std::chrono::milliseconds(5100));
  EXPECT_EQ(viewer_.status(1), 503);
  EXPECT_THAT(viewer_.answers[1].body, HasSubstr("\"error_code\":\"authorization_timeout\""));
  EXPECT_THAT(viewer_.answers[1].body, ::testing::Not(HasSubstr("secret")));
  EXPECT_EQ(header(1, "Cache-Control"), "no-store");
  admission_.answers.at(0)(ViewGrant{});
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PrivatePlaybackTest, TheChannelMayGoMeanwhile) {
  go_live(5.1);
  admission_.delayed = true;
  ASSERT_NE(ask(kMaster, 1), 0u);
  playback_.withdraw(kChannel);
  EXPECT_EQ(viewer_.status(1), 404);
  admission_.answers.at(0)(ViewGrant{});
  EXPECT_EQ(playback_.waiting(), 0u);
  EXPECT_EQ(viewer_.answers.size(), 1u);
}

TEST_F(PrivatePlaybackTest, AChannelThatIsWaitedForStaysSubscribed) {
  go_live(5.1);
  admission_.delayed = true;
  ASSERT_NE(ask(kMaster, 1), 0u);
  // Nothing else is asked for a long time, and the answer comes in the last moment.
  playback_.look_after(loop_.now() + std::chrono::milliseconds(4900));
  EXPECT_EQ(source_.unsubscribed, 0);
  admission_.answers.at(0)(admission_.decision);
  EXPECT_EQ(viewer_.status(1), 200);
}

TEST_F(PrivatePlaybackTest, NobodyIsAskedForWhatCannotBeAnswered) {
  EXPECT_EQ(ask(kMaster + "?token=once", 1), 0u);
  EXPECT_EQ(viewer_.status(1), 404);
  go_live(5.1);
  EXPECT_EQ(ask(kMaster + "?token=once&container=flv", 2), 0u);
  EXPECT_EQ(viewer_.status(2), 400);
  EXPECT_THAT(admission_.requests, IsEmpty());
}

TEST_F(PrivatePlaybackTest, BeforeTheFirstSnapshotNobodyIsAskedAndThenOnce) {
  source_.on_subscribe = nullptr;
  go_live(5.1);
  EXPECT_NE(ask(kMaster + "?token=a", 1), 0u);
  EXPECT_NE(ask(folder("sess.1_~-") + "index.m3u8", 2), 0u);
  EXPECT_EQ(ask(folder("wrong") + "index.m3u8", 3), 0u);
  EXPECT_EQ(viewer_.status(3), 403);
  EXPECT_THAT(admission_.requests, IsEmpty());
  // Answered from inside the update.
  show();
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.status(2), 200);
  EXPECT_EQ(admission_.requests.size(), 1u);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PrivatePlaybackTest, TheHandleOfTheFirstWaitCancelsTheSecond) {
  source_.on_subscribe = nullptr;
  go_live(5.1);
  admission_.delayed = true;
  const std::uint64_t first = ask(kMaster + "?token=a", 1);
  const std::uint64_t second = ask(kMaster + "?token=b", 2);
  show();
  show();
  ASSERT_EQ(admission_.requests.size(), 2u);
  EXPECT_EQ(admission_.requests[0].token, "a");
  EXPECT_EQ(admission_.requests[0].remote_address, "10.0.0.1");
  EXPECT_TRUE(first != 0 && second != 0);
  EXPECT_EQ(playback_.waiting(), 2u);
  playback_.cancel(first);
  EXPECT_EQ(playback_.waiting(), 1u);
  admission_.answers[0](ViewGrant{});
  admission_.answers[1](ViewGrant{});
  EXPECT_EQ(viewer_.status(1), 0);
  EXPECT_EQ(viewer_.status(2), 200);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PrivatePlaybackTest, ADecisionMayBringTheNextRequest) {
  go_live(5.1);
  admission_.delayed = true;
  ASSERT_NE(ask(kMaster, 1), 0u);
  viewer_.on_respond = [&](std::uint64_t) {
    admission_.delayed = false;
    EXPECT_EQ(ask(kMaster, 2), 0u);
    EXPECT_NE(get(part_name(window().next, Container::kFmp4), 3), 0u);
  };
  admission_.answers.at(0)(admission_.decision);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.status(2), 200);
  run(0.2);
  EXPECT_EQ(viewer_.status(3), 200);
}

TEST_F(PrivatePlaybackTest, EverythingElseNeedsASession) {
  go_live(5.1);
  const PartPosition next = window().next;
  const std::string init = init_name(window().segments.back()->tracks->generation());
  const std::string files[] = {"index.m3u8",
                               "index.m3u8?_HLS_msn=" + std::to_string(next.msn + 1),
                               part_name({next.msn, 0}, Container::kFmp4),
                               part_name(next, Container::kFmp4),
                               segment_name(next.msn - 1, Container::kFmp4),
                               segment_name(next.msn, Container::kFmp4),
                               segment_name(next.msn + 1, Container::kFmp4),
                               init};
  std::uint64_t token = 0;
  for (const std::string& file : files) {
    for (const char* session : {"-", "wrong"}) {
      EXPECT_EQ(ask(folder(session) + file, ++token), 0u) << file;
      EXPECT_EQ(viewer_.status(token), 403) << file;
      EXPECT_THAT(viewer_.answers[token].body,
                  HasSubstr("\"error_code\":\"playback_auth_error\",\"type\":\"error\"}]"));
      EXPECT_EQ(header(token, "Cache-Control"), "no-store");
    }
  }
  // Refused before anything was done for them.
  EXPECT_EQ(source_.subscribed, 0);
  EXPECT_EQ(viewers(), 0u);
  for (const std::string& file : files) {
    const std::uint64_t handle = get(file, ++token);
    EXPECT_TRUE(handle != 0 || viewer_.status(token) == 200) << file;
  }
}

TEST_F(PrivatePlaybackTest, WhatIsBoundToASessionIsForItsViewerOnly) {
  go_live(5.1);
  const PartPosition next = window().next;
  const std::string init = init_name(window().segments.back()->tracks->generation());
  get("index.m3u8", 1);
  EXPECT_EQ(header(1, "Cache-Control"), "private, max-age=1");
  EXPECT_EQ(header(1, "Vary"), "Accept-Encoding, Origin");
  get("index.m3u8?_HLS_msn=" + std::to_string(next.msn - 1), 2);
  get("index.m3u8?_HLS_msn=" + std::to_string(next.msn) + "&_HLS_part=" + std::to_string(next.part),
      3);
  const std::string part = part_name(next, Container::kFmp4);
  get(part, 4);
  get(segment_name(next.msn, Container::kFmp4), 5);
  get(segment_name(next.msn + 1, Container::kFmp4), 6);
  get(init, 7);
  get(segment_name(next.msn - 1, Container::kFmp4), 8);
  for (int i = 0; i < 12; ++i) run(0.2);
  get(part, 9);
  for (const std::uint64_t token : {2, 3}) {
    EXPECT_EQ(header(token, "Cache-Control"), "private, max-age=12") << token;
    EXPECT_EQ(header(token, "Vary"), "Accept-Encoding, Origin") << token;
  }
  for (const std::uint64_t token : {4, 5, 6, 7, 8, 9}) {
    EXPECT_EQ(header(token, "Cache-Control"), "private, max-age=31536000, immutable") << token;
    EXPECT_EQ(header(token, "Vary"), "Origin") << token;
  }
}

TEST_F(PrivatePlaybackTest, AConditionalAnswerIsAsPrivate) {
  go_live(5.1);
  const std::string file = segment_name(window().next.msn - 1, Container::kFmp4);
  get(file, 1);
  ask(folder("sess.1_~-") + file, 2, {{"If-None-Match", header(1, "ETag")}});
  EXPECT_EQ(viewer_.status(2), 304);
  EXPECT_EQ(header(2, "Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(header(2, "Vary"), "Origin");
}

TEST_F(PrivatePlaybackTest, StrictOriginsAreChecked) {
  go_live(5.1);
  admission_.sessions.begin()->second.origin = "https://good.example";
  const std::string file =
      folder("sess.1_~-") + segment_name(window().next.msn - 1, Container::kFmp4);
  ask(file, 1, {{"Origin", "https://good.example"}});
  ask(file, 2, {{"Origin", "https://evil.example"}});
  ask(file, 3);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.status(2), 403);
  EXPECT_THAT(viewer_.answers[2].body, HasSubstr("origin_not_allowed"));
  EXPECT_EQ(viewer_.status(3), 403);
}

TEST_F(PrivatePlaybackTest, ASessionOfOneChannelDoesNotOpenAnother) {
  go_live(5.1);
  playback_.announce(base::ChannelId("otherChannel"));
  EXPECT_EQ(ask("/api/video/v1/s/sess.1_~-/otherChannel/v0/fmp4/index.m3u8", 1), 0u);
  EXPECT_EQ(viewer_.status(1), 403);
  get("index.m3u8", 2);
  EXPECT_EQ(viewer_.status(2), 200);
}

TEST_F(PrivatePlaybackTest, ARevokedSessionGetsWhatItWaitsForAndNoMore) {
  go_live(5.1);
  const PartPosition next = window().next;
  EXPECT_NE(get(part_name(next, Container::kFmp4), 1), 0u);
  EXPECT_NE(get(segment_name(next.msn, Container::kFmp4), 2), 0u);
  admission_.sessions.clear();
  run(0.2);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(get("index.m3u8", 3), 0u);
  EXPECT_EQ(viewer_.status(3), 403);
  for (int i = 0; i < 12; ++i) run(0.2);
  EXPECT_TRUE(viewer_.answers[2].finished);
  EXPECT_EQ(playback_.waiting(), 0u);
}

TEST_F(PrivatePlaybackTest, LargerPicturesThanAllowed) {
  go_live(5.1);  // 1280x720
  bound(720);
  ask(kMaster, 1);
  get("index.m3u8", 2);
  EXPECT_EQ(viewer_.status(1), 200);
  EXPECT_EQ(viewer_.status(2), 200);
  bound(719);
  const PartPosition next = window().next;
  const std::string init = init_name(window().segments.back()->tracks->generation());
  ask(kMaster, 3);
  EXPECT_THAT(viewer_.answers[3].body, ::testing::Not(HasSubstr("/v0/")));
  EXPECT_THAT(viewer_.answers[3].body, HasSubstr("/audio/"));
  std::uint64_t token = 3;
  for (const std::string& file :
       {std::string("index.m3u8"), part_name({next.msn, 0}, Container::kFmp4),
        part_name(next, Container::kFmp4), segment_name(next.msn - 1, Container::kFmp4),
        segment_name(next.msn, Container::kFmp4), init}) {
    EXPECT_EQ(get(file, ++token), 0u) << file;
  }
  for (std::uint64_t refused = 4; refused <= token; ++refused) {
    EXPECT_EQ(viewer_.status(refused), 403) << refused;
    EXPECT_THAT(viewer_.answers[refused].body,
                HasSubstr("\"error_code\":\"resolution_not_allowed\""));
  }
}

TEST_F(PrivatePlaybackTest, ThePictureMayGrowOrShrinkUnderASession) {
  go_live(5.1);
  bound(480);
  const std::uint64_t before = window().next.msn - 1;
  const std::string init = init_name(window().segments.back()->tracks->generation());
  rig_.change_picture(640);  // 640x360
  run(5);
  get("index.m3u8", 1);
  EXPECT_EQ(viewer_.status(1), 200);
  get(segment_name(before, Container::kFmp4), 2);
  get(part_name({before, 0}, Container::kFmp4), 3);
  get(init, 4);
  for (const std::uint64_t token : {2, 3, 4}) EXPECT_EQ(viewer_.status(token), 403) << token;
  get(segment_name(window().next.msn - 1, Container::kFmp4), 5);
  EXPECT_EQ(viewer_.status(5), 200);
}

TEST(MultivariantResponse, LeavesOutWhatIsTooLarge) {
  MultivariantInfo info;
  const auto add = [&](std::string name, std::uint32_t width, std::uint32_t height) {
    Variant variant;
    variant.rendition = variant.uri = std::move(name);
    variant.width = width;
    variant.height = height;
    info.variants.push_back(std::move(variant));
  };
  add("v1080", 1920, 1080);
  add("v720", 1280, 720);
  add("portrait", 720, 1280);
  add("v480", 852, 480);
  add("sound", 0, 0);
  ChannelSnapshot snapshot;
  snapshot.channel = kChannel;
  snapshot.multivariant = std::make_shared<const MultivariantInfo>(info);
  const auto left = [&](std::uint32_t height) {
    const wire::http::Response response =
        multivariant_response(snapshot, {}, ViewGrant{"x", height}, {});
    std::string names;
    for (const Variant& variant : info.variants) {
      if (response.body[0].text().find("/" + variant.uri + "/") != std::string_view::npos) {
        names += variant.uri + " ";
      }
    }
    return names;
  };
  EXPECT_EQ(left(1080), "v1080 v720 portrait v480 sound ");
  EXPECT_EQ(left(1079), "v720 portrait v480 sound ");
  EXPECT_EQ(left(480), "v480 sound ");
  EXPECT_EQ(left(1), "sound ");
  info.variants.pop_back();
  snapshot.multivariant = std::make_shared<const MultivariantInfo>(info);
  const wire::http::Response none = multivariant_response(snapshot, {}, ViewGrant{"x", 479}, {});
  EXPECT_EQ(none.status, 403);
  EXPECT_THAT(none.body[0].text(), HasSubstr("\"error_code\":\"resolution_not_allowed\""));
}

TEST_F(PrivatePlaybackTest, ALongSessionIsOneLikeOthers) {
  go_live(5.1);
  const std::string session(3000, 'x');
  admission_.sessions[{kChannel.str(), session}] = {};
  admission_.decision = ViewGrant{session, std::nullopt};
  ask(kMaster + "?token=" + std::string(2048, 'y'), 1);
  EXPECT_THAT(viewer_.answers[1].body, HasSubstr("\ns/" + session + "/abcDEF123456/"));
  ask(folder(session) + "index.m3u8", 2);
  EXPECT_EQ(viewer_.status(2), 200);
  ask(folder(session.substr(1)) + "index.m3u8", 3);
  EXPECT_EQ(viewer_.status(3), 403);
}

TEST_F(PrivatePlaybackTest, ASessionIsOneViewerWhereverItIs) {
  go_live(5.1);
  admission_.sessions[{kChannel.str(), "two"}] = {};
  std::uint64_t token = 0;
  for (const char* address : {"10.0.0.1", "10.0.0.2", "2001:db8::1"}) {
    remote_ = address;
    get("index.m3u8", ++token);
  }
  EXPECT_EQ(viewers(), 1u);
  EXPECT_EQ(admission_.countries, 1);
  ask(folder("two") + "index.m3u8", ++token);
  EXPECT_EQ(viewers(), 2u);
  EXPECT_EQ(admission_.countries, 2);
}

TEST_F(PrivatePlaybackTest, OpenChannelsCountByAddressAndProgram) {
  go_live(5.1);
  admission_.sessions[{kChannel.str(), "-"}] = {};
  std::uint64_t token = 0;
  for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
    for (const char* program : {"a", "b", "a"}) {
      remote_ = address;
      ask(folder("-") + "index.m3u8", ++token, {{"User-Agent", program}});
    }
  }
  EXPECT_EQ(viewers(), 4u);
  EXPECT_EQ(admission_.countries, 4);
}

}  // namespace
}  // namespace live
