// Reports (those of messages are tested from outside): who may make them, who reads them, what
// becomes of them.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <set>
#include <tuple>

#include "app/app_rig_test_support.h"
#include "io/sql_test_support.h"

namespace app::test {
namespace {

namespace json = boost::json;

const std::string kApi = "/api/platform/v1";

class ReportsTest : public io::test::SqlTest {
 protected:
  ReportsTest() { EXPECT_LT(rig.send("POST", kApi + "/me/channel", {}, anna).status, 300); }
  Told report(const Person& by, json::object what) {
    return rig.send("POST", kApi + "/reports", std::move(what), by);
  }
  json::array all(const Person& person, const std::string& query = "") {
    const Told told = rig.get(kApi + "/admin/reports" + query, person);
    EXPECT_EQ(told.status, 200) << told.body;
    return told.json().at("reports").as_array();
  }

  PlatformRig rig{easy_settings(), url()};
  const Person anna = rig.person("anna", "streamer");
  const Person ben = rig.person("benny");
  const Person staff = rig.person("staff", "moderator");
};

ROSTRUM_INSTANTIATE_SQL_TEST(ReportsTest);

TEST_P(ReportsTest, ReachTheChannelAndThePlatform) {
  const Told made = report(
      ben,
      {{"channel", "ANNA"}, {"person", "staff"}, {"reason", "spam"}, {"details", " too much "}});
  ASSERT_EQ(made.status, 201) << made.body;
  // Once is enough.
  EXPECT_EQ(report(ben, {{"channel", "anna"}, {"person", "staff"}, {"reason", "other"}}).text("id"),
            made.text("id"));
  const json::array seen = all(staff);
  ASSERT_EQ(seen.size(), 1U);
  const json::object& entry = seen[0].as_object();
  EXPECT_EQ(entry.at("channel"), "anna");
  EXPECT_EQ(entry.at("person"), "staff");
  EXPECT_EQ(entry.at("by"), "benny");
  EXPECT_EQ(entry.at("details"), "too much");
  EXPECT_EQ(entry.at("state"), "open");

  const Told of_channel = rig.get(kApi + "/channels/anna/reports", anna);
  ASSERT_EQ(of_channel.status, 200);
  const json::object listed = of_channel.json();
  const json::object& shown = listed.at("reports").as_array().at(0).as_object();
  EXPECT_EQ(shown.at("reason"), "spam");
  EXPECT_FALSE(shown.contains("by"));  // who complained stays unknown to the channel
  EXPECT_EQ(rig.get(kApi + "/channels/anna/reports", ben).status, 403);
  EXPECT_EQ(rig.get(kApi + "/admin/reports", anna).status, 403);
  EXPECT_EQ(rig.get(kApi + "/admin/reports").status, 401);
  EXPECT_EQ(rig.send("POST", kApi + "/reports", {{"channel", "anna"}, {"reason", "spam"}}).status,
            401);

  const std::string place = kApi + "/admin/reports/" + made.text("id");
  EXPECT_EQ(rig.send("PATCH", place, {{"state", "resolved"}}, anna).status, 403);
  const Told done = rig.send("PATCH", place, {{"state", "resolved"}, {"note", "talked"}}, staff);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.text("state"), "resolved");
  EXPECT_EQ(done.text("note"), "talked");
  EXPECT_EQ(rig.send("PATCH", place, {{"state", "gone"}}, staff).status, 400);
  for (const char* wrong : {"0", "x", "12345678901234567890"}) {
    EXPECT_EQ(
        rig.send("PATCH", kApi + "/admin/reports/" + wrong, {{"state", "open"}}, staff).status,
        404);
  }
  EXPECT_TRUE(all(staff, "?state=open").empty());
  EXPECT_EQ(all(staff, "?state=resolved").size(), 1U);
}

TEST_P(ReportsTest, ThoseWhoHandleThemAreToldOnce) {
  const auto notices = [&](const Person& person) {
    const json::object body = rig.get(kApi + "/notices", person).json();
    json::array found;
    for (const json::value& notice : body.at("notices").as_array()) {
      if (notice.as_object().at("kind") == "report") found.push_back(notice);
    }
    return std::pair(found, body.at("unseen").to_number<int>());
  };
  const Person boss = rig.person("boss", "administrator");
  const Person cleo = rig.person("cleo");
  ASSERT_EQ(report(ben, {{"channel", "anna"}, {"person", "cleo"}, {"reason", "spam"}}).status, 201);
  for (const Person& person : {staff, boss}) {
    const auto [list, unseen] = notices(person);
    ASSERT_EQ(list.size(), 1U) << person.name;
    EXPECT_EQ(unseen, 1);
    const json::object& notice = list[0].as_object();
    EXPECT_EQ(notice.at("channel").at("name"), "anna");
    EXPECT_EQ(notice.at("url"), "/admin/reports");
    EXPECT_EQ(notice.at("count"), 1);
    EXPECT_EQ(notice.at("seen"), false);
  }
  EXPECT_TRUE(notices(anna).first.empty()) << "nothing that was said";
  EXPECT_TRUE(notices(ben).first.empty());
  EXPECT_TRUE(notices(cleo).first.empty());
  // The same once more is no news; others are added to what is unseen.
  ASSERT_EQ(report(ben, {{"channel", "anna"}, {"person", "cleo"}, {"reason", "hate"}}).status, 201);
  ASSERT_EQ(report(cleo, {{"channel", "anna"}, {"reason", "other"}}).status, 201);
  auto [list, unseen] = notices(staff);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(unseen, 1);
  EXPECT_EQ(list[0].as_object().at("count"), 2);
  const json::string first = list[0].as_object().at("id").as_string();

  ASSERT_EQ(rig.send("POST", kApi + "/notices/seen", {}, staff).status, 204);
  EXPECT_EQ(notices(staff).second, 0);
  EXPECT_EQ(notices(boss).second, 1);
  ASSERT_EQ(report(staff, {{"channel", "anna"}, {"reason", "other"}}).status, 201);
  EXPECT_EQ(notices(staff).second, 0) << "whoever reports knows";
  ASSERT_EQ(report(boss, {{"channel", "anna"}, {"reason", "other"}}).status, 201);
  std::tie(list, unseen) = notices(staff);
  ASSERT_EQ(list.size(), 1U) << "one of a channel";
  EXPECT_EQ(unseen, 1);
  EXPECT_EQ(list[0].as_object().at("count"), 1);
  EXPECT_NE(list[0].as_object().at("id").as_string(), first);
  // Whoever wants to hear nothing of followed channels handles reports all the same.
  (void)rig.send("PUT", kApi + "/me/notifications", {{"page", false}}, staff);
  EXPECT_EQ(notices(staff).first.size(), 1U);
  ASSERT_EQ(rig.send("DELETE", kApi + "/me", {{"password", anna.password}}, anna).status, 204);
  EXPECT_TRUE(notices(staff).first.empty());
}

TEST_P(ReportsTest, AreHandledInTheChannel) {
  const Person cleo = rig.person("cleo");
  const auto made = [&](json::object what) {
    what["channel"] = "anna";
    what["reason"] = "spam";
    return report(ben, std::move(what)).text("id");
  };
  const std::string about_cleo = made({{"person", "cleo"}});
  const std::string about_anna = made({{"person", "anna"}});
  const std::string about_channel = made({});
  ASSERT_EQ(rig.send("POST", kApi + "/me/channel", {}, cleo).status, 201);
  const auto handle = [&](const Person& by, const std::string& channel, const std::string& id,
                          const std::string& state = "resolved") {
    return rig.send("PATCH", kApi + "/channels/" + channel + "/reports/" + id, {{"state", state}},
                    by);
  };
  for (const Person& person : {ben, cleo}) {
    EXPECT_EQ(handle(person, "anna", about_cleo).status, 403) << person.name;
  }
  EXPECT_EQ(handle(cleo, "cleo", about_cleo).status, 404) << "not of that channel";
  EXPECT_EQ(handle(anna, "anna", about_anna).status, 403);
  EXPECT_EQ(handle(anna, "anna", about_channel).status, 403);
  EXPECT_EQ(handle(anna, "anna", "999999").status, 404);
  EXPECT_EQ(handle(anna, "anna", "x").status, 404);
  EXPECT_EQ(handle(anna, "anna", about_cleo, "gone").status, 400);
  EXPECT_EQ(all(staff, "?state=open").size(), 3U) << "nothing was changed";
  const Told done = handle(anna, "ANNA", about_cleo, "dismissed");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.text("state"), "dismissed");
  EXPECT_FALSE(done.json().contains("by"));
  EXPECT_FALSE(done.json().contains("note"));
  const json::object open = rig.get(kApi + "/channels/anna/reports?state=open", anna).json();
  EXPECT_EQ(open.at("reports").as_array().size(), 2U);
  // A moderator of the channel, but not about oneself.
  ASSERT_EQ(rig.send("PUT", kApi + "/channels/anna/moderators/cleo", {}, anna).status, 204);
  EXPECT_EQ(handle(cleo, "anna", about_cleo, "open").status, 403);
  EXPECT_EQ(handle(staff, "anna", about_cleo, "open").status, 200);
}

