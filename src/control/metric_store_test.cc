#include "control/metric_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "control/cloudwatch_test_support.h"
#include "control/metric_rollup.h"
#include "control/metric_tables.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace control {
namespace {

namespace json = boost::json;
using test::kStart;

live::StreamStatus stream(std::string channel, std::uint32_t viewers) {
  live::StreamStatus status;
  status.channel = base::ChannelId(std::move(channel));
  status.live = true;
  status.measured = true;
  status.bitrate = 1'000'000;
  status.viewers = viewers;
  return status;
}

class MetricStoreTest : public io::test::SqlTest {
 protected:
  MetricStoreTest() : database_(open()) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    sql_ = std::move(*connection);
    CHECK(migrate_metrics(*sql_).has_value());
    start();
  }

  void start() {
    auto workers = io::SqlWorkers::create(*database_, {});
    CHECK(workers.has_value());
    workers_ = std::move(*workers);
    store_ = MetricStore::create(*workers_, home_, {});
  }
  // Everything that was begun is done when the workers have ended.
  void stop() {
    store_.reset();
    workers_.reset();
  }
  // Waits until everything before the minute of `at` is rolled up.
  void settle(std::int64_t at) {
    for (int i = 0; i < 10'000; ++i) {
      // All samples are written first.
      ASSERT_TRUE(
          workers_->write_and_wait([](io::SqlConnection&) { return base::Expected<void>{}; }));
      bool settled = false;
      workers_->read_and_wait([&](io::SqlConnection& connection) {
        const auto step = next_rollup(connection, round_down(at, kMinute));
        settled = step && !*step;
      });
      if (settled) return;
    }
    FAIL() << "the roll-up does not end";
  }
  void sample(std::int64_t at, const std::vector<live::StreamStatus>& streams) {
    store_->sample(streams, base::WallTime(std::chrono::seconds(at)));
  }
  // "0:3 5:3": seconds since kStart and average of the viewers of `abc`.
  std::string views(int period, std::int64_t now) {
    const auto response = store_->answer(
        *sql_,
        test::form_request("Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS/IVS"
                           "&MetricName=ConcurrentViews&Dimensions.member.1.Name=Channel"
                           "&Dimensions.member.1.Value=abc&Statistics.member.1=Average"
                           "&StartTime=2027-01-15T08:00:00Z&EndTime=2027-01-15T08:20:00Z&Period=" +
                           std::to_string(period)),
        base::WallTime(std::chrono::seconds(now)));
    EXPECT_EQ(response.status, 200) << test::body_of(response);
    std::string text;
    const std::string body = test::body_of(response);
    for (std::size_t at = body.find("<Timestamp>"); at != std::string::npos;
         at = body.find("<Timestamp>", at + 1)) {
      const std::size_t value = body.find("<Average>", at) + 9;
      text += (text.empty() ? "" : " ") + body.substr(at + 11 + 14, 5) + "=" +
              body.substr(value, body.find('<', value) - value);
    }
    return text;
  }

