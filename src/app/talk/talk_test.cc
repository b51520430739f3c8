// The routes of chat with the real control plane below: tokens, bans, roles, settings. What needs
// open connections is tested from outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <thread>

#include "app/app_rig_test_support.h"
#include "base/base64url.h"
#include "base/rfc3339.h"
#include "io/sql_test_support.h"

namespace app::test {
namespace {

namespace json = boost::json;

const std::string kApi = "/api/platform/v1";

class TalkTest : public io::test::SqlTest {
 protected:
  TalkTest() {
    const Told made = rig.send("POST", kApi + "/me/channel", {}, anna);
    EXPECT_TRUE(made.status == 200 || made.status == 201) << made.body;
    const Told page = rig.get(channel);
    room = page.text("roomArn");
    channel_arn = page.text("channelArn");
    EXPECT_FALSE(room.empty()) << page.body;
  }

  Told enter(const Person& person) { return rig.send("POST", channel + "/chat", {}, person); }
  // What the token says: who, with which attributes.
  json::object claims(const Told& entry) {
    const std::string token = entry.text("token");
    const std::size_t first = token.find('.');
    const std::size_t last = token.rfind('.');
    if (first == std::string::npos) return {};
    const auto payload = base::from_base64url(token.substr(first + 1, last - first - 1));
    if (!payload) return {};
    return json::parse(base::as_text(*payload)).as_object();
  }
  json::object attributes(const Told& entry) { return claims(entry).at("a").as_object(); }
  std::vector<std::string> capabilities(const Told& entry) {
    std::vector<std::string> names;
    const json::object body = entry.json();
    for (const json::value& name : body.at("capabilities").as_array()) {
      names.emplace_back(name.as_string());
    }
    return names;
  }
  std::string room_role(const std::string& name) {
    const json::object answer = rig.call("ListRoomRoles", {{"roomIdentifier", room}});
    for (const json::value& entry : answer.at("roles").as_array()) {
      if (entry.as_object().at("userId") == name.c_str()) {
        return std::string(entry.as_object().at("role").as_string());
      }
    }
    return "NONE";
  }
  std::vector<std::string> room_bans() {
    std::vector<std::string> names;
    const json::object answer = rig.call("ListRoomBans", {{"roomIdentifier", room}});
    for (const json::value& entry : answer.at("bans").as_array()) {
      names.emplace_back(entry.as_object().at("userId").as_string());
    }
    return names;
  }
  std::vector<std::string> bans(const Person& person) {
    std::vector<std::string> names;
    const Told told = rig.get(channel + "/bans", person);
    EXPECT_EQ(told.status, 200) << told.body;
    const json::object body = told.json();
    for (const json::value& entry : body.at("bans").as_array()) {
      names.emplace_back(entry.as_object().at("name").as_string());
    }
    return names;
  }
  // What is told to rooms behind an answer's back.
  template <class Condition>
  void eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_TRUE(condition());
  }
  Told ban(const Person& by, const std::string& name, json::object how = {}) {
    return rig.send("PUT", channel + "/bans/" + name, std::move(how), by);
  }

