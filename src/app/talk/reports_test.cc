// Reports (those of messages are tested from outside): who may make them, who reads them, what
// becomes of them.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <set>

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
