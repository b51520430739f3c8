#include "app/channels/channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <future>
#include <set>

#include "app/app_rig_test_support.h"
#include "app/letters/account_notices.h"

namespace app {
namespace {

namespace json = boost::json;
using test::Ask;
using test::easy_settings;
using test::Person;
using test::PlatformRig;
using test::Told;
using testing::HasSubstr;
using testing::Not;

constexpr char kMine[] = "/api/platform/v1/me/channel";

std::string page_of(const std::string& name, const std::string& behind = {}) {
  return "/api/platform/v1/channels/" + name + behind;
}

std::int64_t count(PlatformRig& rig, const std::string& statement) {
  auto rows = rig.sql().run(statement);
  EXPECT_TRUE(rows) << statement;
  return rows ? rows->integer(0, 0) : -1;
}

Person streamer(PlatformRig& rig, const std::string& name) {
  Person person = rig.person(name);
  const Told told = rig.send("POST", kMine, {}, person);
  EXPECT_EQ(told.status, 201) << told.body;
  return person;
}

TEST(Channels, AreMadeOnce) {
  PlatformRig rig;
  const Person anna = rig.person("Anna.S");
  EXPECT_EQ(rig.get(kMine, anna).status, 404);
  EXPECT_EQ(rig.get(page_of("anna.s")).status, 404);
  const Told made = rig.send("POST", kMine, {}, anna);
  ASSERT_EQ(made.status, 201) << made.body;
  const Told again = rig.send("POST", kMine, {}, anna);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.text("channelArn"), made.text("channelArn"));
  EXPECT_THAT(made.text("playbackUrl"), HasSubstr(made.text("channelId")));
  EXPECT_TRUE(made.json().at("canStream").as_bool());

  const json::object channel = rig.call("GetChannel", {{"arn", made.text("channelArn")}});
  const json::object& held = channel.at("channel").as_object();
  EXPECT_EQ(held.at("name").as_string(), "AnnaSs-channel");
  EXPECT_EQ(held.at("tags").at("account").as_string(), anna.id.c_str());
  EXPECT_EQ(count(rig, "SELECT count(*) FROM rooms"), 1);
}

TEST(Channels, AreMadeOnceHoweverManyAsk) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  constexpr int kRequests = 8;
  std::vector<std::promise<Told>> answers(kRequests);
  for (auto& answer : answers) {
    rig.ask_later({.method = "POST", .target = kMine, .json = json::object(), .person = &anna},
                  [&answer](Told told) { answer.set_value(std::move(told)); });
  }
  std::set<std::string> arns;
  for (auto& answer : answers) {
    const Told told = answer.get_future().get();
    EXPECT_LT(told.status, 300) << told.body;
    arns.insert(told.text("channelArn"));
  }
  EXPECT_EQ(arns.size(), 1U);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM channels"), 1);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM rooms"), 1);
}

TEST(Channels, SayWhyABroadcastWasRefused) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  const Person berta = rig.person("berta");
  for (const Person& person : {anna, berta}) rig.send("POST", kMine, {}, person);
  const auto refuse_at = [&](base::WallTime at) {
    ASSERT_TRUE(rig.sql().begin(true));
    ASSERT_TRUE(put_account_notice(rig.sql(), anna.id, kRefusedNotice, anna.id, at));
    ASSERT_TRUE(rig.sql().commit());
  };
  const base::WallTime now = io::Loop::wall_now();
  refuse_at(now - std::chrono::minutes(11));
  EXPECT_FALSE(rig.get(kMine, anna).json().contains("refused")) << "long ago";
  // Encoders try again and again.
  for (int i = 0; i < 3; ++i) refuse_at(now);
  const json::object mine = rig.get(kMine, anna).json();
  ASSERT_TRUE(mine.contains("refused"));
  EXPECT_EQ(mine.at("refused").at("type"), "TooManyLive");
  EXPECT_EQ(mine.at("refused").at("at").as_string(), base::to_rfc3339(now));
  EXPECT_TRUE(mine.at("refused").at("message").is_string());
  EXPECT_FALSE(rig.get(kMine, berta).json().contains("refused"));
  const json::object told = rig.get("/api/platform/v1/notices", anna).json();
  ASSERT_EQ(told.at("notices").as_array().size(), 1U);
  const json::object& notice = told.at("notices").as_array()[0].as_object();
  EXPECT_EQ(notice.at("kind"), "refused");
  EXPECT_EQ(notice.at("count"), 4);
  EXPECT_EQ(notice.at("url"), "/manager");
  EXPECT_EQ(notice.at("channel").at("name"), "anna");
  ASSERT_TRUE(drop_account_notice(rig.sql(), anna.id, kRefusedNotice, anna.id));
  EXPECT_FALSE(rig.get(kMine, anna).json().contains("refused"));
}

