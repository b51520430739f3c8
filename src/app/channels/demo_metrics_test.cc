#include "app/channels/demo_metrics.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace app {
namespace {

namespace json = boost::json;
using std::chrono::hours;

TEST(DemoMetrics, PeriodsRiseWithAge) {
  EXPECT_EQ(metrics_period(hours(2)), 5);
  EXPECT_EQ(metrics_period(hours(3)), 60);
  EXPECT_EQ(metrics_period(hours(24 * 15)), 300);
  EXPECT_EQ(metrics_period(hours(24 * 63)), 3600);
}

const json::object kAnswer = json::parse(R"({"period": 5, "series": [
      {"name": "IngestFramerate", "timestamps": [100, 105, 120], "values": [30, 20, 10]},
      {"name": "ConcurrentViews", "timestamps": [100, 120], "values": [1, 3]}]})")
                                 .as_object();

TEST(DemoMetrics, FillsTheGapsOfCharts) {
  const json::array metrics = demo_metrics(kAnswer, false);
  ASSERT_EQ(metrics.size(), 4U);
  const json::object& rate = metrics[0].as_object();
  EXPECT_EQ(rate.at("label").as_string(), "IngestFramerate");
  EXPECT_EQ(json::serialize(rate.at("data")), "[30,20,20,20,10]");
  EXPECT_EQ(rate.at("alignedStartTime").as_string(), "1970-01-01T00:01:40Z");
  EXPECT_EQ(rate.at("statistics").at("average").as_double(), 20);
  EXPECT_EQ(json::serialize(metrics[3].at("data")), "[1,3]");
  EXPECT_EQ(json::serialize(metrics[1].at("data")), "[]");
}

TEST(DemoMetrics, LeavesOutWhatIsNotComplete) {
  json::object answer = kAnswer;
  json::object& rate = answer["series"].as_array()[0].as_object();
  json::array times;
  json::array values;
  for (int i = 0; i < 10; ++i) {
    times.emplace_back(100 + 5 * i);
    values.emplace_back(i);
  }
  rate["timestamps"] = times;
  rate["values"] = values;
  EXPECT_EQ(json::serialize(demo_metrics(answer, true)[0].at("data")), "[0,1,2,3]");
}

TEST(DemoMetrics, SortsEventsByWhetherItIsLive) {
  const json::array events = json::parse(R"([
      {"name": "b", "type": "t", "eventTime": "2026-01-02T00:00:00Z", "code": "x"},
      {"name": "a", "type": "t", "eventTime": "2026-01-01T00:00:00Z"}])")
                                 .as_array();
  EXPECT_EQ(demo_events(events, false)[0].at("name").as_string(), "a");
  EXPECT_EQ(demo_events(events, true)[0].at("name").as_string(), "b");
  EXPECT_FALSE(demo_events(events, true)[0].as_object().contains("code"));
}

}  // namespace
}  // namespace app
