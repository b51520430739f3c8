#include "control/validation.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>

// The bounds of every member are tested from outside (tests/api_boundaries.test.mjs).
namespace control {
namespace {

namespace json = boost::json;

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

const Shape& input_of(std::string_view operation) {
  return *find_operation(operation)->input;
}

std::string refusal(std::string_view operation, std::string_view input) {
  const auto checked = validate(input_of(operation), object(input));
  return checked ? std::string() : checked.error().message;
}

std::string pruned(std::string_view operation, std::string_view input) {
  json::object value = object(input);
  EXPECT_TRUE(validate(input_of(operation), value));
  prune(input_of(operation), value);
  return json::serialize(value);
}

constexpr std::string_view kChannel = "arn:aws:ivs:local:000000000000:channel/abcdefghijkl";

TEST(Validation, NamesThePlaceOfTheFirstBreach) {
  const std::string sessions = R"({"viewerSessions":[{"channelArn":")" + std::string(kChannel) +
                               R"(","viewerId":"a"},{"channelArn":")" + std::string(kChannel) +
                               R"(","viewerId":""}]})";
  EXPECT_EQ(refusal("BatchStartViewerSessionRevocation", sessions),
            "viewerSessions[1].viewerId must have at least 1 characters");
  EXPECT_EQ(refusal("GetChannel", "{}"), "arn is required");
  EXPECT_EQ(refusal("ListChannels", R"({"maxResults":101})"), "maxResults must be at most 100");
}

TEST(Validation, RefusesZeroOctets) {
  EXPECT_EQ(refusal("StartViewerSessionRevocation",
                    R"({"viewerId":"a\u0000b","channelArn":")" + std::string(kChannel) + "\"}"),
            "viewerId must not contain U+0000");
}

TEST(Prune, LeavesWhatTheModelKnows) {
  EXPECT_EQ(pruned("ListChannels", R"({"maxResults":5,"unknown":{"a":1},"filterByName":null})"),
            R"({"maxResults":5})");
}

TEST(Prune, GoesIntoStructuresAndLists) {
  EXPECT_EQ(
      pruned(
          "CreateAdConfiguration",
          R"({"mediaTailorPlaybackConfigurations":[{"later":1,"playbackConfigurationArn":null}],)"
          R"("postRollConfiguration":{"enabled":true,"durationSeconds":3,"later":[null]}})"),
      R"({"mediaTailorPlaybackConfigurations":[{}],)"
      R"("postRollConfiguration":{"durationSeconds":3,"enabled":true}})");
}

TEST(Prune, KeepsTagsWhateverTheirNames) {
  EXPECT_EQ(pruned("CreateChannel", R"({"tags":{"name":"a","unknown":""}})"),
            R"({"tags":{"name":"a","unknown":""}})");
}

}  // namespace
}  // namespace control