// A crash between the resources and their names in the row.
TEST(Channels, TakeWhatWasLeftHalfMade) {
  PlatformRig rig;
  const Person anna = rig.person("anna");
  const json::object tags{{"app", "platform"}, {"account", anna.id}};
  ASSERT_TRUE(
      rig.sql().run("INSERT INTO app_channels (account, resource_name, created_at) "
                    "VALUES ($1, 'anna', 1)",
                    {anna.id}));
  const json::object made = rig.call("CreateChannel", {{"name", "annas-channel"}, {"tags", tags}});
  rig.call("CreateChannel", {{"name", "annas-channel"}});
  const Told told = rig.send("POST", kMine, {}, anna);
  ASSERT_EQ(told.status, 201) << told.body;
  EXPECT_EQ(told.text("channelArn"), made.at("channel").at("arn").as_string().c_str());
  EXPECT_EQ(count(rig, "SELECT count(*) FROM channels"), 2);
  EXPECT_EQ(rig.get("/api/platform/v1/me/channel/key", anna).text("streamKey"),
            made.at("streamKey").at("value").as_string().c_str());
}

TEST(Channels, AreForThoseWhoMayGoLive) {
  PlatformSettings settings = easy_settings();
  settings.everyone_streams = false;
  PlatformRig rig(std::move(settings));
  const Person viewer = rig.person("viewer");
  EXPECT_EQ(rig.send("POST", kMine, {}, viewer).status, 403);
  const Person chosen = rig.person("chosen", "streamer");
  EXPECT_EQ(rig.send("POST", kMine, {}, chosen).status, 201);
}

TEST(Channels, ShareOneRecordingConfiguration) {
  PlatformSettings settings = easy_settings();
  settings.record = true;
  PlatformRig rig(std::move(settings));
  streamer(rig, "anna");
  streamer(rig, "berta");
  EXPECT_EQ(count(rig, "SELECT count(*) FROM recording_configurations"), 1);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM channels WHERE recording_configuration <> ''"), 2);
}

TEST(Channels, AreSetUpByTheirOwners) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const Told changed = rig.send(
      "PATCH", kMine,
      {{"title", "  Baking \n bread "}, {"category", "Food & Cooking"}, {"about", "All\nof it."}},
      anna);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.text("title"), "Baking bread");
  const Told page = rig.get(page_of("ANNA"));
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.text("title"), "Baking bread");
  EXPECT_EQ(page.text("about"), "All\nof it.");
  EXPECT_EQ(page.text("category"), "Food & Cooking");
  EXPECT_EQ(page.text("role"), "NONE");
  EXPECT_FALSE(page.json().at("live").as_bool());
  EXPECT_FALSE(page.json().at("isOwner").as_bool());
  EXPECT_THAT(page.text("playbackUrl"), HasSubstr(".m3u8"));
  EXPECT_TRUE(rig.get(page_of("anna"), anna).json().at("isOwner").as_bool());
  EXPECT_EQ(rig.send("PATCH", kMine, {{"title", std::string(141, 'x')}}, anna).status, 400);
}

TEST(Channels, AreWatchedByMembersOnlyWithTokens) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const Person berta = rig.person("berta");
  const Told changed = rig.send("PATCH", kMine, {{"membersOnly", true}}, anna);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_TRUE(rig.call("GetChannel", {{"arn", changed.text("channelArn")}})
                  .at("channel")
                  .at("authorized")
                  .as_bool());
  EXPECT_FALSE(rig.get(page_of("anna")).json().contains("playbackUrl"));
  EXPECT_THAT(rig.get(page_of("anna"), berta).text("playbackUrl"), HasSubstr("?token="));
  EXPECT_EQ(count(rig, "SELECT count(*) FROM playback_key_pairs"), 1);
  // The key is imported once.
  EXPECT_EQ(rig.send("PATCH", kMine, {{"membersOnly", false}}, anna).status, 200);
  EXPECT_EQ(rig.send("PATCH", kMine, {{"membersOnly", true}}, anna).status, 200);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM playback_key_pairs"), 1);
}

