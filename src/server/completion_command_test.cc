#include "server/completion_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "server/key_command.h"

namespace server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Completion : public testing::Test {
 protected:
  Completion() {
    add_key_command(app_, arguments_, exit_code_);
    app_.add_subcommand("ctl");
    app_.add_subcommand("channel");
    app_.add_subcommand("rule");
  }
  std::vector<std::string> at(const std::vector<std::string>& words) {
    return complete(app_, words);
  }

  CLI::App app_{"test", "rostrum"};
  ConfigArguments arguments_;
  int exit_code_ = 0;
};

TEST_F(Completion, Commands) {
  EXPECT_THAT(at({""}), UnorderedElementsAre("key", "ctl", "channel", "rule"));
  EXPECT_THAT(at({"c"}), UnorderedElementsAre("ctl", "channel"));
  EXPECT_THAT(at({}), Contains("key"));
  EXPECT_THAT(at({"key", ""}), UnorderedElementsAre("create", "list", "delete"));
  EXPECT_THAT(at({"key", "create", "--re"}),
              UnorderedElementsAre("--read-only", "--resource", "--requests-per-second",
                                   "--requests-per-day"));
  EXPECT_THAT(at({"key", "create", "-c", "some", "--js"}), ElementsAre("--json"));
  EXPECT_THAT(at({"key", "create", "--config", ""}), IsEmpty());  // files
  EXPECT_THAT(at({"completion", "b"}), ElementsAre("bash"));
}

TEST_F(Completion, Operations) {
  EXPECT_THAT(at({"ctl", "put-"}),
              UnorderedElementsAre("put-metadata", "put-event-rule", "put-event-target",
                                   "put-room-moderation", "put-room-role"));
  EXPECT_THAT(at({"ctl", "Insert"}), ElementsAre("InsertAdBreak"));
  EXPECT_THAT(at({"ctl", "--endpoint", "http://h", "insert"}), ElementsAre("insert-ad-break"));
  EXPECT_THAT(at({"ctl", "--out"}), ElementsAre("--output"));
  EXPECT_THAT(at({"ctl", "--endpoint", ""}), IsEmpty());
}

TEST_F(Completion, Members) {
  EXPECT_THAT(at({"ctl", "CreateChannel", "--au"}), ElementsAre("--authorized"));
  EXPECT_THAT(at({"ctl", "create-channel", "--no-a"}), ElementsAre("--no-authorized"));
  EXPECT_THAT(at({"ctl", "create-channel", ""}), Contains("--latency-mode"));
  EXPECT_THAT(at({"ctl", "list-channels", ""}), Not(Contains("--latency-mode")));
  EXPECT_THAT(at({"ctl", "create-channel", "--latency-mode", ""}),
              UnorderedElementsAre("NORMAL", "LOW"));
  EXPECT_THAT(at({"ctl", "create-channel", "--latency-mode=N"}),
              ElementsAre("--latency-mode=NORMAL"));
  EXPECT_THAT(at({"ctl", "create-channel", "--latency-mode", "=", "L"}), ElementsAre("LOW"));
  EXPECT_THAT(at({"ctl", "create-channel", "--latency-mode", "="}),
              UnorderedElementsAre("NORMAL", "LOW"));
  EXPECT_THAT(at({"ctl", "create-channel", "--name", "c"}), IsEmpty());
}

TEST_F(Completion, Verbs) {
  EXPECT_THAT(at({"channel", "s"}), UnorderedElementsAre("show", "stop"));
  EXPECT_THAT(at({"channel", "create", "--ty"}), ElementsAre("--type"));
  EXPECT_THAT(at({"rule", "put", "--pat"}), ElementsAre("--pattern"));
  EXPECT_THAT(at({"rule", "list", "--output", ""}), ElementsAre("table", "json"));
  EXPECT_THAT(at({"rule", "nothing", ""}), IsEmpty());
}

TEST_F(Completion, ScriptsForThreeShells) {
  for (const std::string_view shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(completion_script(shell), testing::HasSubstr(" complete -- "));
  }
  EXPECT_EQ(completion_script("tcsh"), "");
}

}  // namespace
}  // namespace server
