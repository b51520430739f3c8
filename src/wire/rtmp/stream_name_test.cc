#include "wire/rtmp/stream_name.h"

#include <gtest/gtest.h>

namespace wire::rtmp {
namespace {

TEST(StreamName, SeparatesKeyAndParameters) {
  const auto name = parse_stream_name("sk_us_AbC-1?priority=5&clientConfigId=a%2Fb&flag&x=1=2");
  EXPECT_EQ(name.key, "sk_us_AbC-1");
  EXPECT_EQ(name.priority, 5U);
  EXPECT_FALSE(name.priority_invalid);
  EXPECT_EQ(name.client_config_id, "a/b");
  ASSERT_NE(name.find("flag"), nullptr);
  EXPECT_EQ(*name.find("flag"), "");
  EXPECT_EQ(*name.find("x"), "1=2");
  EXPECT_EQ(name.find("y"), nullptr);
}

TEST(StreamName, Priorities) {
  struct Row {
    const char* text;
    std::optional<std::uint32_t> priority;
    bool invalid;
  };
  for (const auto& row : {
           Row{"k", {}, false},
           Row{"k?", {}, false},
           Row{"k?priority=1", 1, false},
           Row{"k?priority=2147483647", 2147483647, false},
           Row{"k?priority=2147483648", {}, true},
           Row{"k?priority=99999999999999", {}, true},
           Row{"k?priority=0", {}, true},
           Row{"k?priority=-1", {}, true},
           Row{"k?priority=+1", {}, true},
           Row{"k?priority= 1", {}, true},
           Row{"k?priority=1x", {}, true},
           Row{"k?priority=", {}, true},
           Row{"k?priority", {}, true},
           Row{"k?priority=1&priority=2", {}, true},
           Row{"k?priority=x&priority=2", {}, true},
           Row{"k?Priority=7", {}, false},
       }) {
    const auto name = parse_stream_name(row.text);
    EXPECT_EQ(name.key, "k") << row.text;
    EXPECT_EQ(name.priority, row.priority) << row.text;
    EXPECT_EQ(name.priority_invalid, row.invalid) << row.text;
  }
}

TEST(StreamName, OddPercentSignsStandForThemselves) {
  EXPECT_EQ(*parse_stream_name("k?a=%zz%4").find("a"), "%zz%4");
  EXPECT_EQ(*parse_stream_name("k?a=%41%").find("a"), "A%");
}

TEST(StreamName, ParametersAreCapped) {
  std::string text = "k?";
  for (int i = 0; i < 1000; ++i) text += "a=1&";
  EXPECT_EQ(parse_stream_name(text).parameters.size(), 32U);
}

TEST(PublishTarget, OfEncodersQuirks) {
  struct Row {
    const char* app;
    const char* tc_url;
    const char* name;
    const char* expected_app;
    const char* expected_name;
  };
  for (const auto& row : {
           Row{"app", "rtmp://h/app", "key", "app", "key"},
           Row{"app", "rtmp://h/app", "key?priority=2", "app", "key?priority=2"},
           Row{"app/", "rtmp://h/app/", "key", "app", "key"},
           Row{"app//", "rtmp://h/app//", "/key/", "app", "key"},
           Row{"app/key", "rtmp://h/app/key", "", "app", "key"},
           Row{"app//key", "rtmp://h/app//key", "", "app", "key"},
           Row{"app/key?priority=3", "", "", "app", "key?priority=3"},
           Row{"app?priority=3", "", "key", "app", "key?priority=3"},
           Row{"app?a=1", "", "key?b=2", "app", "key?b=2&a=1"},
           Row{"app/instance", "", "key", "app", "key"},
           Row{"", "rtmp://h:1935/app/key", "", "app", "key"},
           Row{"", "rtmp://h:1935/app/key?priority=9", "", "app", "key?priority=9"},
           Row{"", "rtmps://h/app", "key", "app", "key"},
           Row{"", "rtmp://h", "key", "", "key"},
           Row{"", "nonsense", "", "", ""},
           Row{"app", "", "", "app", ""},
           Row{"///", "", "//", "", ""},
       }) {
    const auto target = publish_target(row.app, row.tc_url, row.name);
    EXPECT_EQ(target.app, row.expected_app) << row.app << ' ' << row.tc_url << ' ' << row.name;
    EXPECT_EQ(target.stream_name, row.expected_name)
        << row.app << ' ' << row.tc_url << ' ' << row.name;
  }
}

}  // namespace
}  // namespace wire::rtmp
