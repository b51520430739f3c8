#include "server/account_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "io/files.h"

namespace server {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class AccountCommand : public testing::Test {
 protected:
  ConfigArguments at(std::string_view folder) const {
    return {.file = {}, .overrides = {"data_dir=" + path(folder)}, .environment = {}};
  }
  std::string path(std::string_view name) const {
    return folder_->path() + "/" + std::string(name);
  }
  base::Expected<io::TemporaryDirectory> folder_ = io::TemporaryDirectory::create();
};

TEST_F(AccountCommand, MakesAccountsAndPasswords) {
  const CommandOutput made = create_platform_account(
      at("data"), {.name = "anna", .email = "anna@example.org", .password = {}}, Form::kJson);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const json::object account = json::parse(made.output).as_object();
  EXPECT_EQ(account.at("role"), "streamer");
  const std::string password(account.at("password").as_string());
  EXPECT_EQ(password.size(), 23U);
  const CommandOutput listed = list_platform_accounts(at("data"), Form::kText);
  EXPECT_THAT(listed.output, HasSubstr("anna@example.org"));
  EXPECT_THAT(listed.output, Not(HasSubstr(password)));
  EXPECT_EQ(create_platform_account(at("data"), {.name = "ANNA", .email = {}, .password = {}},
                                    Form::kText)
                .exit_code,
            1);
  EXPECT_EQ(
      create_platform_account(at("data"), {.name = "an", .email = {}, .password = {}}, Form::kText)
          .exit_code,
      2);
  const CommandOutput changed = set_platform_password(at("data"), "anna@example.org", {});
  EXPECT_EQ(changed.exit_code, 0);
  EXPECT_THAT(changed.errors, HasSubstr("once"));
  const CommandOutput chosen = set_platform_password(at("data"), "anna", "Secret-word-1");
  EXPECT_EQ(chosen.exit_code, 0);
  EXPECT_THAT(chosen.output, Not(HasSubstr("Secret-word-1")));
  EXPECT_EQ(set_platform_role(at("data"), "anna", "moderator").exit_code, 0);
  const CommandOutput described = list_platform_accounts(at("data"), Form::kJson);
  EXPECT_EQ(json::parse(described.output).at("accounts").as_array().at(0).at("role"), "moderator");
  EXPECT_EQ(set_platform_role(at("data"), "nobody", "moderator").exit_code, 1);
  EXPECT_EQ(set_platform_role(at("nowhere"), "anna", "moderator").exit_code, 1);
}

TEST_F(AccountCommand, ImportsFilesLineByLine) {
  const std::string csv =
      "name,email,hash\n"
      "anna,anna@example.org,$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.\n"
      "berta,berta@example.org,plain text\n";
  ASSERT_TRUE(io::write_file_atomic(path("people.csv"), base::as_bytes(csv), 0600).has_value());
  const CommandOutput imported = import_platform_accounts(at("data"), path("people.csv"));
  EXPECT_EQ(imported.exit_code, 1);
  EXPECT_EQ(imported.output, "1 accounts imported\n");
  EXPECT_THAT(imported.errors, HasSubstr("people.csv:3: "));
  EXPECT_EQ(import_platform_accounts(at("data"), path("missing.csv")).exit_code, 1);
}

}  // namespace
}  // namespace server
