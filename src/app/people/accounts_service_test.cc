#include "app/people/accounts_service.h"

#include <gtest/gtest.h>

#include "app/core/feed.h"
#include "app/core/live_board.h"
#include "app/people/people_schema.h"
#include "app/people/people_test_support.h"
#include "io/sql_crew.h"

namespace app::test {
namespace {

using namespace std::chrono_literals;
using wire::http::Method;

// Accounts by themselves, on the database of a platform that nobody asks anything.
class AccountsServiceTest : public io::test::SqlTest {
 protected:
  AccountsServiceTest() : rig_(easy_settings(), url()), live_(rig_.control(), loop_) {
    settings_ = easy_settings();
    settings_.auto_verify = false;
    settings_.data_dir = folder();
    for (auto* crew : {&quick_, &slow_}) {
      auto made = io::SqlCrew::create(rig_.database(), {.name = "test", .threads = 1});
      CHECK(made.has_value());
      *crew = std::move(*made);
    }
    parts_.emplace(
        Parts{settings_, rig_.workers(), rig_.control(), loop_, *quick_, *slow_, feed_, live_});
    auto accounts = Accounts::create(*parts_, rig_.sql());
    CHECK(accounts.has_value());
    accounts_ = std::move(*accounts);
    parts_->accounts = accounts_.get();
    request_.remote_address = "192.0.2.1";
    request_.http.host = "live.example.org";
  }

  AccountsService& people() { return static_cast<AccountsService&>(*accounts_); }
  Call call() { return {*parts_, route_, request_, {}, {}, {}, rig_.sql(), now_, {}}; }
  std::string add(const std::string& name, Account::State state, base::WallTime created_at) {
    AccountRow row = new_account(name, name + "@example.org", created_at);
    row.account.state = state;
    EXPECT_TRUE(write_and_wait(rig_.workers(), [&](io::SqlConnection& sql) {
                  return insert_account(sql, row);
                }).has_value());
    return row.account.id;
  }
  std::int64_t count(std::string_view table) {
    return rig_.sql().run("SELECT COUNT(*) FROM " + std::string(table))->integer(0, 0);
  }

