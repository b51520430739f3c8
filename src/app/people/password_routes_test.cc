#include <gtest/gtest.h>

#include "app/people/people_test_support.h"

namespace app::test {
namespace {

constexpr std::string_view kNew = "Another-word-2";

class PasswordsTest : public PeopleTest {
 protected:
  /// Somebody who proved an address by a letter.
  Person proven(const std::string& name) {
    const Told made =
        post("accounts",
             {{"name", name}, {"email", name + "@example.org"}, {"password", "Secret-word-1"}});
    EXPECT_EQ(made.status, 201) << made.body;
    const Told told = post("accounts/verify", {{"code", letters_to(name + "@example.org").code}});
    EXPECT_EQ(told.status, 200) << told.body;
    return {.id = told.json().at("account").at("id").as_string().c_str(),
            .name = name,
            .email = name + "@example.org",
            .password = "Secret-word-1",
            .cookie = told.cookie(),
            .csrf = told.text("csrfToken")};
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(PasswordsTest);

TEST_P(PasswordsTest, AreResetByALetter) {
  begin(careful_settings());
  const Person anna = proven("anna");
  const std::string token = rig().access_token(anna);
  EXPECT_EQ(post("password/forgot", {{"email", "ANNA@example.org"}}).status, 202);
  const Post letter = letters_to("anna@example.org");
  EXPECT_EQ(letter.kind, "reset");
  ASSERT_EQ(letter.code.size(), 32U) << letter.text;
  EXPECT_EQ(post("accounts/verify", {{"code", letter.code}}).type(), "CodeExpired");
  const Told weak = post("password/reset", {{"code", letter.code}, {"password", "weak"}});
  EXPECT_EQ(weak.type(), "WeakPassword") << "and the code is still good";
  const Told told = post("password/reset", {{"code", letter.code}, {"password", kNew}});
  EXPECT_EQ(told.status, 204) << told.body;
  EXPECT_FALSE(is_signed_in(anna));
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 401);
  EXPECT_EQ(sign_in("anna", anna.password).status, 401);
  EXPECT_EQ(sign_in("anna", std::string(kNew)).status, 200);
  EXPECT_EQ(post("password/reset", {{"code", letter.code}, {"password", "Third-word-3"}}).type(),
            "CodeExpired");
  EXPECT_NE(letters_to("anna@example.org").kind, "reset") << "the owner is told";
}

TEST_P(PasswordsTest, ALetterProvesTheAddressToo) {
  begin(careful_settings());
  ASSERT_EQ(post("accounts",
                 {{"name", "anna"}, {"email", "anna@example.org"}, {"password", "Secret-word-1"}})
                .status,
            201);
  ASSERT_EQ(post("password/forgot", {{"email", "anna@example.org"}}).status, 202);
  const std::string code = letters_to("anna@example.org").code;
  EXPECT_EQ(post("password/reset", {{"code", code}, {"password", kNew}}).status, 204);
  EXPECT_EQ(sign_in("anna", std::string(kNew)).status, 200);
}

TEST_P(PasswordsTest, CodesEndWithTheirTime) {
  begin(careful_settings());
  const Person anna = proven("anna");
  ASSERT_EQ(post("password/forgot", {{"email", "anna@example.org"}}).status, 202);
  const std::string code = letters_to("anna@example.org").code;
  ASSERT_TRUE(rig()
                  .workers()
                  .write_and_wait([](io::SqlConnection& sql) -> base::Expected<void> {
                    auto set = sql.run("UPDATE app_account_codes SET expires_at = 1");
                    if (!set) return base::fail(set.error());
                    return {};
                  })
                  .has_value());
  EXPECT_EQ(post("password/reset", {{"code", code}, {"password", kNew}}).type(), "CodeExpired");
}

TEST_P(PasswordsTest, AreChangedByWhoKnowsTheOldOne) {
  begin();
  const Person anna = rig().person("anna");
  const Person second = rig().signed_in(anna);
  const std::string token = rig().access_token(anna);
  const auto change = [&](std::string_view old_one, std::string_view new_one) {
    return rig().send("POST", kP + "me/password",
                      {{"oldPassword", old_one}, {"newPassword", new_one}}, anna);
  };
  EXPECT_EQ(change("Wrong-word-1", kNew).type(), "WrongPassword");
  EXPECT_EQ(change("Wrong-word-1", kNew).status, 403);
  EXPECT_EQ(change(anna.password, anna.password).text("field"), "newPassword");
  EXPECT_EQ(change(anna.password, "weak").type(), "WeakPassword");
  EXPECT_TRUE(is_signed_in(second));
  const Told told = change(anna.password, kNew);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_FALSE(is_signed_in(second));
  EXPECT_FALSE(is_signed_in(anna)) << "this one goes on with another cookie";
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 401);
  Person now = anna;
  now.cookie = told.cookie();
  now.csrf = told.text("csrfToken");
  EXPECT_TRUE(is_signed_in(now));
  EXPECT_EQ(rig().send("PATCH", kP + "me", {{"color", "blue"}}, now).status, 200);
  EXPECT_EQ(sign_in("anna", std::string(kNew)).status, 200);
}

TEST_P(PasswordsTest, WhoChangesThemByTokenGetsAnother) {
  begin();
  const Person anna = rig().person("anna");
  const Told told =
      rig().ask({.method = "POST",
                 .target = kP + "me/password",
                 .json = json::object{{"oldPassword", anna.password}, {"newPassword", kNew}},
                 .token = rig().access_token(anna)});
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.cookie(), "");
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = told.text("accessToken")}).status, 200);
}

}  // namespace
}  // namespace app::test