  PlatformRig rig{easy_settings(), url()};
  const Person anna = rig.person("anna", "streamer");
  const Person ben = rig.person("benny");
  const std::string channel = kApi + "/channels/anna";
  std::string room;
  std::string channel_arn;
};

ROSTRUM_INSTANTIATE_SQL_TEST(TalkTest);

using Texts = std::vector<std::string>;

TEST_P(TalkTest, EverybodyComesInAsWhatTheyAre) {
  const Told visitor = rig.send("POST", channel + "/chat", {});
  ASSERT_EQ(visitor.status, 200) << visitor.body;
  EXPECT_EQ(capabilities(visitor), Texts{"VIEW_MESSAGE"});
  EXPECT_TRUE(visitor.text("userId").starts_with("unknown-user-"));
  EXPECT_EQ(visitor.text("visitor"), visitor.text("userId"));
  EXPECT_EQ(claims(visitor).at("c"), 0);
  const Told another = rig.send("POST", channel + "/chat", {});
  EXPECT_NE(another.text("userId"), visitor.text("userId"));
  const Told again = rig.send("POST", channel + "/chat", {{"visitor", visitor.text("visitor")}});
  EXPECT_EQ(again.text("userId"), visitor.text("userId"));
  // Nobody comes in as somebody by saying so.
  for (const char* claim :
       {"anna", "unknown-user-", "unknown-user-12", "unknown-user-12345678901x"}) {
    const Told pretender = rig.send("POST", channel + "/chat", {{"visitor", claim}});
    EXPECT_TRUE(pretender.text("userId").starts_with("unknown-user-"));
    EXPECT_NE(pretender.text("userId"), claim);
  }

  const Told viewer = enter(ben);
  ASSERT_EQ(viewer.status, 200) << viewer.body;
  EXPECT_EQ(capabilities(viewer), (Texts{"VIEW_MESSAGE", "SEND_MESSAGE"}));
  EXPECT_EQ(viewer.text("userId"), "benny");
  EXPECT_EQ(viewer.text("role"), "NONE");
  EXPECT_EQ(viewer.json().at("maxLength"), 500);
  EXPECT_FALSE(viewer.json().contains("visitor"));
  const json::object shown = attributes(viewer);
  EXPECT_EQ(shown.at("displayName"), "benny");
  EXPECT_EQ(shown.at("channelArn"), "");
  EXPECT_EQ(shown.at("channelAssetUrls"), "{}");
  EXPECT_TRUE(shown.contains("accountCreatedAt"));  // it is young
  EXPECT_FALSE(shown.contains("follower"));
  EXPECT_EQ(room_role("benny"), "NONE");

  const Told owner = enter(anna);
  EXPECT_EQ(owner.text("role"), "OWNER");
  EXPECT_EQ(capabilities(owner),
            (Texts{"VIEW_MESSAGE", "SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"}));
  EXPECT_EQ(attributes(owner).at("channelArn"), channel_arn.c_str());
  EXPECT_EQ(room_role("anna"), "OWNER");

  const Person mona = rig.person("mona", "moderator");
  EXPECT_EQ(enter(mona).text("role"), "MODERATOR");
  EXPECT_EQ(room_role("mona"), "MODERATOR");
  EXPECT_EQ(rig.send("POST", kApi + "/channels/nobody/chat", {}).status, 404);
}

TEST_P(TalkTest, ABanHoldsUntilItIsLifted) {
  ASSERT_EQ(enter(ben).status, 200);
  EXPECT_EQ(ban(anna, "BENNY", {{"reason", " spam "}}).status, 204);
  const Told refused = enter(ben);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.type(), "Banned");
  EXPECT_EQ(room_bans(), Texts{"benny"});
  EXPECT_EQ(rig.get(channel, ben).json().at("isBanned"), true);
  const json::object listed = rig.get(channel + "/bans", anna).json();
  const json::object entry = listed.at("bans").as_array().at(0).as_object();
  EXPECT_EQ(entry.at("name"), "benny");
  EXPECT_EQ(entry.at("by"), "anna");
  EXPECT_EQ(entry.at("reason"), "spam");
  EXPECT_FALSE(entry.contains("until"));
  EXPECT_EQ(rig.get(kApi + "/admin/bans", rig.person("boss", "administrator"))
                .json()
                .at("bans")
                .as_array()
                .at(0)
                .as_object()
                .at("channel"),
            "anna");
  // Who is banned may still look, as everybody may.
  EXPECT_EQ(rig.send("POST", channel + "/chat", {}).status, 200);

  EXPECT_EQ(rig.erase(channel + "/bans/benny", anna).status, 204);
  EXPECT_EQ(rig.erase(channel + "/bans/benny", anna).status, 204);
  EXPECT_EQ(enter(ben).status, 200);
  EXPECT_EQ(room_bans(), Texts{});
  EXPECT_EQ(rig.get(channel, ben).json().at("isBanned"), false);
}

