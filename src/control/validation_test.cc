#include "control/validation.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace control {
namespace {

namespace json = boost::json;

// The error's sentence, or "" if the input is fine.
std::string breach(std::string_view operation, std::string_view input) {
  const Operation* found = find_operation(operation);
  EXPECT_NE(found, nullptr);
  const auto checked = validate(*found->input, json::parse(input).as_object());
  if (checked) return "";
  EXPECT_EQ(checked.error().name, "ValidationException");
  return checked.error().message;
}

TEST(Model, HasEveryOperationOnce) {
  EXPECT_EQ(ivs_service().operations.size(), 41U);
  for (const Service* service : all_services()) {
    for (const Operation& operation : service->operations) {
      EXPECT_EQ(find_operation(*service, operation.name), &operation);
      // Those on tags are in two services, with the same form.
      const Operation* found = find_operation(operation.name);
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->uri, operation.uri);
      EXPECT_EQ(&service_of(operation), service);
    }
  }
  EXPECT_EQ(find_operation("CreateNothing"), nullptr);
  EXPECT_EQ(service_quota("playbackKeyPairs"), 3);
}

TEST(Validation, ChecksMembers) {
  const std::string long_name(129, 'a');
  const struct {
    const char* operation;
    std::string input;
    const char* expected;  // part of the sentence
  } rows[] = {
      {"CreateChannel", "{}", ""},
      {"CreateChannel", R"({"name":null,"unknown":[1,2]})", ""},
      {"CreateChannel", R"({"name":"ok_-1"})", ""},
      {"CreateChannel", R"({"name":"not ok"})", "name must match"},
      {"CreateChannel", R"({"name":")" + long_name + "\"}", "at most 128 characters"},
      {"CreateChannel", R"({"name":5})", "name must be text"},
      {"CreateChannel", R"({"type":"FANCY"})", "type must be one of BASIC"},
      {"CreateChannel", R"({"authorized":"yes"})", "authorized must be true or false"},
      {"CreateChannel", R"({"recordingConfigurationArn":""})", ""},
      {"CreateChannel", R"({"recordingConfigurationArn":"x"})",
       "recordingConfigurationArn must match"},
      {"CreateChannel", R"({"tags":{"a":"b"}})", ""},
      {"CreateChannel", R"({"tags":{"":"b"}})", "at least 1 characters"},
      {"CreateChannel", R"({"tags":{"a":7}})", "tags.a must be text"},
      {"CreateChannel", R"({"tags":["a"]})", "tags must be an object"},
      {"CreateChannel", R"({"multitrackInputConfiguration":{"policy":"X"}})",
       "multitrackInputConfiguration.policy must be one of"},
      {"GetChannel", "{}", "arn is required"},
      {"GetChannel", R"({"arn":"arn:aws:ivs:r:1:channel/a"})", ""},
      {"ListChannels", R"({"maxResults":0})", "maxResults must be at least 1"},
      {"ListChannels", R"({"maxResults":101})", "maxResults must be at most 100"},
      {"ListChannels", R"({"maxResults":1.5})", "maxResults must be a whole number"},
      {"ListChannels", R"({"maxResults":18446744073709551615})", "must fit into 32 bits"},
      {"BatchGetChannel", R"({"arns":[]})", "arns must have at least 1 entries"},
      {"BatchGetChannel", R"({"arns":["arn:aws:ivs:r:1:channel/a","x"]})", "arns[1] must match"},
      {"BatchStartViewerSessionRevocation",
       R"({"viewerSessions":[{"channelArn":"arn:aws:ivs:r:1:channel/a"}]})",
       "viewerSessions[0].viewerId is required"},
      // The pattern of tag routes cannot be met: it is not enforced.
      {"ListTagsForResource", R"({"resourceArn":"arn:aws:ivs:r:1:channel/a"})", ""},
  };
  for (const auto& row : rows) {
    const std::string sentence = breach(row.operation, row.input);
    if (*row.expected == '\0') {
      EXPECT_EQ(sentence, "") << row.input;
    } else {
      EXPECT_NE(sentence.find(row.expected), std::string::npos)
          << row.input << " gives: " << sentence;
    }
  }
}

// Lengths are characters, not octets.
TEST(Validation, CountsCharacters) {
  std::string value;
  for (int i = 0; i < 256; ++i) value += "\xC3\xA4";
  EXPECT_EQ(breach("CreateChannel", R"({"tags":{"a":")" + value + "\"}}"), "");
  value += "\xC3\xA4";
  EXPECT_NE(breach("CreateChannel", R"({"tags":{"a":")" + value + "\"}}"), "");
}

TEST(Validation, NeverRepeatsSecrets) {
  const std::string sentence = breach(
      "PutEventTarget", R"({"ruleName":"r","target":{"id":"t","type":"WEBHOOK","secret":"hush"}})");
  EXPECT_NE(sentence, "");
  EXPECT_EQ(sentence.find("hush"), std::string::npos);
}

}  // namespace
}  // namespace control
