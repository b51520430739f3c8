#include <gtest/gtest.h>

#include "app/people/people_test_support.h"

namespace app::test {
namespace {

class AdministrationTest : public PeopleTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(AdministrationTest);

TEST_P(AdministrationTest, IsForAdministratorsOnly) {
  begin();
  const Person anna = rig().person("anna");
  const Person moderator = rig().person("mode", "moderator");
  const Person boss = administrator();
  const struct {
    std::string method;
    std::string path;
  } rows[] = {{"GET", "admin/summary"},
              {"GET", "admin/accounts"},
              {"GET", "admin/accounts/" + anna.id},
              {"POST", "admin/accounts"},
              {"PATCH", "admin/accounts/" + anna.id},
              {"DELETE", "admin/accounts/" + anna.id},
              {"GET", "admin/limits"},
              {"PUT", "admin/limits"}};
  for (const auto& [method, path] : rows) {
    EXPECT_EQ(rig().ask({.method = method, .target = kP + path}).status, 401) << method << path;
    for (const Person* person : {&anna, &moderator}) {
      const Told told = rig().ask({.method = method, .target = kP + path, .person = person});
      EXPECT_EQ(told.status, 403) << method << path;
      EXPECT_EQ(told.type(), "Forbidden");
    }
  }
  EXPECT_EQ(rig().get(kP + "admin/limits", boss).status, 200);
}

TEST_P(AdministrationTest, FindsPeople) {
  begin();
  const Person boss = administrator();
  for (const char* name : {"anna", "anna_2", "berta", "carla"}) (void)rig().person(name);
  const auto names = [&](const std::string& query) {
    const Told told = rig().get(kP + "admin/accounts" + query, boss);
    EXPECT_EQ(told.status, 200) << told.body;
    std::string joined;
    const json::object page = told.json();
    for (const json::value& entry : page.at("accounts").as_array()) {
      joined += std::string(entry.as_object().at("name").as_string()) + " ";
    }
    if (page.contains("next")) joined += "-> " + std::string(page.at("next").as_string());
    return joined;
  };
  EXPECT_EQ(names(""), "admin anna anna_2 berta boss carla ");
  EXPECT_EQ(names("?limit=2"), "admin anna -> anna");
  EXPECT_EQ(names("?limit=2&after=anna"), "anna_2 berta -> berta");
  EXPECT_EQ(names("?limit=2&after=berta"), "boss carla ");
  EXPECT_EQ(names("?query=NNA"), "anna anna_2 ");
  EXPECT_EQ(names("?query=berta@example"), "berta ");
  EXPECT_EQ(names("?query=a_2"), "anna_2 ") << "no pattern";
  EXPECT_EQ(names("?query=%25"), "");
  EXPECT_EQ(names("?role=administrator"), "admin boss ");
  EXPECT_EQ(names("?state=suspended"), "");
  EXPECT_EQ(rig().get(kP + "admin/accounts?limit=1000", boss).status, 400);
  EXPECT_EQ(rig().get(kP + "admin/accounts/nobody", boss).status, 404);
}

TEST_P(AdministrationTest, SuspendsAndLetsInAgain) {
  begin();
  const Person boss = administrator();
  const Person anna = rig().person("anna");
  const std::string token = rig().access_token(anna);
  const std::string path = kP + "admin/accounts/" + anna.id;
  const Told told = rig().send("PATCH", path, {{"state", "suspended"}, {"reason", "Spam."}}, boss);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.json().at("account").at("reason"), "Spam.");
  EXPECT_FALSE(is_signed_in(anna));
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 401);
  const Told refused = sign_in("anna", anna.password);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.type(), "Suspended");
  EXPECT_NE(refused.text("message").find("Spam."), std::string::npos);
  EXPECT_EQ(sign_in("anna", "Wrong-word-1").status, 401) << "only behind the right password";
  EXPECT_EQ(rig().get(kP + "admin/summary", boss).json().at("suspended"), 1);
  EXPECT_EQ(rig().send("PATCH", path, {{"state", "active"}}, boss).status, 200);
  EXPECT_EQ(sign_in("anna", anna.password).status, 200);
}