TEST_P(TalkTest, ATimeOutSaysWhenItEnds) {
  EXPECT_EQ(ban(anna, "benny", {{"seconds", 600}}).status, 204);
  const json::object listed = rig.get(channel + "/bans", anna).json();
  const auto until =
      base::parse_rfc3339(listed.at("bans").as_array().at(0).as_object().at("until").as_string());
  ASSERT_TRUE(until.has_value());
  EXPECT_EQ(enter(ben).status, 403);
  // Its time is over.
  ASSERT_TRUE(rig.sql().run("UPDATE app_chat_bans SET until_at = 1000").has_value());
  rig.call("UnbanRoomUser", {{"roomIdentifier", room}, {"userId", "benny"}});
  EXPECT_EQ(enter(ben).status, 200);
  EXPECT_EQ(bans(anna), Texts{});
  EXPECT_EQ(ban(anna, "benny", {{"seconds", 0}}).status, 400);
}

TEST_P(TalkTest, WhoBansWhom) {
  const Person mod = rig.person("moddy");
  const Person other = rig.person("other");
  const Person staff = rig.person("staff", "moderator");
  ASSERT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, anna).status, 204);
  ASSERT_EQ(rig.send("PUT", channel + "/moderators/other", {}, anna).status, 204);
  struct Case {
    const Person& by;
    const char* whom;
    int status;
  };
  const Case cases[] = {
      {ben, "other", 403},   {ben, "benny", 403},  {mod, "anna", 403},   {mod, "staff", 403},
      {mod, "other", 403},   {mod, "moddy", 403},  {mod, "benny", 204},  {anna, "anna", 403},
      {anna, "staff", 403},  {staff, "anna", 403}, {anna, "other", 204}, {staff, "moddy", 204},
      {anna, "nobody", 404},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(ban(row.by, row.whom).status, row.status) << row.by.name << " " << row.whom;
  }
  EXPECT_EQ(rig.send("PUT", channel + "/bans/benny", {}).status, 401);
  // A moderator who is banned moderates nothing, not even the own ban.
  EXPECT_EQ(rig.erase(channel + "/bans/moddy", mod).status, 403);
  EXPECT_EQ(rig.erase(channel + "/bans/moddy", anna).status, 204);
  EXPECT_EQ(enter(mod).text("role"), "MODERATOR");
}

TEST_P(TalkTest, WhatModeratorsDoInTheRoomCounts) {
  ASSERT_EQ(enter(ben).status, 200);
  rig.call("BanRoomUser", {{"roomIdentifier", room}, {"userId", "benny"}, {"reason", "rude"}});
  const Told refused = enter(ben);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.type(), "Banned");
  EXPECT_EQ(rig.get(channel, ben).json().at("isBanned"), true);
  EXPECT_EQ(bans(anna), Texts{"benny"});
  // Lifted there it is lifted here: seen when they come, or by the list.
  rig.call("UnbanRoomUser", {{"roomIdentifier", room}, {"userId", "benny"}});
  EXPECT_EQ(enter(ben).status, 200);
  rig.call("BanRoomUser", {{"roomIdentifier", room}, {"userId", "benny"}});
  EXPECT_EQ(bans(anna), Texts{"benny"});
  rig.call("UnbanRoomUser", {{"roomIdentifier", room}, {"userId", "benny"}});
  EXPECT_EQ(bans(anna), Texts{});
  EXPECT_EQ(enter(ben).status, 200);
}

TEST_P(TalkTest, NobodyIsBannedInTheRoomWhoCannotBe) {
  const Person staff = rig.person("staff", "moderator");
  for (const char* name : {"anna", "staff"}) {
    rig.call("BanRoomUser", {{"roomIdentifier", room}, {"userId", name}});
  }
  EXPECT_EQ(enter(anna).status, 200);
  EXPECT_EQ(enter(staff).status, 200);
  EXPECT_EQ(room_bans(), Texts{});
}

