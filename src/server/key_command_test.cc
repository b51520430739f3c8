#include "server/key_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <filesystem>

#include "io/files.h"
#include "io/sql.h"
#include "server/backup_command.h"
#include "server/database_place.h"

namespace server {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class KeyCommand : public testing::Test {
 protected:
  ConfigArguments at(std::string_view folder) const {
    return {.file = {}, .overrides = {"data_dir=" + path(folder)}, .environment = {}};
  }
  std::string path(std::string_view name) const {
    return folder_->path() + "/" + std::string(name);
  }
  std::string make_key(const ConfigArguments& arguments, control::AccessKeyOptions options = {}) {
    const CommandOutput made = create_key(arguments, options, Form::kJson);
    EXPECT_EQ(made.exit_code, 0) << made.errors;
    return std::string(json::parse(made.output).at("accessKeyId").as_string());
  }
  static mode_t mode(const std::string& name) {
    struct stat state{};
    EXPECT_EQ(::stat(name.c_str(), &state), 0) << name;
    return state.st_mode & 0777U;
  }

  base::Expected<io::TemporaryDirectory> folder_ = io::TemporaryDirectory::create();
};

TEST_F(KeyCommand, ShowsTheSecretOnce) {
  const CommandOutput made = create_key(
      at("data"), {.name = "ci", .read_only = true, .service = "ivs", .requests_per_day = 5},
      Form::kJson);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const json::object key = json::parse(made.output).as_object();
  const std::string secret(key.at("secretAccessKey").as_string());
  EXPECT_EQ(secret.size(), 40U);
  EXPECT_THAT(made.errors, HasSubstr("there was no database"));
  const CommandOutput listed = list_keys(at("data"), Form::kJson);
  EXPECT_THAT(listed.output, Not(HasSubstr(secret)));
  const json::object first =
      json::parse(listed.output).at("accessKeys").as_array().at(0).as_object();
  EXPECT_EQ(first.at("accessKeyId"), key.at("accessKeyId"));
  EXPECT_EQ(first.at("name"), "ci");
  EXPECT_EQ(first.at("access"), "READ_ONLY");
  EXPECT_EQ(first.at("service"), "ivs");
  EXPECT_EQ(first.at("usagePlan").at("requestsPerDay"), 5);
  EXPECT_THAT(list_keys(at("data"), Form::kText).output, HasSubstr("READ_ONLY"));
  EXPECT_THAT(create_key(at("data"), {}, Form::kText).errors, Not(HasSubstr("no database")));
}

TEST_F(KeyCommand, KeepsTheLastKeyThatMayDoEverything) {
  const std::string full = make_key(at("data"));
  const std::string other = make_key(at("data"), {.read_only = true});
  const CommandOutput kept = delete_key(at("data"), full, control::LastKey::kKeep);
  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_THAT(kept.errors, HasSubstr("--force"));
  EXPECT_EQ(delete_key(at("data"), other, control::LastKey::kKeep).exit_code, 0);
  const std::string second = make_key(at("data"));
  EXPECT_EQ(delete_key(at("data"), full, control::LastKey::kKeep).exit_code, 0);
  EXPECT_EQ(delete_key(at("data"), second, control::LastKey::kDelete).exit_code, 0);
  EXPECT_EQ(list_keys(at("data"), Form::kText).output, "(no access keys)\n");
  const CommandOutput gone = delete_key(at("data"), second, control::LastKey::kDelete);
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_EQ(gone.errors, "there is no access key " + second + "\n");
}

TEST_F(KeyCommand, RefusesWhatTheApiRefuses) {
  const CommandOutput named = create_key(at("data"), {.name = "a b"}, Form::kText);
  EXPECT_EQ(named.exit_code, 2);
  EXPECT_THAT(named.errors, HasSubstr("name"));
  EXPECT_EQ(create_key(at("data"), {.resource = "<x>"}, Form::kText).exit_code, 2);
  EXPECT_EQ(create_key(at("data"), {.requests_per_second = -1}, Form::kText).exit_code, 2);
  EXPECT_EQ(list_keys(at("data"), Form::kText).output, "(no access keys)\n");
}

TEST_F(KeyCommand, OnlyCreatingMakesADatabase) {
  const CommandOutput listed = list_keys(at("wrong"), Form::kText);
  EXPECT_EQ(listed.exit_code, 1);
  EXPECT_THAT(listed.errors, HasSubstr("there is no database"));
  EXPECT_EQ(delete_key(at("wrong"), "AKIA", control::LastKey::kKeep).exit_code, 1);
  EXPECT_FALSE(io::file_exists(path("wrong/rostrum.db")));
}

TEST_F(KeyCommand, BacksUpTheDatabase) {
  const std::string key = make_key(at("data"));
  const CommandOutput made = back_up(at("data"), path("copy.db"), Secrets::kLeave);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr(path("data/secrets.key")));
  EXPECT_EQ(mode(path("copy.db")), 0600U);
  EXPECT_EQ(back_up(at("data"), path("copy.db"), Secrets::kLeave).exit_code, 0);  // over it
  const ConfigArguments copy{
      .file = {},
      .overrides = {"data_dir=" + path("data"), "database.url=sqlite:" + path("copy.db")},
      .environment = {}};
  EXPECT_THAT(list_keys(copy, Form::kText).output, HasSubstr(key));
}

TEST_F(KeyCommand, BacksUpAFolderThatServesAsDataDir) {
  const std::string key = make_key(at("data"));
  const CommandOutput made = back_up(at("data"), path("copy"), Secrets::kInclude);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_EQ(mode(path("copy")), 0700U);
  EXPECT_EQ(mode(path("copy/rostrum.db")), 0600U);
  EXPECT_EQ(mode(path("copy/secrets.key")), 0600U);
  EXPECT_THAT(list_keys(at("copy"), Form::kText).output, HasSubstr(key));
  EXPECT_EQ(*io::read_file(path("copy/secrets.key"), 4096),
            *io::read_file(path("data/secrets.key"), 4096));
}

TEST_F(KeyCommand, NeverBacksUpOntoTheDatabase) {
  const std::string key = make_key(at("data"));
  EXPECT_EQ(back_up(at("data"), path("data/rostrum.db"), Secrets::kLeave).exit_code, 2);
  EXPECT_EQ(back_up(at("data"), path("data/../data/rostrum.db"), Secrets::kLeave).exit_code, 2);
  EXPECT_EQ(back_up(at("data"), path("data"), Secrets::kInclude).exit_code, 2);
  EXPECT_EQ(back_up(at("data"), path("data"), Secrets::kLeave).exit_code, 2);
  EXPECT_EQ(back_up(at("wrong"), path("copy.db"), Secrets::kLeave).exit_code, 1);
  EXPECT_FALSE(io::file_exists(path("copy.db")));
  EXPECT_THAT(list_keys(at("data"), Form::kText).output, HasSubstr(key));
}

TEST_F(KeyCommand, SendsPostgresToItsOwnBackup) {
  ConfigArguments postgres = at("data");
  postgres.overrides.emplace_back("database.url=postgres://user:hidden@host/name");
  const CommandOutput refused = back_up(postgres, path("copy.db"), Secrets::kLeave);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("pg_dump"));
  EXPECT_THAT(refused.errors, Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace server
