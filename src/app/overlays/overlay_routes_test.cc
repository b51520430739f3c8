// The routes of overlays and polls where nothing is live; what needs a stream is tested from
// outside.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "app/app_rig_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using test::Person;
using test::PlatformRig;
using test::Told;

const std::string kMe = "/api/platform/v1/me/";
const std::string kPoll = "/api/platform/v1/channels/anna/poll";

TEST(OverlayRoutes, DraftsAreKeptForTheirOwner) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  const Person other = rig.person("other");
  const Told saved = rig.send("PUT", kMe + "overlays/notice/draft",
                              {{"data", {{"title", "Hello"}, {"unknown", 1}}}}, anna);
  ASSERT_EQ(saved.status, 200) << saved.body;
  EXPECT_EQ(saved.json().at("maxOctets"), 1024);
  EXPECT_EQ(saved.json().at("problems").as_array().size(), 1U);
  const json::object kept = rig.get(kMe + "overlays", anna).json();
  EXPECT_EQ(kept.at("drafts").at("notice").at("title"), "Hello");
  EXPECT_FALSE(kept.at("drafts").at("notice").as_object().contains("unknown"));
  EXPECT_TRUE(kept.at("active").is_null());
  EXPECT_TRUE(kept.at("poll").is_null());
  EXPECT_TRUE(rig.get(kMe + "overlays", other).json().at("drafts").as_object().empty());
  (void)rig.send("PUT", kMe + "overlays/notice/draft", {{"data", {{"title", "New"}}}}, anna);
  EXPECT_EQ(rig.get(kMe + "overlays", anna).json().at("drafts").at("notice").at("title"), "New");
}

TEST(OverlayRoutes, Refusals) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  const json::object notice{{"data", {{"title", "T"}, {"message", "M"}}}};
  const auto post = [&](const std::string& path, json::object body) {
    const Told told = rig.send("POST", path, std::move(body), anna);
    return std::to_string(told.status) + " " + told.type();
  };
  EXPECT_EQ(post(kMe + "overlays/notice/start", notice), "409 NotLive");
  EXPECT_EQ(post(kMe + "overlays/notice/start", {}), "400 Invalid");  // no draft
  EXPECT_EQ(post(kMe + "overlays/nothing/start", notice), "404 NotFound");
  EXPECT_EQ(post(kMe + "overlays/nothing/check", notice), "404 NotFound");
  EXPECT_EQ(post(kMe + "overlays/notice/check", {}), "400 Invalid");
  EXPECT_EQ(post(kPoll + "/votes", {{"poll", "p"}, {"option", 0}}), "409 Closed");
  EXPECT_EQ(post(kPoll + "/visitor", {}), "409 Closed");
  EXPECT_EQ(post("/api/platform/v1/channels/nobody/poll/votes", {{"poll", "p"}, {"option", 0}}),
            "404 NotFound");
  const std::string token = rig.access_token(anna);
  const auto action = [&](json::object body) {
    const Told told = rig.ask({.method = "POST",
                               .target = "/channel/actions/send",
                               .json = std::move(body),
                               .token = token});
    return std::to_string(told.status) + " " + told.type();
  };
  EXPECT_EQ(action({}), "400 UnexpectedException");
  EXPECT_EQ(action({{"metadata", "x"}}), "500 ChannelNotBroadcastingException");
  EXPECT_EQ(rig.send("PUT", kMe + "overlays/amazon_product/draft", notice, anna).status, 400);
  EXPECT_EQ(rig.get(kMe + "polls/unknown/votes.csv", anna).status, 404);
  EXPECT_EQ(rig.get(kMe + "polls?after=x", anna).status, 400);
  EXPECT_EQ(rig.get(kMe + "overlays").status, 401);
  EXPECT_EQ(rig.get(kMe + "polls").status, 401);
}

TEST(OverlayRoutes, WhatIsTooLongIsSaidBefore) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  // Nothing that repeats, so that packing does not help.
  std::uint32_t chance = 1;
  const auto letters = [&](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      chance = chance * 1'664'525 + 1'013'904'223;
      text += static_cast<char>('0' + (chance >> 24) % 74);
    }
    return text;
  };
  const std::string question = letters(256);
  json::array answers;
  for (int i = 0; i < 5; ++i) answers.emplace_back(letters(128));
  const json::object quiz{{"data", {{"question", question}, {"answers", answers}}}};
  const json::object checked = rig.send("POST", kMe + "overlays/quiz/check", quiz, anna).json();
  EXPECT_GT(checked.at("octets").as_int64(), 1024);
  ASSERT_EQ(checked.at("problems").as_array().size(), 1U);
  EXPECT_EQ(checked.at("problems").at(0).at("field"), "data");
  const Told started = rig.send("POST", kMe + "overlays/quiz/start", quiz, anna);
  EXPECT_EQ(started.status, 413);
  EXPECT_EQ(started.type(), "TooLarge");
}

TEST(OverlayRoutes, NoPollNow) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  const Told told = rig.get(kPoll);
  EXPECT_EQ(told.status, 200);
  EXPECT_TRUE(told.json().at("poll").is_null());
  EXPECT_TRUE(rig.get(kMe + "polls", anna).json().at("polls").as_array().empty());
}

}  // namespace
}  // namespace app