TEST_P(TalkTest, OnlyTheOwnerGivesRoles) {
  const Person mod = rig.person("moddy");
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, ben).status, 403);
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, anna).status, 204);
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, anna).status, 204);
  EXPECT_EQ(room_role("moddy"), "MODERATOR");
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/benny", {}, mod).status, 403);
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/anna", {}, anna).status, 409);
  EXPECT_EQ(rig.send("PUT", channel + "/moderators/nobody", {}, anna).status, 404);
  EXPECT_EQ(rig.send("PUT", channel + "/vips/benny", {}, anna).status, 204);
  EXPECT_EQ(enter(ben).text("role"), "VIP");
  EXPECT_EQ(room_role("benny"), "VIP");
  EXPECT_EQ(enter(mod).text("role"), "MODERATOR");

  EXPECT_EQ(rig.get(channel + "/people", ben).status, 403);
  const json::object people = rig.get(channel + "/people", mod).json();
  EXPECT_EQ(people.at("moderators").as_array().at(0).as_object().at("name"), "moddy");
  EXPECT_EQ(people.at("vips").as_array().at(0).as_object().at("name"), "benny");

  // One role at a time; a list lets go only of its own.
  EXPECT_EQ(rig.erase(channel + "/vips/moddy", anna).status, 204);
  EXPECT_EQ(room_role("moddy"), "MODERATOR");
  EXPECT_EQ(rig.send("PUT", channel + "/vips/moddy", {}, anna).status, 204);
  EXPECT_EQ(room_role("moddy"), "VIP");
  EXPECT_EQ(rig.erase(channel + "/vips/moddy", anna).status, 204);
  EXPECT_EQ(room_role("moddy"), "NONE");
  EXPECT_EQ(enter(mod).text("role"), "NONE");
}

TEST_P(TalkTest, SettingsAreTheRooms) {
  const std::string place = channel + "/chat/settings";
  EXPECT_EQ(rig.get(place, ben).status, 403);
  EXPECT_EQ(rig.get(place).status, 401);
  const json::object first = rig.get(place, anna).json();
  EXPECT_EQ(first.at("slowMode"), 0);
  EXPECT_EQ(first.at("followersOnly"), -1);
  EXPECT_EQ(first.at("links"), "ALLOW");
  EXPECT_EQ(first.at("repeated"), false);

  const Told set = rig.send("PUT", place,
                            {{"slowMode", 10},
                             {"followersOnly", 600},
                             {"blockedWords", json::array{"darn"}},
                             {"blockedPatterns", json::array{"(?i)b[a4]d"}},
                             {"links", "DENY"},
                             {"repeated", true},
                             {"newAccountSeconds", 3600},
                             {"membersOnlyChat", true}},
                            anna);
  ASSERT_EQ(set.status, 200) << set.body;
  const json::object moderation =
      rig.call("GetRoomModeration", {{"roomIdentifier", room}}).at("moderation").as_object();
  EXPECT_EQ(moderation.at("slowModeSeconds"), 10);
  EXPECT_EQ(moderation.at("blockedWords"), json::array{"darn"});
  EXPECT_EQ(moderation.at("links"), "DENY");
  EXPECT_EQ(moderation.at("repeatedTextSeconds"), 30);
  EXPECT_EQ(moderation.at("newAccountSeconds"), 3600);
  EXPECT_EQ(moderation.at("speakers"), "FOLLOWERS");
  EXPECT_EQ(rig.get(place, anna).json(), set.json());
  // What is absent stays.
  const json::object next = rig.send("PUT", place, {{"slowMode", 5}}, anna).json();
  EXPECT_EQ(next.at("slowMode"), 5);
  EXPECT_EQ(next.at("blockedWords"), json::array{"darn"});
  EXPECT_EQ(next.at("followersOnly"), 600);
  // Set in the chat itself, by a moderator.
  rig.call("PutRoomModeration",
           {{"roomIdentifier", room}, {"moderation", json::object{{"slowModeSeconds", 7}}}});
  EXPECT_EQ(rig.get(place, anna).json().at("slowMode"), 7);

  const Told wrong = rig.send("PUT", place, {{"blockedPatterns", json::array{"("}}}, anna);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.text("field"), "blockedPatterns");
  EXPECT_EQ(rig.send("PUT", place, {{"slowMode", 3601}}, anna).status, 400);
  EXPECT_EQ(rig.send("PUT", place, {{"slowMode", 1}}, ben).status, 403);
  // For members: who is not signed in may not read, either.
  EXPECT_EQ(rig.send("POST", channel + "/chat", {}).status, 401);
  EXPECT_EQ(enter(ben).status, 200);
}