  PlatformRig rig_;
  io::Loop loop_;
  PlatformSettings settings_;
  FeedHub feed_;
  LiveBoard live_;
  std::unique_ptr<io::SqlCrew> quick_;
  std::unique_ptr<io::SqlCrew> slow_;
  std::optional<Parts> parts_;
  std::unique_ptr<Accounts> accounts_;
  Route route_{.method = Method::kPost, .path = "/x"};
  PlatformRequest request_;
  base::WallTime now_ = io::Loop::wall_now();
};
ROSTRUM_INSTANTIATE_SQL_TEST(AccountsServiceTest);

TEST_P(AccountsServiceTest, WhatNobodyProvedGoesWithItsBelongings) {
  std::vector<std::string> erased;
  std::vector<std::string> behind;
  people().add_belongings(
      {.erase = [&](io::SqlConnection&, const Account& account) -> Outcome<void> {
         erased.push_back(account.name);
         return {};
       },
       .after = [&](const Account& account) { behind.push_back(account.name); }});
  add("proven", Account::State::kActive, now_ - 48h);
  add("oldie", Account::State::kUnverified, now_ - 25h);
  add("newbie", Account::State::kUnverified, now_ - 23h);
  add("gone", Account::State::kSuspended, now_ - 48h);
  ASSERT_TRUE(people().sweep(rig_.sql(), now_).has_value());
  EXPECT_EQ(erased, std::vector<std::string>{"oldie"});
  EXPECT_EQ(behind, erased);
  EXPECT_FALSE(people().find_by_name(rig_.sql(), "oldie")->has_value());
  for (const std::string_view name : {"proven", "newbie", "gone"}) {
    EXPECT_TRUE(people().find_by_name(rig_.sql(), name)->has_value()) << name;
  }
}

TEST_P(AccountsServiceTest, WhatHasExpiredGoes) {
  const std::string anna = add("anna", Account::State::kActive, now_);
  ASSERT_TRUE(write_and_wait(rig_.workers(), [&](io::SqlConnection& sql) -> Outcome<void> {
                for (const base::Duration age : {base::Duration(0h), base::Duration(2h)}) {
                  const auto then =
                      now_ - std::chrono::duration_cast<std::chrono::microseconds>(age);
                  auto session = insert_session(sql, new_session(request_, then, 1h), anna, 0);
                  if (!session) return session;
                  auto code = insert_code(sql, new_code(), CodePurpose::kReset, anna, {}, then, 1h);
                  if (!code) return code;
                  auto counted = count_letter(sql, "anna@example.org", then);
                  if (!counted) return std::unexpected(counted.error());
                }
                return {};
              }).has_value());
  EXPECT_EQ(count("app_account_sessions"), 2);
  ASSERT_TRUE(people().sweep(rig_.sql(), now_).has_value());
  EXPECT_EQ(count("app_account_sessions"), 1);
  EXPECT_EQ(count("app_account_codes"), 1);
  EXPECT_EQ(count("app_account_letters"), 1);
}

TEST_P(AccountsServiceTest, BelongingsKeepAnAccountThatTheyCannotLet) {
  const std::string anna = add("anna", Account::State::kActive, now_);
  bool is_told = false;
  people().add_belongings({.erase = [](io::SqlConnection&, const Account&) -> Outcome<void> {
                             return refuse(409, "Busy", "Not now.");
                           },
                           .after = [&](const Account&) { is_told = true; }});
  EXPECT_EQ(people().delete_account(anna).error().type, "Busy");
  EXPECT_TRUE(people().find(rig_.sql(), anna)->has_value());
  EXPECT_FALSE(is_told);
}

TEST_P(AccountsServiceTest, IdentitiesBelongToOneAccount) {
  Call asked = call();
  const auto made = people().create_with_identity(
      asked, {.provider = "example", .subject = "s1", .email = "anna@example.org", .name = "anna"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(made->state, Account::State::kActive);
  EXPECT_EQ((*people().find_by_identity(rig_.sql(), "example", "s1"))->id, made->id);
  EXPECT_FALSE(people().find_by_identity(rig_.sql(), "example", "s2")->has_value());
  EXPECT_FALSE(people().find_by_identity(rig_.sql(), "other", "s1")->has_value());
  const struct {
    Accounts::NewIdentity identity;
    std::string_view type;
  } rows[] = {
      {{"example", "s1", "b@example.org", "berta"}, "IdentityTaken"},
      {{"example", "s2", "ANNA@example.org", "berta"}, "EmailTaken"},
      {{"example", "s2", "b@example.org", "Anna"}, "NameTaken"},
      {{"example", "s2", "b@example.org", "login"}, "NameReserved"},
      {{"example", "s2", "b@example.org", "b"}, "Invalid"},
  };
  for (const auto& row : rows) {
    const auto refused = people().create_with_identity(asked, row.identity);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().type, row.type);
  }
  const std::string berta = add("berta", Account::State::kActive, now_);
  const auto link = [&](const std::string& account, std::string_view subject) {
    return write_and_wait(rig_.workers(), [&](io::SqlConnection& sql) {
      return people().link_identity(sql, account, "example", subject, now_);
    });
  };
  EXPECT_EQ(link(berta, "s1").error().type, "IdentityTaken");
  EXPECT_TRUE(link(berta, "s2").has_value());
  EXPECT_TRUE(link(berta, "s2").has_value()) << "a second time changes nothing";
  EXPECT_EQ((*people().find_by_identity(rig_.sql(), "example", "s2"))->id, berta);
  EXPECT_EQ(link("nobody", "s3").error().status, 404);
  const auto session = people().open_session(asked, made->id);
  ASSERT_TRUE(session.has_value());
  EXPECT_TRUE(session->cookie.starts_with("rostrum_session="));
  // Without a password nobody signs in by one.
  auto row = load_account(rig_.sql(), made->id);
  EXPECT_FALSE(*people().check_password(asked, "anna", *row, ""));
}

TEST_P(AccountsServiceTest, AVouchedAddressReplacesOneThatWasOnlyTyped) {
  add("squatter", Account::State::kUnverified, now_);
  Call asked = call();
  const auto made = people().create_with_identity(
      asked,
      {.provider = "example", .subject = "s1", .email = "Squatter@example.org", .name = "anna"});
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_FALSE(people().find_by_name(rig_.sql(), "squatter")->has_value());
}

TEST_P(AccountsServiceTest, SuggestsNamesThatCanBeHad) {
  EXPECT_EQ(*people().suggest_name(rig_.sql(), "Anna Banana"), "Anna_Banana");
  add("anna", Account::State::kActive, now_);
  add("anna1", Account::State::kActive, now_);
  EXPECT_EQ(*people().suggest_name(rig_.sql(), "ANNA@example.org"), "ANNA2");
  EXPECT_EQ(*people().suggest_name(rig_.sql(), "login"), "login1");
}

TEST_P(AccountsServiceTest, SessionsAreForActiveAccounts) {
  const std::string waiting = add("waiting", Account::State::kUnverified, now_);
  const std::string banned = add("banned", Account::State::kSuspended, now_);
  Call asked = call();
  EXPECT_EQ(people().open_session(asked, waiting).error().type, "Unverified");
  EXPECT_EQ(people().open_session(asked, banned).error().type, "Suspended");
  EXPECT_EQ(people().open_session(asked, "nobody").error().status, 404);
}

TEST(DeviceOf, NamesWhatPeopleKnow) {
  const struct {
    std::string_view agent;
    std::string_view name;
  } rows[] = {
      {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
       "Firefox on Linux"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
       "Edge on Windows"},
      {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/126.0.0.0 Mobile Safari/537.36",
       "Chrome on Android"},
      {"curl/8.5.0", "curl/8.5.0"},
      {"", ""},
      {"\xFF\xFE", ""},
  };
  for (const auto& [agent, name] : rows) EXPECT_EQ(device_of(agent), name);
  EXPECT_EQ(device_of(std::string(500, 'x')).size(), 80U);
}

}  // namespace
}  // namespace app::test
