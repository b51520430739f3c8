#include "control/chat_log_layout.h"

#include <gtest/gtest.h>

#include "base/rfc3339.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using Kind = ChatLogDestination::Kind;

base::WallTime at(std::string_view text) {
  return base::parse_rfc3339(text).value();
}

TEST(ChatLogLayout, Destinations) {
  const auto s3 = parse_chat_log_destination(R"({"s3": {"bucketName": "logs"}})");
  ASSERT_TRUE(s3);
  EXPECT_EQ(s3->kind, Kind::kS3);
  EXPECT_EQ(s3->name, "logs");
  const auto firehose = parse_chat_log_destination(R"({"firehose":{"deliveryStreamName":"My_1"}})");
  ASSERT_TRUE(firehose);
  EXPECT_EQ(firehose->kind, Kind::kFirehose);
  EXPECT_EQ(firehose->name, "My_1");
  const auto cloudwatch = parse_chat_log_destination(R"({"cloudWatchLogs":{"logGroupName":"/g"}})");
  ASSERT_TRUE(cloudwatch);
  EXPECT_EQ(cloudwatch->kind, Kind::kNone);
  for (const std::string_view other : {"", "{}", "[]", "null", R"({"s3": "logs"})", R"({"s3": {}})",
                                       R"({"s3": {"bucketName": 1}})", R"({"s3":)"}) {
    EXPECT_FALSE(parse_chat_log_destination(other)) << other;
  }
}

TEST(ChatLogLayout, Windows) {
  const struct {
    std::string_view time;
    std::chrono::seconds interval;
    std::string_view window;
  } rows[] = {
      {"2026-11-22T05:34:59.999Z", 300s, "2026-11-22T05:30:00Z"},
      {"2026-11-22T05:35:00Z", 300s, "2026-11-22T05:35:00Z"},
      {"2026-11-22T05:59:59.999999Z", 3600s, "2026-11-22T05:00:00Z"},
      {"2026-11-22T05:59:59Z", 10s, "2026-11-22T05:59:50Z"},
      {"1969-12-31T23:59:59Z", 60s, "1969-12-31T23:59:00Z"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(base::to_rfc3339(chat_log_window(at(row.time), row.interval)), row.window);
  }
}

// The hashes are: printf 'Abcdef123456/1/7' | sha256sum
TEST(ChatLogLayout, Names) {
  const ChatLogRange range{.room = chat::RoomId("Abcdef123456"),
                           .first_at = at("2026-03-04T05:36:07.5Z"),
                           .first = 1,
                           .last = 7};
  EXPECT_EQ(chat_log_s3_key("123456789012", "us-west-2", 300s, range),
            "AWSLogs/123456789012/IVSChatLogs/1.0/us-west-2/room_Abcdef123456/2026/03/04/05/"
            "123456789012_IVSChatLogs_1.0_us-west-2_room_Abcdef123456_20260304T0535Z_"
            "bb931428191485ea.log.gz");
  EXPECT_EQ(chat_log_firehose_key("stream", range),
            "2026/03/04/05/stream-1-2026-03-04-05-36-07-bb931428-1914-85ea-6593-4c1e3e42a573");
  // Other entries, another name.
  for (const auto& change : {ChatLogRange{range.room, range.first_at, 2, 7},
                             ChatLogRange{range.room, range.first_at, 1, 8},
                             ChatLogRange{chat::RoomId("Abcdef123457"), range.first_at, 1, 7}}) {
    EXPECT_NE(chat_log_s3_key("a", "r", 300s, change), chat_log_s3_key("a", "r", 300s, range));
    EXPECT_NE(chat_log_firehose_key("s", change), chat_log_firehose_key("s", range));
  }
}

}  // namespace
}  // namespace control
