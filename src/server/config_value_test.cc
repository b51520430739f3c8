#include "server/config_value.h"

#include <gtest/gtest.h>

#include <limits>

namespace server {
namespace {

using namespace std::chrono_literals;

TEST(ConfigValue, DurationsAreReadAndWritten) {
  struct Row {
    const char* text;
    base::Duration value;
    const char* canonical;
  };
  for (const Row& row : {Row{"0", 0s, "0"}, Row{"0s", 0s, "0"}, Row{"200ms", 200ms, "200ms"},
                         Row{"1.5s", 1500ms, "1500ms"}, Row{"30s", 30s, "30s"},
                         Row{"60s", 1min, "1m"}, Row{"90m", 90min, "90m"}, Row{"48h", 48h, "48h"},
                         Row{"0.333s", 333ms, "333ms"}, Row{"7us", 7us, "7us"}}) {
    SCOPED_TRACE(row.text);
    const auto parsed = parse_duration(row.text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, row.value);
    EXPECT_EQ(to_text(*parsed), row.canonical);
    EXPECT_EQ(*parse_duration(to_text(*parsed)), row.value);
  }
  for (const char* text : {"", "s", "1", "-1s", "+1s", "1 s", "1.s", ".5s", "1..5s", "1.5.5s", "1S",
                           "1s ", "0.1ns", "1000000000s", "999999999h", "1d", "0x1s", "1e3s"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_duration(text).has_value());
  }
}

TEST(ConfigValue, SizesAreReadAndWritten) {
  EXPECT_EQ(parse_byte_size("64MiB")->bytes, 64U << 20);
  EXPECT_EQ(parse_byte_size("1.5KiB")->bytes, 1536U);
  EXPECT_EQ(parse_byte_size("0")->bytes, 0U);
  EXPECT_EQ(to_text(ByteSize{64U << 20}), "64MiB");
  EXPECT_EQ(to_text(ByteSize{1537}), "1537B");
  for (const char* text : {"64", "64MB", "64 MiB", "0.3B", "-1B"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_byte_size(text).has_value());
  }
}

TEST(ConfigValue, BitratesAreReadAndWritten) {
  EXPECT_EQ(parse_bitrate("8.5Mbps")->bits_per_second, 8'500'000U);
  EXPECT_EQ(parse_bitrate("800kbps")->bits_per_second, 800'000U);
  EXPECT_EQ(to_text(Bitrate{8'500'000}), "8500kbps");
  for (const char* text : {"8.5", "8.5MBps", "8.5mbps", "8,5Mbps", "1.0000000001Gbps"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_bitrate(text).has_value());
  }
}

TEST(ConfigValue, IntegersAndBooleans) {
  EXPECT_EQ(*parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"", "1.0", "0x10", " 1", "1 ", "9223372036854775808", "one"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_integer(text).has_value());
  }
  EXPECT_TRUE(*parse_boolean("true"));
  EXPECT_FALSE(*parse_boolean("false"));
  for (const char* text : {"", "True", "yes", "1"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_boolean(text).has_value());
  }
}

TEST(ConfigValue, ListenAddresses) {
  struct Row {
    const char* text;
    ListenAddress value;
  };
  for (const Row& row :
       {Row{"", {}}, Row{":80", {true, "", 80}}, Row{":0", {true, "", 0}},
        Row{"127.0.0.1:8080", {true, "127.0.0.1", 8080}}, Row{"[::]:65535", {true, "::", 65535}},
        Row{"[fe80::1]:1", {true, "fe80::1", 1}}}) {
    SCOPED_TRACE(row.text);
    const auto parsed = parse_listen_address(row.text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, row.value);
    EXPECT_EQ(to_text(*parsed), row.text);
  }
  for (const char* text : {"8080", ":", ":65536", ":-1", ":80x", "localhost:80", "::1:80", "[]:80",
                           "[::1]80", "[127.0.0.1]:80", "256.0.0.1:80", "[::1:80", "off"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_listen_address(text).has_value());
  }
}

}  // namespace
}  // namespace server
