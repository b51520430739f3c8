#include "control/cloudwatch_logs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <set>

#include "control/chat_history.h"
#include "control/schema.h"
#include "io/sql_test_support.h"

namespace control {
namespace {

namespace json = boost::json;
using chat::Entry;
using chat::RoomId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kStart = 1'800'000'000'000;  // milliseconds
constexpr std::string_view kGroup = "rostrum/chat";

Entry message(const std::string& room, int second, std::string user = "alice") {
  const base::WallTime at{std::chrono::milliseconds(kStart + second * 1000)};
  return {.room = RoomId(room),
          .kind = Entry::Kind::kMessage,
          .position = at.time_since_epoch().count() * 1000 + 5,
          .id = fmt::format("id{:010}", second),
          .at = at,
          .user_id = user,
          .payload = base::Slice::take(
              fmt::format(R"({{"Type":"MESSAGE","Id":"id{:010}","Content":"hello {}",)"
                          R"("Sender":{{"UserId":"{}"}}}})",
                          second, second, user))};
}

class CloudWatchLogsTest : public io::test::SqlTest {
 protected:
  CloudWatchLogsTest() : database_(open()) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    sql_ = std::move(*connection);
    CHECK(migrate_schema(*sql_).has_value());
    CHECK(sql_->begin(true).has_value());
    add_configuration("cfgAAAAAAAAA", R"({"cloudWatchLogs":{"logGroupName":"rostrum/chat"}})", 1);
    add_configuration("cfgBBBBBBBBB", R"({"s3":{"bucketName":"logs"}})", 2);
    add_configuration("cfgCCCCCCCCC", R"({"cloudWatchLogs":{"logGroupName":"other"}})", 3);
    add_configuration("cfgDDDDDDDDD", R"({"cloudWatchLogs":{"logGroupName":"rostrum/chat"}})", 4);
    add_room("roomAAAAAAAA", {"cfgAAAAAAAAA", "cfgDDDDDDDDD"});
    add_room("roomBBBBBBBB", {"cfgBBBBBBBBB"});
    add_room("roomCCCCCCCC", {"cfgDDDDDDDDD", "cfgCCCCCCCCC"});
    add_room("roomDDDDDDDD", {"cfgAAAAAAAAA"});  // nothing is said there
    std::vector<Entry> entries;
    for (int i = 0; i < 10; ++i) {
      entries.push_back(message("roomAAAAAAAA", i, i % 2 == 0 ? "alice" : "bob"));
    }
    entries.push_back(message("roomBBBBBBBB", 3));
    entries.push_back(message("roomCCCCCCCC", 4, "carol"));
    Entry deletes = message("roomAAAAAAAA", 10, "");
    deletes.kind = Entry::Kind::kEvent;
    deletes.about = "id0000000002";
    deletes.payload =
        base::Slice::take(std::string(R"({"Type":"EVENT","EventName":"aws:DELETE_MESSAGE"})"));
    entries.push_back(deletes);
    CHECK(chat_history::insert(*sql_, entries).has_value());
    CHECK(sql_->commit().has_value());
  }

  void add_configuration(const std::string& id, const std::string& destination, std::int64_t at) {
    CHECK(sql_->run("INSERT INTO logging_configurations (id, name, destination, tags, created_at, "
                    "updated_at) VALUES ($1, '', $2, '{}', $3, $3)",
                    {id, destination, kStart * 1000 + at * 1'000'000})
              .has_value());
  }
  void add_room(const std::string& id, const std::vector<std::string>& configurations) {
    CHECK(sql_->run("INSERT INTO rooms (id, name, max_rate, max_length, review_uri, "
                    "review_fallback, moderation, pinned, tags, created_at, updated_at) "
                    "VALUES ($1, '', 10, 500, '', '', '{}', '', '{}', $2, $2)",
                    {id, kStart * 1000})
              .has_value());
    for (std::size_t i = 0; i < configurations.size(); ++i) {
      CHECK(sql_->run("INSERT INTO room_logging (room_id, number, configuration_id) "
                      "VALUES ($1, $2, $3)",
                      {id, static_cast<std::int64_t>(i), configurations[i]})
                .has_value());
    }
  }