TEST(Channels, ShowAndResetTheirKeysToOwnersOnly) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const std::string before = rig.get("/api/platform/v1/me/channel/key", anna).text("streamKey");
  EXPECT_THAT(before, HasSubstr("sk_"));
  const Told reset = rig.send("POST", "/api/platform/v1/me/channel/key/reset", {}, anna);
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_NE(reset.text("streamKey"), before);
  EXPECT_EQ(rig.get("/api/platform/v1/me/channel/key", anna).text("streamKey"),
            reset.text("streamKey"));
  EXPECT_EQ(count(rig, "SELECT count(*) FROM stream_keys"), 1);
  EXPECT_EQ(rig.get("/api/platform/v1/me/channel/key").status, 401);
  EXPECT_THAT(rig.get(page_of("anna"), anna).body, Not(HasSubstr(reset.text("streamKey"))));
}

TEST(Channels, AreFollowed) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const Person berta = streamer(rig, "berta");
  const Person clara = rig.person("clara");
  EXPECT_EQ(rig.send("PUT", page_of("anna", "/follow"), {}, clara).status, 204);
  EXPECT_EQ(rig.send("PUT", page_of("Berta", "/follow"), {}, clara).status, 204);
  EXPECT_EQ(rig.send("PUT", page_of("berta", "/follow"), {}, clara).status, 204);
  EXPECT_EQ(rig.send("PUT", page_of("anna", "/follow"), {}, anna).status, 400);
  EXPECT_EQ(rig.send("PUT", page_of("clara", "/follow"), {}, anna).status, 404);
  EXPECT_EQ(rig.send("PUT", page_of("anna", "/follow"), {}).status, 401);
  const json::object page = rig.get(page_of("berta"), clara).json();
  EXPECT_TRUE(page.at("isFollowing").as_bool());
  EXPECT_EQ(page.at("followers").as_int64(), 1);
  const json::object following = rig.get("/api/platform/v1/following", clara).json();
  const json::array& list = following.at("channels").as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].at("name").as_string(), "berta");  // followed last
  const json::object directory = rig.get("/api/platform/v1/directory", clara).json();
  EXPECT_EQ(directory.at("following").as_array().size(), 2U);
  EXPECT_EQ(directory.at("total").as_int64(), 0);
  EXPECT_EQ(rig.erase(page_of("berta", "/follow"), clara).status, 204);
  EXPECT_EQ(rig.erase(page_of("berta", "/follow"), clara).status, 204);
  EXPECT_EQ(rig.get(page_of("berta")).json().at("followers").as_int64(), 0);
}

TEST(Channels, AreFoundByNameTitleAndCategory) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  streamer(rig, "annette");
  rig.send("PATCH", kMine, {{"title", "Bread and salt"}, {"category", "Food & Cooking"}}, anna);
  const auto names = [&](const std::string& query) {
    std::set<std::string> found;
    const json::object answer = rig.get("/api/platform/v1/search?q=" + query).json();
    for (const json::value& card : answer.at("channels").as_array()) {
      found.emplace(card.at("name").as_string());
    }
    return found;
  };
  EXPECT_EQ(names("ann"), (std::set<std::string>{"anna", "annette"}));
  EXPECT_EQ(names("SALT"), std::set<std::string>{"anna"});
  EXPECT_EQ(names("cook%20bre"), std::set<std::string>{"anna"});
  EXPECT_EQ(names("nette"), std::set<std::string>());
  EXPECT_EQ(names("%27%20OR%201=1"), std::set<std::string>());
  EXPECT_EQ(rig.get("/api/platform/v1/search?q=cook").json().at("categories").as_array().size(),
            1U);
  ASSERT_EQ(rig.send("PUT", "/api/platform/v1/me/name", {{"name", "zoe.new"}}, anna).status, 200);
  EXPECT_EQ(names("zoe"), std::set<std::string>{"zoe.new"});
  EXPECT_EQ(names("anna"), std::set<std::string>());
  // Nothing else changes by a rename.
  EXPECT_EQ(rig.get(page_of("zoe.new")).text("title"), "Bread and salt");
}

