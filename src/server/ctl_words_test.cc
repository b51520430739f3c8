#include "server/ctl_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "server/ctl_command.h"

namespace server::ctl {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

/// The input that words make for an operation, or the mistake.
std::string input_of(std::string_view operation, const std::vector<std::string>& words,
                     std::string_view before = "{}") {
  const std::vector<Flag> flags = member_flags(*find_operation(operation));
  const auto parsed = parse_words(words, flags);
  if (!parsed) return parsed.error().message;
  json::object input = json::parse(before).as_object();
  const auto filled = fill_input(*parsed, input);
  return filled ? json::serialize(input) : filled.error().message;
}

TEST(CtlWords, NamesInKebabCase) {
  EXPECT_EQ(kebab_case("CreateChannel"), "create-channel");
  EXPECT_EQ(kebab_case("viewerSessionVersionsLessThanOrEqualTo"),
            "viewer-session-versions-less-than-or-equal-to");
  EXPECT_EQ(kebab_case("arn"), "arn");
}

TEST(CtlWords, FindsEveryOperationByBothNames) {
  const std::vector<std::string> names = operation_names();
  std::size_t count = 0;
  for (const control::Service* service : control::all_services()) {
    count += service->operations.size();
  }
  EXPECT_EQ(names.size(), count - 3);  // the operations on tags are chat's, too
  for (const std::string& name : names) {
    const control::Operation* operation = find_operation(name);
    ASSERT_NE(operation, nullptr) << name;
    EXPECT_EQ(find_operation(operation->name), operation);
  }
  EXPECT_EQ(find_operation("createchannel"), nullptr);
  EXPECT_EQ(find_operation(""), nullptr);
}

TEST(CtlWords, OperationsTakeTheirMembersAsOptions) {
  // Both get as far as the credentials, which are not there.
  for (const std::string_view word : {"create-channel", "CreateChannel"}) {
    const std::vector<std::string> words = {std::string(word), "--name", "a"};
    const CommandOutput output = run_ctl(words, {{"ROSTRUM_DATA_DIR", "/nonexistent/folder"}});
    EXPECT_EQ(output.exit_code, 2);
    EXPECT_THAT(output.errors, HasSubstr("no access key"));
  }
}

TEST(CtlWords, NoOptionStandsTwice) {
  for (const std::string& name : operation_names()) {
    std::set<std::string> seen;
    for (const Flag& flag : flags_for(*find_operation(name))) {
      EXPECT_TRUE(seen.insert(flag.name).second) << name << " " << flag.name;
    }
  }
}

// Another member named like an option would take that option away from its operation.
TEST(CtlWords, OneMemberIsNamedLikeAnOption) {
  std::vector<std::string> named;
  for (const std::string& name : operation_names()) {
    for (const Flag& flag : member_flags(*find_operation(name))) {
      for (const Flag& common : ctl_flags()) {
        if (common.name == flag.name) named.push_back(name + " " + flag.name);
      }
    }
  }
  EXPECT_THAT(named, ElementsAre("delete-access-key --access-key-id"));
  const std::vector<Flag> flags = flags_for(*find_operation("delete-access-key"));
  const auto words = parse_words(std::vector<std::string>{"--access-key-id", "AKIA"}, flags);
  ASSERT_TRUE(words);
  EXPECT_FALSE(words->has("--access-key-id"));
}

TEST(CtlWords, WritesMembersByTheirTypes) {
  struct Row {
    std::string_view operation;
    std::vector<std::string> words;
    std::string_view expected;
  };
  const Row rows[] = {
      {"CreateChannel", {"--name", "a b"}, R"({"name":"a b"})"},
      {"create-channel", {"--name=a=b"}, R"({"name":"a=b"})"},
      {"CreateChannel", {"--name", "--authorized"}, R"({"name":"--authorized"})"},
      {"CreateChannel", {"--authorized"}, R"({"authorized":true})"},
      {"CreateChannel", {"--authorized", "--no-authorized"}, R"({"authorized":false})"},
      {"CreateChannel", {"--type", "BASIC", "--type", "STANDARD"}, R"({"type":"STANDARD"})"},
      {"CreateChannel", {"--tags", "a=1", "--tags", "b=x=y"}, R"({"tags":{"a":"1","b":"x=y"}})"},
      {"CreateChannel", {"--tags", R"({"c":"d"})"}, R"({"tags":{"c":"d"}})"},
      {"CreateChannel",
       {"--multitrack-input-configuration", R"({"enabled":true})"},
       R"({"multitrackInputConfiguration":{"enabled":true}})"},
      {"ListChannels", {"--max-results", "5"}, R"({"maxResults":5})"},
      {"ListChannels", {"--max-results", "-5"}, R"({"maxResults":-5})"},
      {"BatchGetChannel", {"--arns", "a", "--arns", "b"}, R"({"arns":["a","b"]})"},
      {"BatchGetChannel", {"--arns", R"(["a","b"])"}, R"({"arns":["a","b"]})"},
      {"PutMetadata", {"--metadata", R"([1,"{"])"}, R"({"metadata":"[1,\"{\"]"})"},
      {"PutMetadata", {"--metadata", "{}"}, R"({"metadata":"{}"})"},
      {"UntagResource",
       {"--tag-keys", "k", "--resource-arn", "x"},
       R"({"tagKeys":["k"],"resourceArn":"x"})"},
      {"ListStreams",
       {"--filter-by", R"({"health":"HEALTHY"})"},
       R"({"filterBy":{"health":"HEALTHY"}})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(input_of(row.operation, row.words), row.expected) << row.operation;
  }
}

TEST(CtlWords, OptionsWinOverTheJson) {
  EXPECT_EQ(input_of("CreateChannel", {"--name", "b", "--tags", "x=2"},
                     R"({"name":"a","type":"BASIC","tags":{"y":"1"}})"),
            R"({"name":"b","type":"BASIC","tags":{"x":"2"}})");
  EXPECT_EQ(input_of("BatchGetChannel", {"--arns", "b"}, R"({"arns":["a"]})"), R"({"arns":["b"]})");
}

TEST(CtlWords, SaysWhatIsWrong) {
  EXPECT_EQ(input_of("CreateChannel", {"--nam", "a"}), "there is no option --nam; --name is near");
  EXPECT_EQ(input_of("CreateChannel", {"--something-entirely-else", "a"}),
            "there is no option --something-entirely-else");
  EXPECT_EQ(input_of("CreateChannel", {"--name"}), "--name needs a value");
  EXPECT_EQ(input_of("CreateChannel", {"--authorized=no"}), "--authorized takes no value");
  EXPECT_EQ(input_of("CreateChannel", {"-x"}), "there is no option -x");
  EXPECT_EQ(input_of("ListChannels", {"--max-results", "5x"}),
            "--max-results needs a number, not \"5x\"");
  EXPECT_EQ(input_of("ListChannels", {"--max-results", ""}),
            "--max-results needs a number, not \"\"");
  EXPECT_EQ(input_of("CreateChannel", {"--tags", "a"}), "--tags needs NAME=VALUE, not \"a\"");
  EXPECT_EQ(input_of("CreateChannel", {"--tags", "=a"}), "--tags needs NAME=VALUE, not \"=a\"");
  EXPECT_THAT(input_of("ListStreams", {"--filter-by", "{"}), HasSubstr("--filter-by needs JSON"));
}

TEST(CtlWords, TellsOptionsFromTheRest) {
  const std::vector<Flag> flags = ctl_flags();
  const std::vector<std::string> words = {"a", "-", "--all", "-5", "-h", "--", "--all", "-h"};
  const auto parsed = parse_words(words, flags);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(parsed->places, ElementsAre("a", "-", "-5", "--all", "-h"));
  EXPECT_TRUE(parsed->has("--all"));
  EXPECT_TRUE(parsed->has("--help"));
  EXPECT_FALSE(parsed->has("--json"));
}

}  // namespace
}  // namespace server::ctl
