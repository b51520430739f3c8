#include <gtest/gtest.h>

#include <latch>
#include <vector>

#include "app/people/people_schema.h"
#include "app/people/people_test_support.h"
#include "base/guarded.h"
#include "io/loop.h"

namespace app::test {
namespace {

class SessionsTest : public PeopleTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(SessionsTest);

TEST_P(SessionsTest, BeginWithNameOrAddressInAnyCase) {
  begin();
  const Person anna = rig().person("Anna");
  for (const std::string login : {"Anna", "anna", " ANNA ", "anna@EXAMPLE.org"}) {
    const Told told = sign_in(login, anna.password);
    EXPECT_EQ(told.status, 200) << login << told.body;
    EXPECT_EQ(told.json().at("account").at("id"), anna.id.c_str());
  }
  // Whoever guesses learns nothing about who is there.
  const Told wrong = sign_in("anna", "Wrong-word-1");
  const Told unknown = sign_in("nobody", "Wrong-word-1");
  const Told no_address = sign_in("nobody@example.org", "Wrong-word-1");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.type(), "WrongCredentials");
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(wrong.body, no_address.body);
  EXPECT_EQ(wrong.cookie(), "");
}

TEST_P(SessionsTest, AreNewWithEverySignIn) {
  begin();
  const Person first = rig().person("anna");
  const Told told =
      rig().ask({.method = "POST",
                 .target = kP + "session",
                 .json = json::object{{"login", "anna"}, {"password", first.password}},
                 .headers = {{"Cookie", first.cookie}}});
  ASSERT_EQ(told.status, 200) << "also without a proof: " << told.body;
  EXPECT_NE(told.cookie(), first.cookie);
  EXPECT_FALSE(is_signed_in(first)) << "what the browser brought is over";
  // A cookie that somebody made up is never taken over.
  const std::string made_up = "rostrum_session=" + std::string(43, 'A');
  const Told fixed =
      rig().ask({.method = "POST",
                 .target = kP + "session",
                 .json = json::object{{"login", "anna"}, {"password", first.password}},
                 .headers = {{"Cookie", made_up}}});
  EXPECT_NE(fixed.cookie(), made_up);
}

TEST_P(SessionsTest, CookiesAreOutOfReach) {
  begin();
  const Person anna = rig().person("anna");
  for (const bool is_secure : {false, true}) {
    const Told told =
        rig().ask({.method = "POST",
                   .target = kP + "session",
                   .json = json::object{{"login", "anna"}, {"password", anna.password}},
                   .is_secure = is_secure});
    const std::string field(told.headers.get("Set-Cookie"));
    EXPECT_NE(field.find("; HttpOnly"), std::string::npos);
    EXPECT_NE(field.find("; SameSite=Lax"), std::string::npos);
    EXPECT_NE(field.find("; Path=/;"), std::string::npos);
    EXPECT_EQ(field.find("; Secure") != std::string::npos, is_secure) << field;
  }
}

TEST_P(SessionsTest, AreListedAndEnded) {
  begin();
  const Person anna = rig().person("anna");
  const Person berta = rig().person("berta");
  const Told phone = rig().ask(
      {.method = "POST",
       .target = kP + "session",
       .json = json::object{{"login", "anna"}, {"password", anna.password}},
       .headers = {{"User-Agent",
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
                    "(KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"}},
       .address = "198.51.100.7"});
  Person second = anna;
  second.cookie = phone.cookie();
  second.csrf = phone.text("csrfToken");
  const json::object listed = rig().get(kP + "sessions", anna).json();
  const json::array& sessions = listed.at("sessions").as_array();
  ASSERT_EQ(sessions.size(), 2U);
  std::string other;
  for (const json::value& entry : sessions) {
    const json::object& session = entry.as_object();
    if (session.at("current").as_bool()) continue;
    other = session.at("id").as_string().c_str();
    EXPECT_EQ(session.at("device"), "Safari on iPhone");
    EXPECT_EQ(session.at("address"), "198.51.100.7");
  }
  EXPECT_EQ(rig().erase(kP + "sessions/" + other, berta).status, 404) << "of somebody else";
  EXPECT_TRUE(is_signed_in(second));
  EXPECT_EQ(rig().erase(kP + "sessions/" + other, anna).status, 204);
  EXPECT_FALSE(is_signed_in(second));
  EXPECT_TRUE(is_signed_in(anna));
  EXPECT_EQ(rig().get(kP + "sessions", second).status, 401);
  const Told out = rig().erase(kP + "session", anna);
  EXPECT_EQ(out.status, 204);
  EXPECT_EQ(out.cookie(), "rostrum_session=");
  EXPECT_FALSE(is_signed_in(anna));
}

TEST_P(SessionsTest, EndEverywhereWithTokens) {
  begin();
  const Person anna = rig().person("anna");
  const Person second = rig().signed_in(anna);
  const std::string token = rig().access_token(anna);
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 200);
  EXPECT_EQ(rig().erase(kP + "sessions", anna).status, 204);
  EXPECT_FALSE(is_signed_in(anna));
  EXPECT_FALSE(is_signed_in(second));
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .token = token}).status, 401);
  EXPECT_TRUE(is_signed_in(rig().signed_in(anna)));
}