TEST(Channels, GoWithTheirAccounts) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const Person berta = streamer(rig, "berta");
  rig.send("PUT", page_of("berta", "/follow"), {}, anna);
  rig.send("PUT", page_of("anna", "/follow"), {}, berta);
  const Told gone = rig.ask({.method = "DELETE",
                             .target = "/api/platform/v1/me",
                             .json = json::object{{"password", anna.password}},
                             .person = &anna});
  ASSERT_EQ(gone.status, 204) << gone.body;
  EXPECT_EQ(rig.get(page_of("anna")).status, 404);
  EXPECT_EQ(rig.get(page_of("berta")).json().at("followers").as_int64(), 0);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM app_follows"), 0);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM app_channels"), 1);
  // The resources go on a slow thread, which has done so when it has done something behind it.
  rig.send("POST", "/api/platform/v1/me/channel/key/reset", {}, berta);
  rig.send("POST", "/api/platform/v1/me/channel/key/reset", {}, berta);
  for (int i = 0; i < 200 && count(rig, "SELECT count(*) FROM app_channel_leftovers") > 0; ++i) {
    rig.send("POST", "/api/platform/v1/me/channel/key/reset", {}, berta);
  }
  EXPECT_EQ(count(rig, "SELECT count(*) FROM app_channel_leftovers"), 0);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM channels"), 1);
  EXPECT_EQ(count(rig, "SELECT count(*) FROM rooms WHERE deleted_at IS NULL"), 1);
}

TEST(Channels, PassOperationsOnAboutTheirOwnAlone) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const std::string path = "/api/platform/v1/me/channel/operations/";
  const Told sessions = rig.send("POST", path + "ListStreamSessions", {}, anna);
  ASSERT_EQ(sessions.status, 200) << sessions.body;
  EXPECT_TRUE(sessions.json().contains("streamSessions"));
  // A channel that is named is not the one that is asked about.
  EXPECT_EQ(rig.send("POST", path + "ListStreamSessions",
                     {{"channelArn", "arn:aws:ivs:local:1:channel/other"}}, anna)
                .status,
            200);
  EXPECT_EQ(rig.send("POST", path + "DeleteChannel", {}, anna).status, 404);
  EXPECT_EQ(rig.send("POST", path + "GetStream", {}, anna).status, 404);
}

TEST(Channels, AreLookedAfterByModerators) {
  PlatformRig rig;
  const Person anna = streamer(rig, "anna");
  const Person guard = rig.person("guard", "moderator");
  EXPECT_EQ(rig.get("/api/platform/v1/admin/channels", anna).status, 403);
  const json::object all = rig.get("/api/platform/v1/admin/channels?query=an", guard).json();
  ASSERT_EQ(all.at("channels").as_array().size(), 1U);
  EXPECT_EQ(all.at("channels").as_array()[0].at("account").as_string(), anna.id.c_str());
  EXPECT_EQ(rig.get("/api/platform/v1/admin/channels?query=x", guard)
                .json()
                .at("channels")
                .as_array()
                .size(),
            0U);
  EXPECT_EQ(rig.send("POST", "/api/platform/v1/admin/channels/anna/stop", {}, guard).status, 204);
  EXPECT_EQ(rig.send("POST", "/api/platform/v1/admin/channels/nobody/stop", {}, guard).status, 404);
}

TEST(Channels, ListCategories) {
  PlatformRig rig;
  const json::object answer = rig.get("/api/platform/v1/categories").json();
  EXPECT_EQ(answer.at("categories").as_array()[0].at("name").as_string(), "Just Chatting");
  EXPECT_EQ(rig.get("/api/platform/v1/channels/nobody").status, 404);
  EXPECT_EQ(rig.get("/api/platform/v1/channels/nobody/recordings").status, 404);
  EXPECT_EQ(rig.get("/api/platform/v1/directory?after=nonsense").status, 200);
}

}  // namespace
}  // namespace app
