#include "app/letters/account_notices.h"

#include <gtest/gtest.h>

#include <string>

#include "app/letters/notice_store.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow{std::chrono::hours(500'000)};

class AccountNoticesTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(make_notice_tables(*sql_));
    ASSERT_TRUE(make_account_notice_tables(*sql_));
  }
  template <class Work>
  auto write(Work&& work) {
    EXPECT_TRUE(sql_->begin(true));
    auto done = work();
    EXPECT_TRUE(done.has_value()) << done.error().message;
    EXPECT_TRUE(sql_->commit());
    return done;
  }
  AccountNotice put(const std::string& account, const std::string& channel, base::WallTime at,
                    std::string_view kind = kReportNotice) {
    return *write([&] { return put_account_notice(*sql_, account, kind, channel, at); });
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(AccountNoticesTest);

TEST_P(AccountNoticesTest, AreOneForEachChannelAndKindUntilTheyAreSeen) {
  const AccountNotice first = put("anna", "x", kNow);
  EXPECT_TRUE(first.is_new);
  const AccountNotice second = put("anna", "x", kNow + 1s);
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.count, 2);
  EXPECT_TRUE(put("anna", "y", kNow + 2s).is_new);
  EXPECT_TRUE(put("anna", "x", kNow + 3s, kRefusedNotice).is_new);
  EXPECT_TRUE(put("bert", "x", kNow).is_new);
  const auto all = *account_notices(*sql_, "anna");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].kind, kRefusedNotice);
  EXPECT_EQ(all[1].channel, "y");
  EXPECT_EQ(all[2].at, kNow + 1s);
  EXPECT_EQ(all[2].count, 2);
  EXPECT_EQ(*count_account_notices(*sql_, "anna", kNow + 1s), 2);

  write([&] { return mark_seen(*sql_, "anna", kNow + 5s); });
  const AccountNotice later = put("anna", "x", kNow + 6s);
  EXPECT_TRUE(later.is_new) << "what was seen is told anew";
  EXPECT_NE(later.id, first.id);
  EXPECT_EQ(later.count, 1);
  EXPECT_EQ(account_notices(*sql_, "anna")->size(), 3U);
}

TEST_P(AccountNoticesTest, AreBoundedAndGo) {
  for (int i = 0; i < 60; ++i) put("anna", "c" + std::to_string(i), kNow + i * 1s);
  const auto all = *account_notices(*sql_, "anna");
  ASSERT_EQ(all.size(), 50U);
  EXPECT_EQ(all.front().channel, "c59");
  EXPECT_EQ(all.back().channel, "c10");
  write([&] { return drop_account_notice(*sql_, "anna", kReportNotice, "c59"); });
  EXPECT_FALSE(find_account_notice(*sql_, "anna", kReportNotice, "c59")->has_value());
  write([&] { return erase_account_notices(*sql_, "c58"); });
  EXPECT_EQ(account_notices(*sql_, "anna")->size(), 48U);
  write([&] { return forget_account_notices(*sql_, kNow + 50s); });
  EXPECT_EQ(account_notices(*sql_, "anna")->size(), 8U);
  put("bert", "x", kNow);
  write([&] { return erase_account_notices(*sql_, "anna"); });
  EXPECT_TRUE(account_notices(*sql_, "anna")->empty());
  EXPECT_EQ(account_notices(*sql_, "bert")->size(), 1U);
}

}  // namespace
}  // namespace app