TEST_P(SessionsTest, ChangesByCookieNeedAProof) {
  begin();
  const Person anna = rig().person("anna");
  const Person berta = rig().person("berta");
  const auto change = [&](std::vector<std::pair<std::string, std::string>> headers) {
    headers.emplace_back("Cookie", anna.cookie);
    return rig().ask({.method = "PATCH",
                      .target = kP + "me",
                      .json = json::object{{"color", "blue"}},
                      .headers = std::move(headers)});
  };
  EXPECT_EQ(change({}).type(), "Csrf");
  EXPECT_EQ(change({}).status, 403);
  EXPECT_EQ(change({{"X-CSRF-Token", ""}}).type(), "Csrf");
  EXPECT_EQ(change({{"X-CSRF-Token", berta.csrf}}).type(), "Csrf");
  EXPECT_EQ(change({{"Sec-Fetch-Site", "same-origin"}}).type(), "Csrf");
  EXPECT_EQ(change({{"X-CSRF-Token", anna.csrf}}).status, 200);
  EXPECT_EQ(rig().ask({.target = kP + "sessions", .headers = {{"Cookie", anna.cookie}}}).status,
            200)
      << "looking needs none";
}

TEST_P(SessionsTest, OtherSitesSignNobodyIn) {
  begin();
  const Person anna = rig().person("anna");
  const struct {
    std::vector<std::pair<std::string, std::string>> headers;
    std::uint16_t status;
  } rows[] = {
      {{}, 200},
      {{{"Origin", "https://live.example.org"}}, 200},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://localhost:5173"}}, 200},
      {{{"Origin", "https://evil.example"}}, 403},
      {{{"Origin", "https://live.example.org.evil.example"}}, 403},
      {{{"Origin", "null"}}, 403},
      {{{"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://other.example.org"}}, 403},
  };
  for (const auto& row : rows) {
    const Told told =
        rig().ask({.method = "POST",
                   .target = kP + "session",
                   .json = json::object{{"login", "anna"}, {"password", anna.password}},
                   .headers = row.headers});
    EXPECT_EQ(told.status, row.status) << told.body;
    if (row.status == 403) EXPECT_EQ(told.type(), "Csrf");
  }
}