TEST_P(TalkTest, FollowersSpeakOnceTheyHaveFollowedLongEnough) {
  const std::string place = channel + "/chat/settings";
  ASSERT_EQ(rig.send("PUT", place, {{"followersOnly", 600}}, anna).status, 200);
  const Told stranger = enter(ben);
  EXPECT_EQ(capabilities(stranger), Texts{"VIEW_MESSAGE"});
  EXPECT_EQ(stranger.json().at("followersOnlySeconds"), 600);
  ASSERT_EQ(rig.send("PUT", channel + "/follow", {}, ben).status, 204);
  const Told fresh = enter(ben);
  EXPECT_EQ(capabilities(fresh), Texts{"VIEW_MESSAGE"});
  EXPECT_LE(fresh.json().at("followersOnlySeconds").as_int64(), 600);
  EXPECT_GT(fresh.json().at("followersOnlySeconds").as_int64(), 500);
  EXPECT_FALSE(attributes(fresh).contains("follower"));
  ASSERT_TRUE(
      rig.sql().run("UPDATE app_follows SET followed_at = followed_at - 600000000").has_value());
  const Told known = enter(ben);
  EXPECT_EQ(capabilities(known), (Texts{"VIEW_MESSAGE", "SEND_MESSAGE"}));
  EXPECT_FALSE(known.json().contains("followersOnlySeconds"));
  EXPECT_EQ(attributes(known).at("follower"), "true");
  // With a role nobody has to follow.
  const Person vip = rig.person("vippy");
  ASSERT_EQ(rig.send("PUT", channel + "/vips/vippy", {}, anna).status, 204);
  EXPECT_EQ(capabilities(enter(vip)), (Texts{"VIEW_MESSAGE", "SEND_MESSAGE"}));
  EXPECT_EQ(capabilities(enter(anna)).size(), 4U);
}

TEST_P(TalkTest, ANewNameKeepsRoleAndBan) {
  const Person mod = rig.person("moddy");
  ASSERT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, anna).status, 204);
  ASSERT_EQ(enter(mod).status, 200);
  ASSERT_EQ(ban(anna, "benny").status, 204);
  ASSERT_EQ(rig.send("PUT", kApi + "/me/name", {{"name", "modster"}}, mod).status, 200);
  ASSERT_EQ(rig.send("PUT", kApi + "/me/name", {{"name", "benjamin"}}, ben).status, 200);
  eventually([&] { return room_bans() == Texts{"benjamin"}; });
  eventually([&] { return room_role("moddy") == "NONE" && room_role("modster") == "MODERATOR"; });
  EXPECT_EQ(enter(ben).status, 403);
  EXPECT_EQ(bans(anna), Texts{"benjamin"});
  EXPECT_EQ(enter(mod).text("userId"), "modster");
}

TEST_P(TalkTest, RolesOfThePlatformEndInRooms) {
  const Person staff = rig.person("staff", "moderator");
  const Person admin = rig.person("boss", "administrator");
  ASSERT_EQ(enter(staff).text("role"), "MODERATOR");
  ASSERT_EQ(
      rig.send("PATCH", kApi + "/admin/accounts/" + staff.id, {{"role", "viewer"}}, admin).status,
      200);
  eventually([&] { return room_role("staff") == "NONE"; });
  // And nobody bans staff, not even from before.
  ASSERT_EQ(ban(anna, "benny").status, 204);
  ASSERT_EQ(
      rig.send("PATCH", kApi + "/admin/accounts/" + ben.id, {{"role", "moderator"}}, admin).status,
      200);
  eventually([&] { return room_bans().empty(); });
  const Person now_staff = rig.signed_in(ben);
  eventually([&] { return enter(now_staff).text("role") == "MODERATOR"; });
}