  const Home home_{.region = "eu-west-1", .account = "123456789012"};
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<MetricStore> store_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(MetricStoreTest);

TEST_P(MetricStoreTest, SamplesAreThereAtOnceAndAfterARestart) {
  for (int i = 0; i < 5; ++i) {
    sample(kStart + i * 5, {stream("abc", static_cast<std::uint32_t>(i))});
  }
  stop();
  start();
  const std::string expected = "00:00=0 00:05=1 00:10=2 00:15=3 00:20=4";
  EXPECT_EQ(views(5, kStart + 25), expected);
  EXPECT_EQ(views(60, kStart + 25), "00:00=2");
  sample(kStart + 60, {stream("abc", 9)});
  stop();
  start();
  EXPECT_EQ(views(5, kStart + 65), expected + " 01:00=9");
  EXPECT_EQ(views(60, kStart + 65), "00:00=2 01:00=9");
}

TEST_P(MetricStoreTest, ChatIsKeptBesideStreams) {
  ChatStatus chat;
  for (int i = 1; i <= 3; ++i) {
    chat.figures.connections = static_cast<std::uint64_t>(i);
    chat.figures.requests.send_message += 10;
    store_->sample({}, base::WallTime(std::chrono::seconds(kStart + i * 5)), chat);
  }
  EXPECT_NE(store_->prometheus_text({}, chat).find("ivs_chat_concurrent_connections 3\n"),
            std::string::npos);
  stop();
  start();
  const auto ask = [&](const std::string& metric, const std::string& statistic) {
    const auto response = store_->answer(
        *sql_,
        test::form_request(
            "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS/IVSChat"
            "&MetricName=" +
            metric + "&Statistics.member.1=" + statistic +
            "&StartTime=2027-01-15T08:00:00Z&EndTime=2027-01-15T08:01:00Z&Period=60"),
        base::WallTime(std::chrono::seconds(kStart + 20)));
    const std::string body = test::body_of(response);
    const std::size_t at = body.find("<" + statistic + ">");
    return at == std::string::npos ? body : body.substr(at + statistic.size() + 2, 2);
  };
  EXPECT_EQ(ask("ConcurrentChatConnections", "Maximum"), "3<");
  EXPECT_EQ(ask("MessagingRequests", "Sum"), "30");
  EXPECT_EQ(
      ask("Requests&Dimensions.member.1.Name=Action&Dimensions.member.1.Value=SEND_MESSAGE", "Sum"),
      "30");
}

TEST_P(MetricStoreTest, MinutesAreRolledUpWhenTheyEnd) {
  for (int i = 0; i < 130; ++i) {
    sample(kStart + i * 5, {stream("abc", 2), stream("def", 1)});
    if (i % 40 == 39) {
      stop();
      start();
    }
  }
  settle(kStart + 129 * 5);
  stop();
  const auto rows = [&](std::int64_t resolution) {
    const auto found =
        sql_->run("SELECT count(*) FROM metric_periods WHERE resolution = $1", {resolution});
    return found->integer(0, 0);
  };
  // Ten whole minutes of two channels and the account; the eleventh is open.
  EXPECT_EQ(rows(5), 30);
  EXPECT_EQ(rows(60), 30);
  EXPECT_EQ(rows(300), 6);
  EXPECT_EQ(load_ticks(*sql_, 0, kStart * 2)->size(), 10U);
  start();
  EXPECT_EQ(views(300, kStart + 650), "00:00=2 05:00=2 10:00=2");
}

TEST_P(MetricStoreTest, AShakingTimerUsesEveryPlaceOnce) {
  const std::int64_t offsets[] = {0, 4, 10, 14, 21, 24, 29, 36, 40};
  for (const std::int64_t offset : offsets) sample(kStart + offset, {stream("abc", 1)});
  stop();
  start();
  EXPECT_EQ(views(5, kStart + 60),
            "00:00=1 00:05=1 00:10=1 00:15=1 00:20=1 00:25=1 00:30=1 00:35=1 00:40=1");
}

TEST_P(MetricStoreTest, PausesAreLeftOutAndClocksThatGoBackAreWaitedFor) {
  for (const std::int64_t offset : {0, 5, 6, 47, 20, 52, 57}) {
    sample(kStart + offset, {stream("abc", 1)});
  }
  stop();
  start();
  EXPECT_EQ(views(5, kStart + 60), "00:00=1 00:05=1 00:45=1 00:50=1 00:55=1");
}

TEST_P(MetricStoreTest, NobodyThereLeavesNoRows) {
  sample(kStart, {stream("abc", 1)});
  for (int i = 1; i < 100; ++i) sample(kStart + i * 5, {});
  settle(kStart + 99 * 5);
  stop();
  EXPECT_EQ(sql_->run("SELECT 1 FROM metric_periods WHERE resolution = 60")->size(), 2U);
  EXPECT_TRUE(load_ticks(*sql_, 0, kStart * 2)->empty());
  start();
  EXPECT_EQ(views(60, kStart + 500), "00:00=1");
}

}  // namespace
}  // namespace control
