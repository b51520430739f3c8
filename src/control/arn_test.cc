#include "control/arn.h"

#include <gtest/gtest.h>

namespace control {
namespace {

TEST(Arn, HasSixParts) {
  const auto arn = parse_arn("arn:aws:ivs:eu-west-1:123456789012:channel/abcdABCDefgh");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->service, "ivs");
  EXPECT_EQ(arn->region, "eu-west-1");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->type, "channel");
  EXPECT_EQ(arn->id, "abcdABCDefgh");
}

TEST(Arn, RefusesWhatIsNone) {
  for (const char* text : {"", "arn", "arn:aws:ivs:r:1:channel", "arn:aws:ivs:r:1:channel/",
                           "arn:aws:ivs::1:channel/x", "ARN:aws:ivs:r:1:channel/x",
                           "arn:other:ivs:r:1:channel/x", "arn:aws:ivs:r:1:/x"}) {
    EXPECT_FALSE(parse_arn(text)) << text;
  }
}

TEST(Arn, IsOursOnlyWithOurRegionAndAccount) {
  const Home home{"local", "000000000000"};
  const std::string arn = make_arn(home, "channel", "abc");
  EXPECT_EQ(own_id(home, "channel", arn), "abc");
  EXPECT_EQ(own_id(home, "stream-key", arn), "");
  EXPECT_EQ(own_id({"other", "000000000000"}, "channel", arn), "");
  EXPECT_EQ(own_id({"local", "000000000001"}, "channel", arn), "");
}

TEST(Wildcard, CoversTheWholeText) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } rows[] = {
      {"abc", "abc", true},
      {"abc", "abcd", false},
      {"*", "", true},
      {"a*", "abc", true},
      {"*c", "abc", true},
      {"a*c", "abbbc", true},
      {"a*c", "abbbd", false},
      {"*b*", "abc", true},
      {"a*b*c", "axxbyyc", true},
      {"a*b*c", "axxcyyb", false},
      {"**", "anything", true},
      {"", "", true},
      {"", "x", false},
      {"*aab", "aaaab", true},
      {"a*a", "a", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(matches_wildcard(row.pattern, row.text), row.matches)
        << row.pattern << " " << row.text;
  }
}

}  // namespace
}  // namespace control
