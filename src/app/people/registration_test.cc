#include <gtest/gtest.h>

#include "app/people/people_test_support.h"

namespace app::test {
namespace {

class RegistrationTest : public PeopleTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(RegistrationTest);

json::object wanted(std::string_view name, std::string_view email) {
  return {{"name", name}, {"email", email}, {"password", "Secret-word-1"}};
}

TEST_P(RegistrationTest, MakesAnAccountThatIsSignedIn) {
  begin();
  const Told told = post("accounts", {{"name", "Anna.B_1"},
                                      {"email", "Anna@Example.org"},
                                      {"password", "Secret-word-1"},
                                      {"avatar", "horse"},
                                      {"color", "salmon"},
                                      {"language", "de"}});
  ASSERT_EQ(told.status, 201) << told.body;
  const json::object body = told.json();
  EXPECT_TRUE(body.at("confirmed").as_bool());
  const json::object& account = body.at("account").as_object();
  EXPECT_EQ(account.at("name"), "Anna.B_1");
  EXPECT_EQ(account.at("email"), "Anna@Example.org");
  EXPECT_EQ(account.at("role"), "streamer");
  EXPECT_EQ(account.at("state"), "active");
  EXPECT_EQ(account.at("avatar"), "horse");
  EXPECT_EQ(account.at("color"), "salmon");
  EXPECT_EQ(account.at("language"), "de");
  EXPECT_EQ(account.at("hasPassword"), true);
  EXPECT_EQ(account.at("id").as_string().size(), 26U);
  EXPECT_FALSE(account.contains("avatarUrl"));
  const Person anna{.id = {},
                    .name = "Anna.B_1",
                    .email = {},
                    .password = {},
                    .cookie = told.cookie(),
                    .csrf = told.text("csrfToken")};
  const json::object shown = rig().get(kP + "session", anna).json();
  EXPECT_TRUE(shown.at("signedIn").as_bool());
  EXPECT_EQ(shown.at("csrfToken"), anna.csrf.c_str());
  EXPECT_EQ(shown.at("account"), body.at("account"));
  // Nothing that opens something stands in the database.
  const std::string token = anna.cookie.substr(anna.cookie.find('=') + 1);
  const auto rows = rig().sql().run("SELECT key FROM app_account_sessions");
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->text(0, 0).find(token), std::string::npos);
}

TEST_P(RegistrationTest, SaysWhatIsWrong) {
  PlatformSettings settings = easy_settings();
  settings.allowed_domains = {"example.org"};
  settings.reserved_names = {"Staff"};
  begin(std::move(settings)).person("berta");
  const struct {
    json::object input;
    std::uint16_t status;
    std::string_view type;
    std::string_view field;
  } rows[] = {
      {wanted("ann", "a@example.org"), 400, "Invalid", "name"},
      {wanted("an-na", "a@example.org"), 400, "Invalid", "name"},
      {wanted("<img>", "a@example.org"), 400, "Invalid", "name"},
      {wanted("Manager", "a@example.org"), 400, "NameReserved", "name"},
      {wanted("sTAFF", "a@example.org"), 400, "NameReserved", "name"},
      {wanted("BERTA", "a@example.org"), 409, "NameTaken", "name"},
      {wanted("anna", "nowhere"), 400, "Invalid", "email"},
      {wanted("anna", "a@other.org"), 400, "DomainNotAllowed", "email"},
      {wanted("anna", "Berta@EXAMPLE.org"), 409, "EmailTaken", "email"},
      {{{"name", "anna"}, {"email", "a@example.org"}, {"password", "secret"}},
       400,
       "WeakPassword",
       "password"},
      {{{"name", "anna"}, {"email", "a@example.org"}}, 400, "Invalid", "password"},
      {{{"name", "anna"},
        {"email", "a@example.org"},
        {"password", "Secret-word-1"},
        {"avatar", "dragon"}},
       400,
       "Invalid",
       "avatar"},
  };
  for (const auto& row : rows) {
    const Told told = post("accounts", row.input);
    EXPECT_EQ(told.status, row.status) << told.body;
    EXPECT_EQ(told.type(), row.type) << told.body;
    EXPECT_EQ(told.text("field"), row.field) << told.body;
    EXPECT_EQ(told.cookie(), "");
  }
  EXPECT_EQ(rig().sql().run("SELECT 1 FROM app_accounts")->size(), 2U) << "admin, berta";
}

TEST_P(RegistrationTest, CanBeClosed) {
  PlatformSettings settings = easy_settings();
  settings.registration = false;
  begin(std::move(settings));
  const Told told = post("accounts", wanted("anna", "anna@example.org"));
  EXPECT_EQ(told.status, 403);
  EXPECT_EQ(told.type(), "RegistrationClosed");
}

TEST_P(RegistrationTest, ALetterProvesTheAddressOnce) {
  begin(careful_settings());
  const Told told = post("accounts", wanted("anna", "anna@example.org"));
  EXPECT_EQ(told.status, 201);
  EXPECT_EQ(told.body, R"({"confirmed":false})");
  EXPECT_EQ(told.cookie(), "");
  const Told early = sign_in("anna", "Secret-word-1");
  EXPECT_EQ(early.status, 403);
  EXPECT_EQ(early.type(), "Unverified");
  EXPECT_EQ(sign_in("anna", "wrong").status, 401) << "only behind the right password";
  const Post letter = letters_to("anna@example.org");
  ASSERT_EQ(letter.code.size(), 32U) << letter.text;
  EXPECT_EQ(letter.kind, "verify");
  EXPECT_EQ(post("accounts/verify", {{"code", "A" + letter.code.substr(1, 30) + "!"}}).type(),
            "CodeExpired");
  EXPECT_EQ(post("password/reset", {{"code", letter.code}, {"password", "Another-word-2"}}).type(),
            "CodeExpired")
      << "for nothing else";
  const Told verified = post("accounts/verify", {{"code", letter.code}});
  ASSERT_EQ(verified.status, 200) << verified.body;
  EXPECT_FALSE(verified.cookie().empty());
  EXPECT_EQ(verified.json().at("account").at("state"), "active");
  EXPECT_EQ(post("accounts/verify", {{"code", letter.code}}).type(), "CodeExpired");
  EXPECT_EQ(sign_in("ANNA@example.org", "Secret-word-1").status, 200);
}

TEST_P(RegistrationTest, NobodyLearnsWhoseAddressIsKnown) {
  begin(careful_settings());
  const Told first = post("accounts", wanted("anna", "anna@example.org"));
  ASSERT_EQ(post("accounts/verify", {{"code", letters_to("anna@example.org").code}}).status, 200);
  const Told second = post("accounts", wanted("other", "Anna@example.org"));
  EXPECT_EQ(second.status, first.status);
  EXPECT_EQ(second.body, first.body);
  const Post letter = letters_to("anna@example.org");
  EXPECT_EQ(letter.count, 2U);
  EXPECT_NE(letter.kind, "verify");
  EXPECT_EQ(sign_in("other", "Secret-word-1").status, 401) << "no account was made";
  for (const std::string address : {"anna@example.org", "nobody@example.org", "no address"}) {
    const Told resent = post("accounts/verify/resend", {{"email", address}});
    EXPECT_EQ(resent.status, 202);
    EXPECT_EQ(resent.body, "");
    const Told forgot = post("password/forgot", {{"email", address}});
    EXPECT_EQ(forgot.status, 202);
    EXPECT_EQ(forgot.body, "");
  }
  EXPECT_EQ(letters_to("nobody@example.org").count, 0U);
}

TEST_P(RegistrationTest, WhoNeverProvedAnAddressMakesRoom) {
  begin(careful_settings());
  ASSERT_EQ(post("accounts", wanted("squatter", "anna@example.org")).status, 201);
  const std::string first = letters_to("anna@example.org").code;
  ASSERT_EQ(post("accounts", wanted("anna", "anna@example.org")).status, 201);
  const std::string second = letters_to("anna@example.org").code;
  EXPECT_EQ(post("accounts/verify", {{"code", first}}).type(), "CodeExpired");
  EXPECT_EQ(post("accounts/verify", {{"code", second}}).status, 200);
  EXPECT_EQ(sign_in("squatter", "Secret-word-1").status, 401);
  // The same person may try again with the same name before the letter comes.
  ASSERT_EQ(post("accounts", wanted("berta", "berta@example.org")).status, 201);
  EXPECT_EQ(post("accounts", wanted("berta", "berta@example.org")).status, 201);
}

TEST_P(RegistrationTest, LettersToOneAddressAreFew) {
  begin(careful_settings());
  ASSERT_EQ(post("accounts", wanted("anna", "anna@example.org")).status, 201);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post("accounts/verify/resend", {{"email", "anna@example.org"}}).status, 202);
  }
  const Post letter = letters_to("anna@example.org");
  EXPECT_EQ(letter.count, 8U);
  EXPECT_EQ(post("accounts/verify", {{"code", letter.code}}).status, 200);
}