TEST_P(SessionsTest, AccessTokensStandInForCookies) {
  begin();
  const Person anna = rig().person("anna");
  const Told given =
      post("session", {{"login", "anna"}, {"password", anna.password}, {"token", true}});
  ASSERT_EQ(given.status, 200) << given.body;
  EXPECT_EQ(given.cookie(), "");
  EXPECT_FALSE(given.text("expiresAt").empty());
  const std::string token = given.text("accessToken");
  for (const std::string& field : {token, "Bearer " + token, "bearer " + token}) {
    const Told told = rig().ask({.target = kP + "session", .token = field});
    EXPECT_TRUE(told.json().at("signedIn").as_bool()) << field;
    EXPECT_EQ(told.cookie(), "");
    EXPECT_EQ(rig()
                  .ask({.method = "PATCH",
                        .target = kP + "me",
                        .json = json::object{{"color", "blue"}},
                        .token = field})
                  .status,
              200)
        << "no other site can send it";
  }
  for (const std::string& bad :
       std::vector<std::string>{"nonsense", token + "A", "Bearer", "a.b.c"}) {
    EXPECT_EQ(rig().ask({.target = kP + "session", .token = bad}).status, 401) << bad;
  }
  EXPECT_EQ(rig().ask({.target = kP + "session", .token = "Basic dXNlcjpwYXNz"}).status, 200)
      << "a gate's own";
}

TEST_P(SessionsTest, LastAsLongAsTheyAreUsed) {
  begin();
  const Person anna = rig().person("anna");
  const std::int64_t now = micros(io::Loop::wall_now());
  constexpr std::int64_t kMinute = 60'000'000;
  ASSERT_TRUE(rig()
                  .workers()
                  .write_and_wait([&](io::SqlConnection& sql) -> base::Expected<void> {
                    auto set =
                        sql.run("UPDATE app_account_sessions SET seen_at = $1, expires_at = $2",
                                {now - 6 * kMinute, now + kMinute});
                    if (!set) return base::fail(set.error());
                    return {};
                  })
                  .has_value());
  const Told told = rig().get(kP + "session", anna);
  EXPECT_TRUE(told.json().at("signedIn").as_bool());
  EXPECT_EQ(told.cookie(), anna.cookie) << "the browser keeps it longer, too";
  settle();
  const auto row = rig().sql().run("SELECT seen_at, expires_at FROM app_account_sessions");
  EXPECT_GE(row->integer(0, 0), now);
  EXPECT_GT(row->integer(0, 1), now + 29 * 24 * 60 * kMinute);
}

TEST_P(SessionsTest, AreOverWhenTheirTimeHasCome) {
  PlatformSettings settings = easy_settings();
  settings.session_length = std::chrono::milliseconds(-1);
  begin(std::move(settings));
  const Person anna = rig().person("anna");
  const Told told = rig().get(kP + "session", anna);
  EXPECT_FALSE(told.json().at("signedIn").as_bool());
  EXPECT_EQ(told.cookie(), "rostrum_session=") << "and the browser forgets it";
  EXPECT_EQ(rig().get(kP + "sessions", anna).status, 401);
}

TEST_P(SessionsTest, OfOneAccountHaveABound) {
  begin();
  const Person anna = rig().person("anna");
  std::vector<Person> all;
  for (int i = 0; i < 51; ++i) all.push_back(rig().signed_in(anna));
  EXPECT_EQ(rig().sql().run("SELECT 1 FROM app_account_sessions")->size(), 50U);
  EXPECT_FALSE(is_signed_in(anna)) << "the oldest went";
  EXPECT_TRUE(is_signed_in(all.back()));
}

TEST_P(SessionsTest, GuessingGetsSlower) {
  PlatformSettings settings = easy_settings();
  settings.attempts_per_minute = 1000;
  begin(std::move(settings));
  const Person anna = rig().person("anna");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("anna", "Wrong-word-1").status, 401);
  const Told held = sign_in("anna", anna.password);
  EXPECT_EQ(held.status, 429) << "the right one, too";
  EXPECT_FALSE(held.headers.get("Retry-After").empty());
  // From elsewhere the account is not closed.
  EXPECT_EQ(rig()
                .ask({.method = "POST",
                      .target = kP + "session",
                      .json = json::object{{"login", "anna"}, {"password", anna.password}},
                      .address = "198.51.100.7"})
                .status,
            200);
  // Names that nobody has are held up the same.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("nobody", "Wrong-word-1").status, 401);
  EXPECT_EQ(sign_in("nobody", "Wrong-word-1").status, 429);
}

