#include <gtest/gtest.h>

#include "app/people/people_test_support.h"

namespace app::test {
namespace {

class ProfileTest : public PeopleTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(ProfileTest);

TEST_P(ProfileTest, NamesChangeAndFormerOnesStayKept) {
  begin();
  const Person anna = rig().person("anna");
  const Person berta = rig().person("berta");
  const auto rename = [&](const Person& who, std::string_view name) {
    return rig().send("PUT", kP + "me/name", {{"name", name}}, who);
  };
  EXPECT_EQ(rename(anna, "Berta").type(), "NameTaken");
  EXPECT_EQ(rename(anna, "Settings").type(), "NameReserved");
  EXPECT_EQ(rename(anna, "a b c d").type(), "Invalid");
  const Told told = rename(anna, "Annabel");
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.json().at("account").at("name"), "Annabel");
  EXPECT_EQ(told.json().at("account").at("id"), anna.id.c_str());
  EXPECT_TRUE(is_signed_in(anna)) << "sessions go on";
  EXPECT_EQ(sign_in("annabel", anna.password).status, 200);
  EXPECT_EQ(sign_in("anna", anna.password).status, 401);
  EXPECT_EQ(rename(berta, "ANNA").type(), "NameTaken") << "kept for its former owner";
  EXPECT_EQ(post("accounts",
                 {{"name", "anna"}, {"email", "other@example.org"}, {"password", "Secret-word-1"}})
                .type(),
            "NameTaken");
  EXPECT_EQ(rename(anna, "anna").status, 200) << "who may take it back";
  EXPECT_EQ(rename(anna, "ANNA").status, 200) << "or write it in another way";
  EXPECT_EQ(rig().get(kP + "session", anna).json().at("account").at("name"), "ANNA");
}

TEST_P(ProfileTest, FormerNamesAreKeptUpToANumber) {
  begin();
  const Person anna = rig().person("anna");
  for (int i = 0; i < 12; ++i) {
    ASSERT_EQ(
        rig().send("PUT", kP + "me/name", {{"name", "name" + std::to_string(i)}}, anna).status,
        200);
  }
  const Person berta = rig().person("berta");
  EXPECT_EQ(rig().send("PUT", kP + "me/name", {{"name", "anna"}}, berta).status, 200);
  EXPECT_EQ(rig().send("PUT", kP + "me/name", {{"name", "name5"}}, berta).status, 409);
}

TEST_P(ProfileTest, ANewAddressAnswersALetterFirst) {
  begin(careful_settings());
  ASSERT_EQ(post("accounts",
                 {{"name", "anna"}, {"email", "old@example.org"}, {"password", "Secret-word-1"}})
                .status,
            201);
  const Told verified = post("accounts/verify", {{"code", letters_to("old@example.org").code}});
  const Person anna{.id = {},
                    .name = "anna",
                    .email = {},
                    .password = "Secret-word-1",
                    .cookie = verified.cookie(),
                    .csrf = verified.text("csrfToken")};
  const auto change = [&](std::string_view email, std::string_view password) {
    return rig().send("PUT", kP + "me/email", {{"email", email}, {"password", password}}, anna);
  };
  EXPECT_EQ(change("nowhere", anna.password).type(), "Invalid");
  EXPECT_EQ(change("new@example.org", "Wrong-word-1").type(), "WrongPassword");
  const Told asked = change("new@example.org", anna.password);
  EXPECT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(sign_in("new@example.org", anna.password).status, 401);
  const std::string code = letters_to("new@example.org").code;
  EXPECT_EQ(post("accounts/verify", {{"code", code}}).type(), "SignIn")
      << "the letter may have gone to a stranger";
  const Told done = rig().send("POST", kP + "accounts/verify", {{"code", code}}, anna);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json().at("account").at("email"), "new@example.org");
  EXPECT_EQ(done.text("csrfToken"), anna.csrf);
  EXPECT_EQ(sign_in("new@example.org", anna.password).status, 200);
  EXPECT_EQ(sign_in("old@example.org", anna.password).status, 401);
  EXPECT_EQ(letters_to("old@example.org").count, 2U) << "the former address is told";
  // Of an address that somebody has, only its owner learns.
  const Told taken = change("new@example.org", anna.password);
  ASSERT_EQ(taken.status, 202);
  ASSERT_EQ(post("accounts",
                 {{"name", "berta"}, {"email", "berta@example.org"}, {"password", "Secret-word-1"}})
                .status,
            201);
  ASSERT_EQ(post("accounts/verify", {{"code", letters_to("berta@example.org").code}}).status, 200);
  EXPECT_EQ(change("berta@example.org", anna.password).body, asked.body);
  const Post letter = letters_to("berta@example.org");
  EXPECT_EQ(letter.count, 2U);
  EXPECT_EQ(letter.code, "");
}