TEST_P(ReportsTest, OfWhatIsNotThere) {
  struct Case {
    json::object what;
    std::string_view field;
  };
  const Case cases[] = {
      {{{"channel", "nobody"}, {"reason", "spam"}}, "channel"},
      {{{"channel", "anna"}, {"reason", "boring"}}, "reason"},
      {{{"channel", "anna"}, {"reason", "spam"}, {"person", "nobody"}}, "person"},
      {{{"channel", "anna"}, {"reason", "spam"}, {"person", "benny"}}, "person"},
      {{{"channel", "anna"}, {"reason", "spam"}, {"messageId", "short"}}, "messageId"},
      {{{"channel", "benny"}, {"reason", "spam"}, {"messageId", "abcdefghijkl"}}, "messageId"},
  };
  for (const Case& row : cases) {
    const Told told = report(ben, row.what);
    EXPECT_EQ(told.status, 400) << told.body;
    EXPECT_EQ(told.text("field"), row.field) << told.body;
  }
  EXPECT_TRUE(all(staff).empty());
}

TEST_P(ReportsTest, AreBoundedAndPaged) {
  std::vector<Person> people;
  for (int i = 0; i < 20; ++i) {
    people.push_back(rig.person("person" + std::to_string(i)));
    const std::string& name = people.back().name;
    EXPECT_EQ(report(ben, {{"channel", "anna"}, {"person", name}, {"reason", "hate"}}).status, 201);
  }
  const Told more = report(ben, {{"channel", "anna"}, {"reason", "hate"}});
  EXPECT_EQ(more.status, 429);
  EXPECT_EQ(more.type(), "TooManyReports");
  // Others still may.
  for (int i = 0; i < 20; ++i) {
    for (const char* name : {"benny", "staff"}) {
      EXPECT_EQ(report(people[static_cast<std::size_t>(i)],
                       {{"channel", "anna"}, {"person", name}, {"reason", "hate"}})
                    .status,
                201);
    }
  }
  std::vector<std::string> ids;
  std::string after;
  do {
    const json::object page = rig.get(kApi + "/admin/reports?state=open" + after, staff).json();
    for (const json::value& entry : page.at("reports").as_array()) {
      ids.emplace_back(entry.as_object().at("id").as_string());
    }
    after = page.contains("next") ? "&after=" + std::string(page.at("next").as_string())
                                  : std::string();
  } while (!after.empty());
  EXPECT_EQ(ids.size(), 60U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 60U);
  EXPECT_EQ(rig.get(kApi + "/admin/reports?after=x", staff).status, 400);
  // With the one who reported, the reports go.
  ASSERT_EQ(rig.send("DELETE", kApi + "/me", {{"password", ben.password}}, ben).status, 204);
  EXPECT_EQ(rig.sql()
                .run("SELECT count(*) FROM app_chat_reports WHERE reporter = $1", {ben.id})
                ->integer(0, 0),
            0);
}

}  // namespace
}  // namespace app::test
