#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>

#include "control/validation.h"

namespace control {
namespace {

namespace json = boost::json;

std::string pruned(std::string_view operation, std::string_view input) {
  json::object value = json::parse(input).as_object();
  const Shape& shape = *find_operation(operation)->input;
  EXPECT_TRUE(validate(shape, value));
  prune(shape, value);
  return json::serialize(value);
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

TEST(Validation, RefusesZeroOctets) {
  const auto checked = validate(
      *find_operation("StartViewerSessionRevocation")->input,
      json::parse(
          R"({"viewerId":"a\u0000b","channelArn":"arn:aws:ivs:local:000000000000:channel/a"})")
          .as_object());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "viewerId must not contain U+0000");
}

}  // namespace
}  // namespace control