TEST_P(AdministrationTest, ChangesRolesAtOnce) {
  begin();
  const Person boss = administrator();
  const Person anna = rig().person("anna");
  EXPECT_EQ(rig().get(kP + "admin/limits", anna).status, 403);
  EXPECT_EQ(rig()
                .send("PATCH", kP + "admin/accounts/" + anna.id, {{"role", "administrator"}}, boss)
                .status,
            200);
  EXPECT_EQ(rig().get(kP + "admin/limits", anna).status, 200) << "nothing remembered is in between";
  EXPECT_EQ(
      rig().send("PATCH", kP + "admin/accounts/" + boss.id, {{"role", "viewer"}}, boss).type(),
      "Yourself");
  EXPECT_EQ(rig().erase(kP + "admin/accounts/" + boss.id, boss).type(), "Yourself");
  EXPECT_EQ(
      rig().send("PATCH", kP + "admin/accounts/" + boss.id, {{"role", "viewer"}}, anna).status,
      200);
  EXPECT_EQ(rig().get(kP + "admin/limits", boss).status, 403);
}

TEST_P(AdministrationTest, MakesAndDeletesAccounts) {
  PlatformSettings settings = careful_settings();
  settings.registration = false;
  begin(std::move(settings));
  const Person boss = administrator();
  const Told made = rig().send("POST", kP + "admin/accounts",
                               {{"name", "anna"},
                                {"email", "anna@example.org"},
                                {"password", "Secret-word-1"},
                                {"role", "moderator"}},
                               boss);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json().at("account").at("role"), "moderator");
  EXPECT_EQ(sign_in("anna", "Secret-word-1").status, 200);
  const Told invited = rig().send("POST", kP + "admin/accounts",
                                  {{"name", "berta"}, {"email", "berta@example.org"}}, boss);
  ASSERT_EQ(invited.status, 201) << invited.body;
  EXPECT_EQ(invited.json().at("account").at("hasPassword"), false);
  const std::string id = invited.json().at("account").at("id").as_string().c_str();
  const json::object mailbox = rig().get(kP + "mailbox", boss).json();
  ASSERT_EQ(mailbox.at("letters").as_array().size(), 1U);
  const std::string letter =
      mailbox.at("letters").as_array().front().as_object().at("id").as_string().c_str();
  const std::string text = rig().get(kP + "mailbox/" + letter, boss).text("text");
  const std::size_t at = text.find("/reset?code=");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_EQ(
      post("password/reset", {{"code", text.substr(at + 12, 32)}, {"password", "Another-word-2"}})
          .status,
      204);
  EXPECT_EQ(sign_in("berta", "Another-word-2").status, 200);
  EXPECT_EQ(rig().erase(kP + "admin/accounts/" + id, boss).status, 204);
  EXPECT_EQ(rig().erase(kP + "admin/accounts/" + id, boss).status, 404);
  EXPECT_EQ(sign_in("berta", "Another-word-2").status, 401);
}

TEST_P(AdministrationTest, LimitsStandOverTheConfiguration) {
  begin();
  const Person boss = administrator();
  const Told told =
      rig().send("PUT", kP + "admin/limits", {{"registration", false}, {"maxLive", 5}}, boss);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.body, R"({"registration":false,"everyoneStreams":true,"maxLive":5})");
  EXPECT_EQ(post("accounts",
                 {{"name", "anna"}, {"email", "anna@example.org"}, {"password", "Secret-word-1"}})
                .type(),
            "RegistrationClosed");
  EXPECT_EQ(rig()
                .send("PUT", kP + "admin/limits",
                      {{"registration", true}, {"everyoneStreams", false}}, boss)
                .status,
            200);
  EXPECT_EQ(post("accounts",
                 {{"name", "anna"}, {"email", "anna@example.org"}, {"password", "Secret-word-1"}})
                .json()
                .at("account")
                .at("role"),
            "viewer");
  begin();
  const Told kept = rig().get(kP + "admin/limits", rig().signed_in(boss));
  EXPECT_EQ(kept.body, R"({"registration":true,"everyoneStreams":false,"maxLive":5})")
      << "also behind the next start";
}

TEST_P(AdministrationTest, CountsThePlatform) {
  begin();
  const Person boss = administrator();
  (void)rig().person("anna");
  EXPECT_EQ(rig().get(kP + "admin/summary", boss).body,
            R"({"accounts":3,"live":0,"viewers":0,"openReports":0,"suspended":0})");
}

}  // namespace
}  // namespace app::test