  wire::http::Response answer(std::string_view operation, std::string body) {
    wire::http::Request request;
    request.method = wire::http::Method::kPost;
    CHECK(request.set_target("/").has_value());
    request.headers.add("Content-Type", "application/x-amz-json-1.1");
    request.headers.add("X-Amz-Target", "Logs_20140328." + std::string(operation));
    request.body = base::Slice::take(std::move(body));
    EXPECT_TRUE(is_cloudwatch_logs(request));
    return answer_cloudwatch_logs(request, {.sql = *sql_, .home = home_});
  }
  json::object ask(std::string_view operation, const json::value& input) {
    const wire::http::Response response = answer(operation, json::serialize(input));
    std::string body;
    for (const base::Slice& piece : response.body) body += piece.text();
    json::object output = json::parse(body).as_object();
    EXPECT_EQ(response.status == 200, !output.contains("__type")) << body;
    EXPECT_EQ(response.headers.get("content-type"), "application/x-amz-json-1.1");
    return output;
  }
  // FilterLogEvents on the group.
  json::object filter(json::object input) {
    input["logGroupName"] = kGroup;
    return ask("FilterLogEvents", input);
  }
  static std::vector<int> seconds_of(const json::object& output) {
    std::vector<int> out;
    for (const json::value& event : output.at("events").as_array()) {
      out.push_back(static_cast<int>((event.at("timestamp").as_int64() - kStart) / 1000));
    }
    return out;
  }
  static std::string error_of(const json::object& output) {
    const json::value* type = output.if_contains("__type");
    return type == nullptr ? "" : std::string(type->get_string());
  }
  static std::string stream(std::string_view room) {
    return "aws/IVSChatLogs/1.0/room_" + std::string(room);
  }
  static json::array streams(std::initializer_list<std::string_view> rooms) {
    json::array names;
    for (const std::string_view room : rooms) names.push_back(json::value(stream(room)));
    return names;
  }

