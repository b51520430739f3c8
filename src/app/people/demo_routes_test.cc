#include <gtest/gtest.h>

#include "app/people/people_test_support.h"

namespace app::test {
namespace {

class DemoAccountsTest : public PeopleTest {
 protected:
  Told make(std::string_view name, std::string_view email,
            std::string_view password = "Secret-word-1") {
    return rig().ask({.method = "POST",
                      .target = "/channel/register",
                      .json = json::object{{"avatar", "bear"},
                                           {"color", "green"},
                                           {"email", email},
                                           {"password", password},
                                           {"confirmPassword", password},
                                           {"username", name}},
                      .headers = {{"Origin", "https://client.example"}}});
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(DemoAccountsTest);

TEST_P(DemoAccountsTest, RegisterInTheirWords) {
  PlatformSettings settings = easy_settings();
  settings.allowed_domains = {"example.org"};
  begin(std::move(settings));
  const Told told = make("anna", "anna@example.org");
  EXPECT_EQ(told.status, 201);
  EXPECT_EQ(told.body, R"({"userConfirmed":true})");
  EXPECT_EQ(told.cookie(), "") << "whoever posts from elsewhere gets no session";
  EXPECT_EQ(sign_in("anna", "Secret-word-1").json().at("account").at("avatar"), "bear");
  const struct {
    std::string_view name;
    std::string_view email;
    std::string_view password;
    std::uint16_t status;
    std::string_view type;
  } rows[] = {
      {"ANNA", "a@example.org", "Secret-word-1", 409, "UsernameExistsException"},
      {"Login", "a@example.org", "Secret-word-1", 400, "ReservedUsernameException"},
      {"abc", "a@example.org", "Secret-word-1", 400, "AccountRegistrationException"},
      {"berta", "a@other.org", "Secret-word-1", 400, "AccountRegistrationException"},
      {"berta", "anna@example.org", "Secret-word-1", 400, "EmailExistsException"},
      {"berta", "b@example.org", "secret", 400, "InvalidPasswordException"},
  };
  for (const auto& row : rows) {
    const Told refused = make(row.name, row.email, row.password);
    EXPECT_EQ(refused.status, row.status) << refused.body;
    EXPECT_EQ(refused.text("__type"), row.type) << refused.body;
  }
  const Told missing = rig().send("POST", "/channel/register", {{"username", "berta"}});
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(missing.text("__type"), "UnexpectedException");
}

TEST_P(DemoAccountsTest, SayThatALetterIsOnItsWay) {
  begin(careful_settings());
  EXPECT_EQ(make("anna", "anna@example.org").body, R"({"userConfirmed":false})");
  EXPECT_EQ(letters_to("anna@example.org").kind, "verify");
  for (const std::string email : {"anna@example.org", "nobody@example.org"}) {
    const Told told = rig().send("POST", "/channel/password/reset", {{"email", email}});
    EXPECT_EQ(told.status, 200);
    EXPECT_EQ(told.body, "{}");
  }
  EXPECT_EQ(letters_to("anna@example.org").kind, "reset");
}

TEST_P(DemoAccountsTest, RenameAndDeleteByToken) {
  begin();
  const Person anna = rig().person("anna");
  const Person berta = rig().person("berta");
  const std::string token = rig().access_token(anna);
  const auto rename = [&](std::string_view name) {
    return rig().ask({.method = "PUT",
                      .target = "/channel/username/update",
                      .json = json::object{{"newUsername", name}},
                      .token = token});
  };
  EXPECT_EQ(rename("Annabel").body, R"({"username":"Annabel"})");
  EXPECT_EQ(rename("berta").text("__type"), "AliasExistsException");
  EXPECT_EQ(rename("manager").text("__type"), "ReservedUsernameException");
  EXPECT_EQ(rename("abc").text("__type"), "ChangeUsernameException");
  const Told nobody = rig().ask({.method = "DELETE", .target = "/channel"});
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.text("__type"), "UnauthorizedException");
  EXPECT_EQ(rig().erase("/channel", berta).status, 401) << "cookies mean nothing here";
  EXPECT_EQ(rig().ask({.method = "DELETE", .target = "/channel", .token = token}).status, 204);
  EXPECT_EQ(rig().ask({.method = "DELETE", .target = "/channel", .token = token}).status, 401);
  EXPECT_EQ(sign_in("Annabel", anna.password).status, 401);
}

}  // namespace
}  // namespace app::test