TEST_P(ProfileTest, LooksAndLanguageChange) {
  begin();
  const Person anna = rig().person("anna");
  const Told told = rig().send(
      "PATCH", kP + "me", {{"avatar", "ibex"}, {"color", "turquoise"}, {"language", "de"}}, anna);
  ASSERT_EQ(told.status, 200) << told.body;
  const json::object shown = rig().get(kP + "session", anna).json();
  const json::object& account = shown.at("account").as_object();
  EXPECT_EQ(account.at("avatar"), "ibex");
  EXPECT_EQ(account.at("color"), "turquoise");
  EXPECT_EQ(account.at("language"), "de");
  EXPECT_EQ(rig().send("PATCH", kP + "me", {{"color", "blue"}}, anna).status, 200);
  EXPECT_EQ(rig().get(kP + "session", anna).json().at("account").at("avatar"), "ibex");
  EXPECT_EQ(rig().send("PATCH", kP + "me", {{"color", "red"}}, anna).status, 400);
  EXPECT_EQ(rig()
                .send("PATCH", kP + "me", {{"role", "administrator"}}, anna)
                .json()
                .at("account")
                .at("role"),
            "streamer");
}

TEST_P(ProfileTest, AccountsEndWithEverything) {
  begin();
  const Person anna = rig().person("anna");
  const std::string token = rig().access_token(anna);
  ASSERT_EQ(rig().send("PUT", kP + "me/name", {{"name", "annabel"}}, anna).status, 200);
  EXPECT_EQ(rig().send("DELETE", kP + "me", {{"password", "Wrong-word-1"}}, anna).type(),
            "WrongPassword");
  EXPECT_EQ(rig().erase(kP + "me", anna).type(), "WrongPassword");
  const Told told = rig().send("DELETE", kP + "me", {{"password", anna.password}}, anna);
  EXPECT_EQ(told.status, 204) << told.body;
  EXPECT_EQ(told.cookie(), "rostrum_session=");
  EXPECT_FALSE(is_signed_in(anna));
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 401);
  EXPECT_EQ(sign_in("annabel", anna.password).status, 401);
  for (const std::string table :
       {"app_accounts WHERE id = $1", "app_account_names WHERE account = $1",
        "app_account_sessions WHERE account = $1", "app_account_codes WHERE account = $1"}) {
    EXPECT_TRUE(rig().sql().run("SELECT 1 FROM " + table, {anna.id})->empty()) << table;
  }
  EXPECT_EQ(rig().person("anna").name, "anna") << "the names can be had again";
}

TEST_P(ProfileTest, WithoutAPasswordAFreshSessionProves) {
  begin();
  const Person anna = rig().person("anna");
  const auto set = [&](std::string_view statement) {
    return rig()
        .workers()
        .write_and_wait([&](io::SqlConnection& sql) -> base::Expected<void> {
          auto done = sql.run(statement);
          if (!done) return base::fail(done.error());
          return {};
        })
        .has_value();
  };
  ASSERT_TRUE(set("UPDATE app_accounts SET password = ''"));
  EXPECT_EQ(sign_in("anna", "").status, 400);
  EXPECT_EQ(sign_in("anna", anna.password).status, 401);
  ASSERT_TRUE(set("UPDATE app_account_sessions SET created_at = created_at - 1000000000"));
  EXPECT_EQ(rig().erase(kP + "me", anna).type(), "SignInAgain");
  ASSERT_TRUE(set("UPDATE app_account_sessions SET created_at = created_at + 1000000000"));
  const Told told =
      rig().send("POST", kP + "me/password", {{"newPassword", "Another-word-2"}}, anna);
  EXPECT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(sign_in("anna", "Another-word-2").status, 200);
}

}  // namespace
}  // namespace app::test
