#include "control/moderation_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace control {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

base::Expected<chat::Moderation> read(const char* text) {
  return read_moderation(json::parse(text).as_object());
}

constexpr const char* kEverything =
    R"({"blockedWords":["darn","他妈的"],"blockedPatterns":["(?i)free +coins"],"links":"DENY",)"
    R"("repeatedTextSeconds":60,"slowModeSeconds":30,"speakers":"FOLLOWERS",)"
    R"("newAccountSeconds":604800})";

TEST(ModerationJson, ReadsEverything) {
  const auto moderation = read(kEverything);
  ASSERT_TRUE(moderation) << moderation.error().message;
  EXPECT_THAT(moderation->blocked_words, ElementsAre("darn", "他妈的"));
  EXPECT_THAT(moderation->blocked_patterns, ElementsAre("(?i)free +coins"));
  EXPECT_EQ(moderation->links, chat::Moderation::Links::kDeny);
  EXPECT_EQ(moderation->repeated_text, 60s);
  EXPECT_EQ(moderation->slow_mode, 30s);
  EXPECT_EQ(moderation->speakers, chat::Moderation::Speakers::kFollowers);
  EXPECT_EQ(moderation->new_account, 7 * 24h);
}

TEST(ModerationJson, WritesWhatItReads) {
  for (const char* speakers : {"EVERYBODY", "FOLLOWERS", "VERIFIED"}) {
    for (const char* links : {"ALLOW", "DENY"}) {
      json::object object = json::parse(kEverything).as_object();
      object["speakers"] = speakers;
      object["links"] = links;
      const auto moderation = read_moderation(object);
      ASSERT_TRUE(moderation);
      EXPECT_EQ(json::value(moderation_object(*moderation)), json::value(object));
    }
  }
}

TEST(ModerationJson, WhatIsAbsentIsOff) {
  const auto moderation = read(R"({"maximumMessageRatePerSecond":50})");
  ASSERT_TRUE(moderation);
  EXPECT_EQ(json::serialize(moderation_object(*moderation)),
            R"({"blockedWords":[],"blockedPatterns":[],"links":"ALLOW","repeatedTextSeconds":0,)"
            R"("slowModeSeconds":0,"speakers":"EVERYBODY","newAccountSeconds":0})");
}

TEST(ModerationJson, SaysWhatCannotWork) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"blockedPatterns":["fine","a("]})", "the pattern \"a(\" is not valid"},
      {R"({"blockedWords":["?!"]})", "has no letters"},
      {R"({"slowModeSeconds":-1})", "slowModeSeconds must be from 0 to 3600"},
      {R"({"slowModeSeconds":3601})", "slowModeSeconds must be from 0 to 3600"},
  };
  for (const auto& [text, message] : rows) {
    const auto moderation = read(text);
    ASSERT_FALSE(moderation) << text;
    EXPECT_EQ(moderation.error().code, base::ErrorCode::kInvalid);
    EXPECT_THAT(moderation.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace control