TEST_P(RegistrationTest, OfOneAddressIsLimited) {
  PlatformSettings settings = easy_settings();
  settings.attempts_per_minute = 3;
  begin(std::move(settings));
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(post("accounts", wanted("an", "anna@example.org")).status, 429);
  }
  const Told told = post("accounts", wanted("anna", "anna@example.org"));
  EXPECT_EQ(told.status, 429);
  EXPECT_EQ(told.headers.get("Retry-After"), "20");
  EXPECT_NE(sign_in("anna", "wrong").status, 429) << "counted by itself";
}

TEST_P(RegistrationTest, TheConfigurationNamesAdministrators) {
  PlatformSettings settings = careful_settings();
  settings.administrators = {"Carla", "dora@example.org"};
  begin(std::move(settings));
  for (const std::string name : {"carla", "dora"}) {
    ASSERT_EQ(post("accounts", wanted(name, name + "@example.org")).status, 201);
    const Told told = post("accounts/verify", {{"code", letters_to(name + "@example.org").code}});
    EXPECT_EQ(told.json().at("account").at("role"), "administrator") << name;
  }
}

// Where nobody proves an address, anybody could take an administrator's.
TEST_P(RegistrationTest, AnAddressThatNobodyProvedNamesNoAdministrator) {
  PlatformSettings settings = easy_settings();
  settings.administrators = {"dora@example.org"};
  begin(std::move(settings));
  const Told told = post("accounts", wanted("dora", "dora@example.org"));
  EXPECT_EQ(told.json().at("account").at("role"), "streamer");
}

TEST_P(RegistrationTest, TheFirstStartMakesAnAdministrator) {
  begin();
  const auto& first = rig().platform().first_administrator();
  ASSERT_TRUE(first.has_value());
  const Told told = sign_in(first->name, first->password);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.json().at("account").at("role"), "administrator");
  begin();
  EXPECT_FALSE(rig().platform().first_administrator().has_value()) << "a later start makes none";
}

}  // namespace
}  // namespace app::test
