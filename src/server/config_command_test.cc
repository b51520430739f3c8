#include "server/config_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace server {
namespace {

using testing::HasSubstr;

// A file in a folder of the test's own, gone afterwards.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::path(testing::TempDir()) /
              (std::string("rostrum_") +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// The repository's root, found from the folder the test runs in.
std::filesystem::path repository() {
  auto folder = std::filesystem::current_path();
  while (!std::filesystem::exists(folder / "CMakePresets.json") && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

TEST(ConfigCommand, CheckNamesTheMistakes) {
  const TemporaryFile file("threads: x\n");
  ConfigArguments arguments;
  arguments.file = file.path();
  const auto result = run_config_command(ConfigAction::kCheck, arguments);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.errors, file.path() + ":1:10: threads: 'x' is not a whole number\n");
}

TEST(ConfigCommand, CheckAcceptsAGoodFile) {
  const TemporaryFile file("threads: 2\n");
  ConfigArguments arguments;
  arguments.file = file.path();
  const auto result = run_config_command(ConfigAction::kCheck, arguments);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, file.path() + ": no mistakes, 0 channels\n");
  EXPECT_EQ(result.errors, "");
}

TEST(ConfigCommand, ShowMergesAllSources) {
  const TemporaryFile file("threads: 2\nregion: file\n");
  ConfigArguments arguments;
  arguments.file = file.path();
  arguments.environment = {{"ROSTRUM_REGION", "environment"}, {"ROSTRUM_X", "1"}};
  arguments.overrides = {"log.format=json"};
  const auto result = run_config_command(ConfigAction::kShow, arguments);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("threads: \"2\"\n"));
  EXPECT_THAT(result.output, HasSubstr("region: \"environment\"\n"));
  EXPECT_THAT(result.output, HasSubstr("  format: \"json\"\n"));
  EXPECT_EQ(result.errors, "warning: the environment variable 'ROSTRUM_X' names no setting\n");
}

TEST(ConfigCommand, FilesThatCannotBeReadAreErrors) {
  for (const std::string& path : {std::string("/nowhere/rostrum.yaml"), testing::TempDir()}) {
    ConfigArguments arguments;
    arguments.file = path;
    const auto result = run_config_command(ConfigAction::kCheck, arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.errors, path + ": the file cannot be read\n");
  }
}

TEST(ConfigCommand, EnvironmentIsSplitAtTheFirstEquals) {
  const std::array<const char*, 4> variables = {"A=b=c", "EMPTY=", "NOTHING", nullptr};
  const auto split = split_environment(variables.data());
  ASSERT_EQ(split.size(), 2U);
  EXPECT_EQ(split[0], (std::pair<std::string, std::string>("A", "b=c")));
  EXPECT_EQ(split[1], (std::pair<std::string, std::string>("EMPTY", "")));
}

TEST(ConfigCommand, DocumentationIsUpToDate) {
  const auto path = repository() / "docs" / "configuration.md";
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  const auto result = run_config_command(ConfigAction::kDocs, {});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(text.str(), result.output)
      << "run: build/release/rostrum config docs > docs/configuration.md";
}

}  // namespace
}  // namespace server