TEST_P(SessionsTest, PasswordsThatMovedInAreHashedAnew) {
  begin();
  // "Tr0ub4dor&3" by glibc's SHA-512-crypt.
  const auto import = import_accounts(
      rig().sql(),
      "anna,anna@example.org,$6$rounds=1000$somesalt$cW8l0JO.g8JZd37zcJyBfaNgGbq2gnUmALYtLmNTkml"
      "bjPg2o6UB5hgaQKr7DX581hN0z4qKooekfCzDl7WZy1\n");
  ASSERT_TRUE(import.has_value());
  ASSERT_EQ(import->imported, 1U);
  EXPECT_EQ(sign_in("anna", "Tr0ub4dor&4").status, 401);
  EXPECT_EQ(sign_in("anna", "Tr0ub4dor&3").status, 200);
  const auto row = rig().sql().run("SELECT password FROM app_accounts WHERE name = 'anna'");
  EXPECT_TRUE(row->text(0, 0).starts_with("$argon2id$"));
  EXPECT_EQ(sign_in("anna", "Tr0ub4dor&3").status, 200);
}

// For the thread sanitizer: reading, changing and ending sessions of one account at a time.
TEST_P(SessionsTest, HoldUnderManyAtOnce) {
  begin();
  const Person anna = rig().person("anna");
  const Person second = rig().signed_in(anna);
  const std::string token = rig().access_token(anna);
  constexpr int kRounds = 60;
  base::Guarded<std::vector<std::uint16_t>> statuses;
  std::latch answered(kRounds * 4);
  const auto told = [&](const Told& given) {
    statuses.with([&](std::vector<std::uint16_t>& list) { list.push_back(given.status); });
    answered.count_down();
  };
  for (int i = 0; i < kRounds; ++i) {
    rig().ask_later({.target = kP + "session", .person = &anna}, told);
    rig().ask_later({.target = kP + "sessions", .token = token}, told);
    rig().ask_later({.method = "PATCH",
                     .target = kP + "me",
                     .json = json::object{{"color", i % 2 == 0 ? "blue" : "green"}},
                     .person = &second},
                    told);
    const bool is_end = i == kRounds / 2;
    rig().ask_later({.method = is_end ? "DELETE" : "GET",
                     .target = kP + "sessions",
                     .person = is_end ? &anna : &second},
                    told);
  }
  answered.wait();
  for (const std::uint16_t status : statuses.with([](const auto& list) { return list; })) {
    EXPECT_TRUE(status == 200 || status == 204 || status == 401) << status;
  }
  EXPECT_FALSE(is_signed_in(anna));
  EXPECT_FALSE(is_signed_in(second));
}

TEST_P(SessionsTest, NobodyIsNobody) {
  begin();
  const Told told = rig().get(kP + "session");
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.body, R"({"signedIn":false,"csrfToken":""})");
  for (const auto& [method, path] :
       std::initializer_list<std::pair<std::string, std::string>>{{"DELETE", "session"},
                                                                  {"DELETE", "sessions"},
                                                                  {"GET", "sessions"},
                                                                  {"DELETE", "sessions/x"},
                                                                  {"POST", "me/password"},
                                                                  {"PUT", "me/name"},
                                                                  {"PUT", "me/email"},
                                                                  {"PATCH", "me"},
                                                                  {"DELETE", "me"}}) {
    const Told refused = rig().ask({.method = method, .target = kP + path});
    EXPECT_EQ(refused.status, 401) << method << path << refused.body;
    EXPECT_EQ(refused.type(), "SignIn");
  }
}

}  // namespace
}  // namespace app::test
