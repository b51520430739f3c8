// The routes of the UGC demo's backend that are about channels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "app/app_rig_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using test::Person;
using test::PlatformRig;
using test::Told;
using testing::EndsWith;
using testing::HasSubstr;

// Somebody who brings an access token, as clients of that backend do.
class Client {
 public:
  Client(PlatformRig& rig, const std::string& name)
      : rig_(rig), person_(rig.person(name)), token_(rig.access_token(person_)) {}

  Told get(const std::string& target) { return rig_.ask({.target = target, .token = token_}); }
  Told send(const std::string& method, const std::string& target, json::object body = {}) {
    return rig_.ask({.method = method, .target = target, .json = std::move(body), .token = token_});
  }
  const Person& person() const { return person_; }

 private:
  PlatformRig& rig_;
  Person person_;
  std::string token_;
};

TEST(DemoChannels, AreMadeAtTheFirstSignIn) {
  PlatformRig rig;
  Client anna(rig, "anna");
  EXPECT_EQ(rig.get("/channel").status, 401);
  EXPECT_EQ(rig.get("/channel").type(), "UnauthorizedException");
  const Told none = anna.get("/channel");
  EXPECT_EQ(none.status, 500);
  EXPECT_EQ(none.type(), "UnexpectedException");
  EXPECT_EQ(anna.send("POST", "/channel/resources/create", {{"email", "a@b.c"}}).status, 201);
  const Told again = anna.send("POST", "/channel/resources/create");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, "{}");
  const Told channel = anna.get("/channel");
  ASSERT_EQ(channel.status, 200) << channel.body;
  EXPECT_EQ(channel.text("username"), "anna");
  EXPECT_THAT(channel.text("streamKeyValue"), HasSubstr("sk_"));
  EXPECT_THAT(channel.text("ingestServerUrl"), HasSubstr("rtmps://"));
  EXPECT_THAT(channel.text("ingestServerUrl"), EndsWith(":443/app/")) << "where it has no port";
  EXPECT_EQ(channel.json().at("channelConfiguration").at("type").as_string(), "STANDARD");
  EXPECT_EQ(anna.send("PUT", "/channel/config/update").status, 204);
  rig.call("UpdateChannel",
           {{"arn", rig.get("/channels/anna").text("channelArn")}, {"type", "BASIC"}});
  EXPECT_EQ(anna.send("PUT", "/channel/config/update").status, 201);
  const Told status = anna.get("/channel/liveStatus");
  EXPECT_EQ(status.body, R"({"isStageActive":false,"isBroadcasting":false})");
}

TEST(DemoChannels, ResetTheirKeys) {
  PlatformRig rig;
  Client anna(rig, "anna");
  EXPECT_EQ(anna.get("/channel/streamKey/reset").type(), "ResetStreamKeyException");
  anna.send("POST", "/channel/resources/create");
  const std::string before = anna.get("/channel").text("streamKeyValue");
  const std::string after = anna.get("/channel/streamKey/reset").text("streamKeyValue");
  EXPECT_NE(before, after);
  EXPECT_EQ(anna.get("/channel").text("streamKeyValue"), after);
}

TEST(DemoChannels, AreShownAndFollowed) {
  PlatformRig rig;
  Client anna(rig, "anna");
  Client berta(rig, "berta");
  anna.send("POST", "/channel/resources/create");
  EXPECT_EQ(rig.get("/channels/nobody").status, 404);
  EXPECT_EQ(rig.get("/channels/nobody").type(), "UserNotFoundException");
  EXPECT_EQ(rig.get("/channels").status, 400);
  EXPECT_EQ(rig.get("/channels").type(), "BadRequestException");
  EXPECT_EQ(rig.get("/channels?isLive=true").body, R"({"channels":[],"maxResults":50})");
  const json::object one{{"followedUsername", "Anna"}};
  EXPECT_EQ(berta.send("PUT", "/channel/followingList/add", one).status, 200);
  EXPECT_EQ(berta.send("PUT", "/channel/followingList/add", one).status, 204);
  EXPECT_EQ(berta.send("PUT", "/channel/followingList/add").type(), "BadRequestException");
  EXPECT_EQ(anna.send("PUT", "/channel/followingList/add", one).type(), "UnexpectedException");
  EXPECT_TRUE(berta.get("/channels/ANNA").json().at("isViewerFollowing").as_bool());
  const json::object list = berta.get("/channel/followingList").json();
  ASSERT_EQ(list.at("channels").as_array().size(), 1U);
  EXPECT_EQ(list.at("channels").as_array()[0].at("username").as_string(), "anna");
  EXPECT_EQ(berta.send("PUT", "/channel/followingList/remove", one).body, "{}");
  EXPECT_FALSE(berta.get("/channels/anna").json().at("isViewerFollowing").as_bool());
  EXPECT_EQ(rig.get("/status").body, "OK");
}

TEST(DemoChannels, TellOfOnesOwnBroadcastsOnly) {
  PlatformRig rig;
  Client anna(rig, "anna");
  Client berta(rig, "berta");
  anna.send("POST", "/channel/resources/create");
  berta.send("POST", "/channel/resources/create");
  const std::string path =
      "/metrics/" + anna.get("/channel").text("channelResourceId") + "/streamSessions";
  EXPECT_EQ(anna.get(path).body, R"({"streamSessions":[],"maxResults":50})");
  EXPECT_EQ(anna.get(path + "/st-abcdefghijklmnopqrstuvw").status, 404);
  EXPECT_EQ(berta.get(path).status, 404);
  EXPECT_EQ(berta.get(path + "/st-abcdefghijklmnopqrstuvw").status, 404);
  EXPECT_EQ(rig.get(path).status, 401);
}

TEST(DemoChannels, ChooseHowTheyLook) {
  PlatformRig rig;
  Client anna(rig, "anna");
  anna.send("POST", "/channel/resources/create");
  const json::object wanted{{"avatar", json::object{{"name", "hippo"}}},
                            {"color", json::object{{"name", "salmon"}}}};
  const Told told = anna.send("PUT", "/channel/preferences/update", wanted);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.json(), wanted);
  EXPECT_EQ(rig.get("/channels/anna").text("avatar"), "hippo");
  EXPECT_EQ(rig.get("/channels/anna").text("color"), "salmon");
  EXPECT_EQ(anna.send("PUT", "/channel/preferences/update",
                      {{"color", json::object{{"name", "<script>"}}}})
                .type(),
            "ChangeUserPreferencesException");
}

}  // namespace
}  // namespace app
