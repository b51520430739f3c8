#include <gtest/gtest.h>

#include "app/app.h"
#include "app/people/account_store.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

class AccountCommandsTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(prepare_accounts(*sql_).has_value());
    ASSERT_TRUE(prepare_accounts(*sql_).has_value()) << "a second time changes nothing";
  }
  NewAccount anna() const {
    return {.name = "anna",
            .email = "anna@example.org",
            .password = "Secret-word-1",
            .role = "moderator"};
  }
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(AccountCommandsTest);

TEST_P(AccountCommandsTest, MakeListAndChange) {
  ASSERT_TRUE(create_account(*sql_, anna()).has_value());
  NewAccount other = anna();
  other.name = "ANNA";
  EXPECT_EQ(create_account(*sql_, other).error().code, base::ErrorCode::kConflict);
  other.name = "berta";
  EXPECT_EQ(create_account(*sql_, other).error().code, base::ErrorCode::kConflict) << "the address";
  other.email = "";
  other.password = "weak";
  EXPECT_EQ(create_account(*sql_, other).error().code, base::ErrorCode::kInvalid);
  other.password = random_password();
  other.role = "king";
  EXPECT_EQ(create_account(*sql_, other).error().code, base::ErrorCode::kInvalid);
  other.role = "viewer";
  ASSERT_TRUE(create_account(*sql_, other).has_value());
  const auto list = list_accounts(*sql_, "", 10);
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].name, "anna");
  EXPECT_EQ((*list)[0].role, "moderator");
  EXPECT_EQ((*list)[0].state, "active");
  EXPECT_EQ((*list)[1].name, "berta");
  EXPECT_EQ(list_accounts(*sql_, "Anna", 10)->size(), 1U);
  EXPECT_TRUE(set_account_role(*sql_, "ANNA@example.org", "administrator").has_value());
  EXPECT_EQ(list_accounts(*sql_, "", 1)->front().role, "administrator");
  EXPECT_EQ(set_account_role(*sql_, "nobody", "viewer").error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(set_account_role(*sql_, "anna", "king").error().code, base::ErrorCode::kInvalid);
  const auto before = load_account_by_name(*sql_, "anna");
  EXPECT_TRUE(set_account_password(*sql_, "anna", "Another-word-2").has_value());
  const auto behind = load_account_by_name(*sql_, "anna");
  EXPECT_NE((*before)->password, (*behind)->password);
  EXPECT_GT((*behind)->generation, (*before)->generation) << "sessions end";
  EXPECT_EQ(set_account_password(*sql_, "anna", "weak").error().code, base::ErrorCode::kInvalid);
}

TEST_P(AccountCommandsTest, ImportWhatCanBe) {
  const std::string hash = "$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.";
  std::string csv = "name,email,password hash,role\n";
  csv += "anna,anna@example.org," + hash + ",moderator\n";
  csv += "ANNA,other@example.org," + hash + "\n";
  csv += "berta,ANNA@example.org," + hash + "\n";
  csv += "carla,carla@example.org,md5\n";
  csv += "berta,berta@example.org,\n";
  for (int i = 0; i < 450; ++i) csv += "many" + std::to_string(i) + ",," + hash + "\n";
  const auto import = import_accounts(*sql_, csv);
  ASSERT_TRUE(import.has_value()) << import.error().message;
  EXPECT_EQ(import->imported, 452U);
  ASSERT_EQ(import->failures.size(), 3U);
  EXPECT_EQ(import->failures[0].line, 3U);
  EXPECT_EQ(import->failures[1].line, 4U);
  EXPECT_EQ(import->failures[2].line, 5U);
  EXPECT_EQ(list_accounts(*sql_, "", 1000)->size(), 452U);
  EXPECT_EQ(import_accounts(*sql_, "\"open").error().code, base::ErrorCode::kInvalid);
}

}  // namespace
}  // namespace app
