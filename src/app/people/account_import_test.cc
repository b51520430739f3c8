#include "app/people/account_import.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using Fields = std::vector<std::vector<std::string>>;

constexpr base::WallTime kNow{std::chrono::hours(400'000)};

TEST(Csv, ReadsLinesQuotesAndEveryEnd) {
  const struct {
    std::string_view text;
    Fields fields;
  } rows[] = {
      {"", {}},
      {"a,b", {{"a", "b"}}},
      {"a,b\nc\n", {{"a", "b"}, {"c"}}},
      {"a,b\r\n\r\nc,\r\n", {{"a", "b"}, {"c", ""}}},
      {"\"a,\"\"b\"\"\nc\",d\n", {{"a,\"b\"\nc", "d"}}},
      {"\xEF\xBB\xBF"
       "a,\"\"\n",
       {{"a", ""}}},
  };
  for (const auto& [text, fields] : rows) {
    const auto lines = read_csv(text);
    ASSERT_TRUE(lines.has_value()) << text;
    Fields read;
    for (const CsvLine& line : *lines) read.push_back(line.fields);
    EXPECT_EQ(read, fields) << text;
  }
  for (const std::string_view text : {"\"a", "a,\"b\" c\n", "\xFF,a\n"}) {
    EXPECT_EQ(read_csv(text).error().code, base::ErrorCode::kMalformed) << text;
  }
  EXPECT_EQ(read_csv(std::string(40, ',')).error().code, base::ErrorCode::kLimit);
  const auto numbered = read_csv("\"a\nb\",c\n\nd\n");
  ASSERT_TRUE(numbered.has_value());
  EXPECT_EQ((*numbered)[0].number, 1U);
  EXPECT_EQ((*numbered)[1].number, 4U);
}

TEST(AccountImport, LinesAreAccountsOrSayWhatIsWrong) {
  const std::string hash = "$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.";
  const auto row = account_of_line({1, {" anna ", "anna@example.org", hash, "moderator"}}, kNow);
  ASSERT_TRUE(row.has_value()) << row.error().message;
  EXPECT_EQ(row->account.name, "anna");
  EXPECT_EQ(row->account.role, Role::kModerator);
  EXPECT_EQ(row->account.state, Account::State::kActive);
  EXPECT_EQ(row->password, hash);
  EXPECT_TRUE(account_of_line({1, {"anna", "anna@example.org", ""}}, kNow)->password.empty());
  EXPECT_TRUE(account_of_line({1, {"anna", "", hash}}, kNow)->account.email.empty());
  for (const std::vector<std::string>& fields :
       {std::vector<std::string>{"anna", "anna@example.org"},
        {"anna", "anna@example.org", hash, "king"},
        {"ann", "anna@example.org", hash},
        {"login", "anna@example.org", hash},
        {"anna", "nowhere", hash},
        {"anna", "", ""},
        {"anna", "anna@example.org", "plain"},
        {"anna", "anna@example.org", hash, "viewer", "more"}}) {
    EXPECT_FALSE(account_of_line({1, fields}, kNow).has_value()) << fields[0];
  }
  EXPECT_TRUE(is_heading({1, {"Name", "Email", "hash"}}));
  EXPECT_FALSE(is_heading({1, {"anna", "anna@example.org", hash}}));
}

}  // namespace
}  // namespace app