  const Home home_{.region = "eu-west-1", .account = "123456789012"};
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(CloudWatchLogsTest);

TEST_P(CloudWatchLogsTest, TheLogOfOneRoom) {
  const json::object output = filter({{"logStreamNames", streams({"roomAAAAAAAA"})}});
  EXPECT_THAT(seconds_of(output), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_FALSE(output.contains("nextToken"));
  const json::object& event = output.at("events").at(2).as_object();
  EXPECT_EQ(event.at("logStreamName").as_string(), stream("roomAAAAAAAA"));
  EXPECT_EQ(event.at("ingestionTime"), kStart + 2000);
  const json::value line = json::parse(event.at("message").as_string());
  EXPECT_EQ(line.at("event_timestamp"), "2027-01-15T08:00:02.000Z");
  EXPECT_EQ(line.at("type"), "MESSAGE");
  EXPECT_EQ(line.at("version"), "1.0");
  EXPECT_EQ(line.at("payload").at("Content"), "hello 2") << "deleted, but said";
  EXPECT_EQ(json::parse(output.at("events").at(10).at("message").as_string()).at("type"), "EVENT");
  std::set<std::string> ids;
  for (const json::value& one : output.at("events").as_array()) {
    ids.insert(std::string(one.at("eventId").as_string()));
  }
  EXPECT_EQ(ids.size(), 11U);
}

TEST_P(CloudWatchLogsTest, AllRoomsOfTheGroupTogether) {
  const json::object output = filter({});
  EXPECT_THAT(seconds_of(output), ElementsAre(0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_THAT(seconds_of(ask("FilterLogEvents", {{"logGroupName", "other"}})), ElementsAre(4));
  EXPECT_THAT(seconds_of(filter({{"logStreamNamePrefix", stream("roomC")}})), ElementsAre(4));
  EXPECT_THAT(
      seconds_of(filter({{"logStreamNamePrefix", "aws/IVS"}, {"startTime", kStart + 9500}})),
      ElementsAre(10));
  EXPECT_THAT(seconds_of(filter({{"logStreamNamePrefix", "app/"}})), IsEmpty());
  EXPECT_THAT(seconds_of(filter({{"logStreamNames", streams({"roomAAAAAAAA", "roomCCCCCCCC"})},
                                 {"startTime", kStart + 4000},
                                 {"endTime", kStart + 5000}})),
              ElementsAre(4, 4, 5));
  EXPECT_THAT(seconds_of(filter({{"startFromHead", false}, {"limit", 3}})), ElementsAre(10, 9, 8));
}

TEST_P(CloudWatchLogsTest, TimesAndPatternsFilter) {
  const auto room = streams({"roomAAAAAAAA"});
  EXPECT_THAT(
      seconds_of(filter(
          {{"logStreamNames", room}, {"startTime", kStart + 3000}, {"endTime", kStart + 5000}})),
      ElementsAre(3, 4, 5))
      << "the end is inside";
  EXPECT_THAT(seconds_of(filter({{"logStreamNames", room}, {"filterPattern", "\"hello 7\""}})),
              ElementsAre(7));
  EXPECT_THAT(seconds_of(filter({{"logStreamNames", room}, {"filterPattern", "EVENT"}})),
              ElementsAre(10));
  EXPECT_THAT(
      seconds_of(filter(
          {{"filterPattern",
            R"({ $.type = "MESSAGE" && ($.payload.Sender.UserId = "bob" || $.payload.Sender.UserId = "car*") })"},
           {"startTime", kStart + 3000}})),
      ElementsAre(3, 4, 5, 7, 9));
}

TEST_P(CloudWatchLogsTest, PagesFollowTheToken) {
  for (const bool one_room : {true, false}) {
    for (const bool forward : {true, false}) {
      json::object input = {{"limit", 4}, {"startFromHead", forward}, {"filterPattern", "-carol"}};
      if (one_room) input["logStreamNames"] = streams({"roomAAAAAAAA"});
      std::vector<int> seconds;
      int pages = 0;
      for (; pages < 10; ++pages) {
        const json::object output = filter(input);
        for (const int second : seconds_of(output)) seconds.push_back(second);
        if (!output.contains("nextToken")) break;
        input["nextToken"] = output.at("nextToken");
      }
      EXPECT_EQ(pages, 2);
      if (!forward) std::ranges::reverse(seconds);
      EXPECT_THAT(seconds, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    }
  }
}

// 1 MB of events, and so many entries looked at, end a page.
TEST_P(CloudWatchLogsTest, PagesAreBounded) {
  std::vector<Entry> entries;
  for (int i = 100; i < 160; ++i) {
    Entry entry = message("roomDDDDDDDD", i);
    entry.payload = base::Slice::take("{\"Content\":\"" + std::string(40'000, 'x') + "\"}");
    entries.push_back(std::move(entry));
  }
  ASSERT_TRUE(sql_->begin(true).has_value());
  ASSERT_TRUE(chat_history::insert(*sql_, entries).has_value());
  ASSERT_TRUE(sql_->commit().has_value());
  json::object input = {{"logStreamNames", streams({"roomDDDDDDDD"})}};
  std::vector<std::size_t> sizes;
  do {
    const json::object output = filter(input);
    sizes.push_back(output.at("events").as_array().size());
    if (!output.contains("nextToken")) break;
    input["nextToken"] = output.at("nextToken");
  } while (sizes.size() < 10);
  EXPECT_THAT(sizes, ElementsAre(26, 26, 8));
  const json::object page =
      ask("GetLogEvents", {{"logGroupName", kGroup}, {"logStreamName", stream("roomDDDDDDDD")}});
  EXPECT_EQ(page.at("events").as_array().size(), 26U);
  EXPECT_EQ(page.at("events").at(25).at("timestamp"), kStart + 159'000);
}

TEST_P(CloudWatchLogsTest, GetLogEventsGoesBothWays) {
  json::object input = {
      {"logGroupName", kGroup}, {"logStreamName", stream("roomAAAAAAAA")}, {"limit", 4}};
  const json::object newest = ask("GetLogEvents", input);
  EXPECT_THAT(seconds_of(newest), ElementsAre(7, 8, 9, 10));
  input["nextToken"] = newest.at("nextBackwardToken");
  const json::object before = ask("GetLogEvents", input);
  EXPECT_THAT(seconds_of(before), ElementsAre(3, 4, 5, 6));
  input["nextToken"] = before.at("nextForwardToken");
  EXPECT_THAT(seconds_of(ask("GetLogEvents", input)), ElementsAre(7, 8, 9, 10));
  input["nextToken"] = newest.at("nextForwardToken");
  const json::object end = ask("GetLogEvents", input);
  EXPECT_THAT(seconds_of(end), IsEmpty());
  EXPECT_EQ(end.at("nextForwardToken"), newest.at("nextForwardToken")) << "nothing more";
  input.erase("nextToken");
  input["startFromHead"] = true;
  input["startTime"] = kStart + 2000;
  input["endTime"] = kStart + 4000;
  EXPECT_THAT(seconds_of(ask("GetLogEvents", input)), ElementsAre(2, 3)) << "the end is outside";
}

TEST_P(CloudWatchLogsTest, AStreamWithoutEventsCanBeFollowed) {
  json::object input = {{"logGroupName", kGroup}, {"logStreamName", stream("roomDDDDDDDD")}};
  const json::object nothing = ask("GetLogEvents", input);
  EXPECT_THAT(seconds_of(nothing), IsEmpty());
  ASSERT_TRUE(sql_->begin(true).has_value());
  ASSERT_TRUE(chat_history::insert(*sql_, std::array{message("roomDDDDDDDD", 77)}).has_value());
  ASSERT_TRUE(sql_->commit().has_value());
  input["nextToken"] = nothing.at("nextForwardToken");
  EXPECT_THAT(seconds_of(ask("GetLogEvents", input)), ElementsAre(77));
}

TEST_P(CloudWatchLogsTest, DescribesStreams) {
  const auto names = [&](json::object input) {
    input["logGroupName"] = kGroup;
    std::vector<std::string> out;
    for (int i = 0; i < 10; ++i) {
      const json::object output = ask("DescribeLogStreams", input);
      for (const json::value& one : output.at("logStreams").as_array()) {
        out.push_back(std::string(one.at("logStreamName").as_string()));
      }
      if (!output.contains("nextToken")) break;
      input["nextToken"] = output.at("nextToken");
    }
    return out;
  };
  const std::string a = stream("roomAAAAAAAA");
  const std::string c = stream("roomCCCCCCCC");
  for (const int limit : {1, 50}) {
    EXPECT_THAT(names({{"limit", limit}}), ElementsAre(a, c));
    EXPECT_THAT(names({{"limit", limit}, {"descending", true}}), ElementsAre(c, a));
    EXPECT_THAT(names({{"limit", limit}, {"orderBy", "LastEventTime"}}), ElementsAre(c, a));
    EXPECT_THAT(names({{"limit", limit}, {"orderBy", "LastEventTime"}, {"descending", true}}),
                ElementsAre(a, c));
    EXPECT_THAT(names({{"limit", limit}, {"logStreamNamePrefix", stream("roomC")}}),
                ElementsAre(c));
    EXPECT_THAT(names({{"limit", limit}, {"logStreamNamePrefix", "x"}}), IsEmpty());
  }
  const json::object output =
      ask("DescribeLogStreams",
          {{"logGroupIdentifier", "arn:aws:logs:eu-west-1:123456789012:log-group:rostrum/chat:*"},
           {"limit", 1}});
  const json::object& one = output.at("logStreams").at(0).as_object();
  EXPECT_EQ(one.at("firstEventTimestamp"), kStart);
  EXPECT_EQ(one.at("lastEventTimestamp"), kStart + 10'000);
  EXPECT_EQ(one.at("arn").as_string(),
            "arn:aws:logs:eu-west-1:123456789012:log-group:rostrum/chat:log-stream:" + a);
}

TEST_P(CloudWatchLogsTest, DescribesGroups) {
  const auto names = [&](json::object input) {
    std::vector<std::string> out;
    for (int i = 0; i < 10; ++i) {
      const json::object output = ask("DescribeLogGroups", input);
      for (const json::value& one : output.at("logGroups").as_array()) {
        out.push_back(std::string(one.at("logGroupName").as_string()));
      }
      if (!output.contains("nextToken")) break;
      input["nextToken"] = output.at("nextToken");
    }
    return out;
  };
  EXPECT_THAT(names({}), ElementsAre("other", kGroup));
  EXPECT_THAT(names({{"limit", 1}}), ElementsAre("other", kGroup));
  EXPECT_THAT(names({{"logGroupNamePrefix", "ros"}}), ElementsAre(kGroup));
  EXPECT_THAT(names({{"logGroupNamePattern", "the"}}), ElementsAre("other"));
  const json::object output = ask("DescribeLogGroups", {{"logGroupNamePrefix", "ros"}});
  const json::object& one = output.at("logGroups").at(0).as_object();
  EXPECT_EQ(one.at("creationTime"), kStart + 1000) << "of the oldest configuration";
  EXPECT_EQ(one.at("arn"), "arn:aws:logs:eu-west-1:123456789012:log-group:rostrum/chat:*");
}

TEST_P(CloudWatchLogsTest, Refusals) {
  const std::string group(kGroup);
  const std::string a = stream("roomAAAAAAAA");
  struct Row {
    std::string_view operation;
    json::value input;
    std::string_view error;
  };
  constexpr std::string_view kInvalid = "InvalidParameterException";
  constexpr std::string_view kNotFound = "ResourceNotFoundException";
  const std::vector<Row> rows = {
      {"FilterLogEvents", json::object{}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"logGroupIdentifier", group}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", "nothing"}}, kNotFound},
      {"FilterLogEvents", {{"logGroupIdentifier", "arn:aws:logs:x:y:log-group:other"}}, kNotFound},
      {"FilterLogEvents",
       {{"logGroupName", group}, {"logStreamNames", json::array{stream("roomBBBBBBBB")}}},
       kNotFound},
      {"FilterLogEvents",
       {{"logGroupName", group}, {"logStreamNames", json::array{"x"}}},
       kNotFound},
      {"FilterLogEvents", {{"logGroupName", group}, {"logStreamNames", json::array{}}}, kInvalid},
      {"FilterLogEvents",
       {{"logGroupName", group}, {"logStreamNames", json::array{1, 2}}},
       kInvalid},
      {"FilterLogEvents",
       {{"logGroupName", group}, {"logStreamNames", json::array{a}}, {"logStreamNamePrefix", "a"}},
       kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"limit", 0}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"limit", 10'001}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"limit", "5"}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"startTime", -1}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"startFromHead", 1}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"filterPattern", "{"}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"nextToken", "zzz"}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", group}, {"nextToken", "!"}}, kInvalid},
      {"FilterLogEvents", {{"logGroupName", 5}}, kInvalid},
      {"GetLogEvents", {{"logGroupName", group}}, kInvalid},
      {"GetLogEvents", {{"logGroupName", group}, {"logStreamName", "x"}}, kNotFound},
      {"GetLogEvents", {{"logGroupName", "x"}, {"logStreamName", a}}, kNotFound},
      {"GetLogEvents",
       {{"logGroupName", group}, {"logStreamName", a}, {"nextToken", "f/123"}},
       kInvalid},
      {"DescribeLogStreams", {{"logGroupName", group}, {"limit", 51}}, kInvalid},
      {"DescribeLogStreams", {{"logGroupName", group}, {"orderBy", "Size"}}, kInvalid},
      {"DescribeLogStreams",
       {{"logGroupName", group}, {"orderBy", "LastEventTime"}, {"logStreamNamePrefix", "a"}},
       kInvalid},
      {"DescribeLogGroups", {{"logGroupNamePrefix", "a"}, {"logGroupNamePattern", "b"}}, kInvalid},
      {"PutLogEvents", {{"logGroupName", group}}, "UnknownOperationException"},
  };
  for (const Row& row : rows) {
    const json::object output = ask(row.operation, row.input);
    EXPECT_EQ(error_of(output), row.error) << row.operation << json::serialize(row.input);
    EXPECT_FALSE(output.at("message").as_string().empty());
  }
  for (const std::string_view body : {"[]", "{", "\xff"}) {
    const wire::http::Response response = answer("FilterLogEvents", std::string(body));
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(std::string(response.body.front().text()), HasSubstr("SerializationException"));
  }
  // Late times are no overflow; a null is absent.
  EXPECT_EQ(seconds_of(filter({{"endTime", std::numeric_limits<std::int64_t>::max()},
                               {"nextToken", nullptr}}))
                .size(),
            12U);
}

TEST(LogStreams, Names) {
  EXPECT_EQ(log_stream_of(RoomId("abc")), "aws/IVSChatLogs/1.0/room_abc");
  EXPECT_EQ(room_of_log_stream("aws/IVSChatLogs/1.0/room_abc"), RoomId("abc"));
  EXPECT_EQ(room_of_log_stream("aws/IVSChatLogs/1.0/room_"), std::nullopt);
  EXPECT_EQ(room_of_log_stream("aws/IVSChatLogs/2.0/room_abc"), std::nullopt);
  EXPECT_EQ(room_prefix_of(""), "");
  EXPECT_EQ(room_prefix_of("aws/IVSChatLogs/1.0/ro"), "");
  EXPECT_EQ(room_prefix_of("aws/IVSChatLogs/1.0/room_ab"), "ab");
  EXPECT_EQ(room_prefix_of("aws/IVSChatLogs/2"), std::nullopt);
}

}  // namespace
}  // namespace control