TEST_P(TalkTest, WhoIsGoneLeavesNothing) {
  const Person mod = rig.person("moddy");
  ASSERT_EQ(rig.send("PUT", channel + "/moderators/moddy", {}, anna).status, 204);
  ASSERT_EQ(enter(mod).status, 200);
  ASSERT_EQ(ban(anna, "benny").status, 204);
  for (const Person* person : {&mod, &ben}) {
    ASSERT_EQ(rig.send("DELETE", kApi + "/me", {{"password", person->password}}, *person).status,
              204);
  }
  eventually([&] { return room_bans().empty() && room_role("moddy") == "NONE"; });
  EXPECT_EQ(bans(anna), Texts{});
  eventually(
      [&] { return rig.sql().run("SELECT count(*) FROM app_chat_seats")->integer(0, 0) == 0; });
  // The channel's own chat goes with the channel.
  const Person eve = rig.person("evelyn");
  ASSERT_EQ(ban(anna, "evelyn").status, 204);
  ASSERT_EQ(rig.send("DELETE", kApi + "/me", {{"password", anna.password}}, anna).status, 204);
  for (const char* table : {"app_chat_bans", "app_chat_people", "app_chat_settings"}) {
    EXPECT_EQ(rig.sql().run("SELECT count(*) FROM " + std::string(table))->integer(0, 0), 0)
        << table;
  }
}

TEST_P(TalkTest, TheDemosRoutes) {
  const auto ask = [&](const std::string& route, json::object body, const Person* person) {
    return rig.ask({.method = "POST",
                    .target = "/channel/" + route,
                    .json = std::move(body),
                    .token = person != nullptr ? rig.access_token(*person) : std::string()});
  };
  const Person chris = rig.person("chris", "streamer");
  ASSERT_EQ(rig.send("POST", kApi + "/me/channel", {}, chris).status, 201);
  const std::string arn = rig.get(kApi + "/channels/chris").text("channelArn");

  const Told visitor = ask("chatToken/create", {{"chatRoomOwnerUsername", "ANNA"}}, nullptr);
  EXPECT_EQ(visitor.status, 200) << visitor.body;
  EXPECT_EQ(capabilities(visitor), Texts{"VIEW_MESSAGE"});
  EXPECT_EQ(visitor.json().size(), 4U);
  EXPECT_EQ(capabilities(ask("chatToken/create", {{"chatRoomOwnerUsername", "anna"}}, &chris)),
            (Texts{"VIEW_MESSAGE", "SEND_MESSAGE"}));
  struct Case {
    std::string route;
    json::object body;
    const Person* person;
    int status;
    std::string_view type;
  };
  const Case cases[] = {
      {"chatToken/create", {}, nullptr, 400, "UnexpectedException"},
      {"chatToken/create",
       {{"chatRoomOwnerUsername", "nobody"}},
       nullptr,
       404,
       "UserNotFoundException"},
      {"chatToken/create",
       {{"chatRoomOwnerUsername", "benny"}},
       nullptr,
       403,
       "ChatRoomArnNotFoundException"},
      {"ban", {{"bannedChannelArn", arn}}, nullptr, 401, "UnauthorizedException"},
      {"ban", {}, &anna, 400, "UnexpectedException"},
      {"ban", {{"bannedChannelArn", channel_arn}}, &anna, 400, "UnexpectedException"},
      {"ban", {{"bannedChannelArn", arn + "x"}}, &anna, 404, "UserNotFoundException"},
      {"unban", {{"bannedChannelArn", arn + "x"}}, &anna, 404, "UserNotFoundException"},
  };
  for (const Case& row : cases) {
    const Told told = ask(row.route, row.body, row.person);
    EXPECT_EQ(told.status, row.status) << row.route << told.body;
    EXPECT_EQ(told.type(), row.type) << row.route << told.body;
  }
  const Told banned = ask("ban", {{"bannedChannelArn", arn}}, &anna);
  EXPECT_EQ(banned.status, 200) << banned.body;
  EXPECT_EQ(banned.body, "{}");
  const Told refused = ask("chatToken/create", {{"chatRoomOwnerUsername", "anna"}}, &chris);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.type(), "ForbiddenException");
  EXPECT_EQ(bans(anna), Texts{"chris"});
  EXPECT_EQ(ask("unban", {{"bannedChannelArn", arn}}, &anna).status, 200);
  EXPECT_EQ(ask("chatToken/create", {{"chatRoomOwnerUsername", "anna"}}, &chris).status, 200);
}

}  // namespace
}  // namespace app::test
