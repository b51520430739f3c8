// GetMetricStatistics and ListMetrics.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "control/cloudwatch_test_support.h"
#include "control/metric_tables.h"

namespace control {
namespace {

namespace json = boost::json;
using test::kStart;
using ::testing::HasSubstr;

class CloudWatchLists : public test::CloudWatchTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(CloudWatchLists);

TEST_P(CloudWatchLists, StatisticsOfOneMetric) {
  const auto ask_for = [&](std::string_view more) {
    return ask("GetMetricStatistics",
               fmt::format(R"({{"Namespace":"AWS/IVS","MetricName":"ConcurrentViews",
                               "Dimensions":[{{"Name":"Channel","Value":"abc"}}],
                               "StartTime":{}{}}})",
                           kStart, more));
  };
  const std::string ten = fmt::format(R"(,"EndTime":{},"Period":300)", kStart + 600);
  const json::object answer = ask_for(ten + R"(,"Statistics":["Sum","Average","Maximum"])");
  EXPECT_EQ(answer.at("Label"), "ConcurrentViews");
  const json::array& points = answer.at("Datapoints").as_array();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(json::serialize(points[1]),
            fmt::format(R"({{"Timestamp":{},"Sum":5.43E3,"Average":9.05E1,"Maximum":1.2E2,)"
                        R"("Unit":"Count"}})",
                        kStart + 300));
  EXPECT_TRUE(
      ask_for(ten + R"(,"Statistics":["Sum"],"Unit":"Bits")").at("Datapoints").as_array().empty());
  struct Row {
    std::string more;
    std::string_view type;
  };
  for (const Row& row : {
           Row{ten, "InvalidParameterCombination"},
           Row{ten + R"(,"Statistics":["Sum"],"ExtendedStatistics":["p99"])",
               "InvalidParameterCombination"},
           Row{ten + R"(,"ExtendedStatistics":["p99"])", "InvalidParameterValue"},
           Row{ten + R"(,"Statistics":["Total"])", "InvalidParameterValue"},
           Row{fmt::format(R"(,"EndTime":{},"Period":60,"Statistics":["Sum"])", kStart + 60 * 1441),
               "InvalidParameterCombination"},
       }) {
    EXPECT_THAT(std::string(ask_for(row.more).at("__type").as_string()), HasSubstr(row.type));
  }
}

TEST_P(CloudWatchLists, ListsWhatThereIs) {
  const auto list = [&](std::string_view input) {
    std::vector<std::string> names;
    const json::object answer = ask("ListMetrics", input);
    if (!answer.contains("Metrics")) return std::vector<std::string>{"refused"};
    for (const json::value& metric : answer.at("Metrics").as_array()) {
      std::string name = std::string(metric.at("Namespace").as_string()) + " " +
                         std::string(metric.at("MetricName").as_string());
      for (const json::value& dimension : metric.at("Dimensions").as_array()) {
        name += fmt::format(" {}={}", std::string_view(dimension.at("Name").as_string()),
                            std::string_view(dimension.at("Value").as_string()));
      }
      names.push_back(name);
    }
    return names;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(
      list("{}"),
      ElementsAre("AWS/IVS ConcurrentViews",
                  "AWS/Usage ResourceCount Class=None Resource=ConcurrentViews Service=IVS "
                  "Type=Resource",
                  "AWS/IVS ConcurrentViews Channel=abc", "AWS/IVS IngestVideoBitrate Channel=abc",
                  "AWS/IVS IngestVideoBitrate Channel=abc Track=Track0"));
  EXPECT_EQ(list(R"({"Namespace":"AWS/Usage"})").size(), 1U);
  EXPECT_EQ(list(R"({"MetricName":"ConcurrentViews"})").size(), 2U);
  EXPECT_EQ(list(R"({"Dimensions":[{"Name":"Channel"}]})").size(), 3U);
  EXPECT_EQ(list(R"({"Dimensions":[{"Name":"Channel","Value":"abc"},{"Name":"Track"}]})").size(),
            1U);
  EXPECT_EQ(list(R"({"Dimensions":[{"Name":"Channel","Value":"abcd"}]})").size(), 0U);
  EXPECT_EQ(list(R"({"RecentlyActive":"PT3H"})").size(), 5U);
  EXPECT_THAT(list(R"({"RecentlyActive":"PT4H"})"), ElementsAre("refused"));
  EXPECT_THAT(list(R"({"NextToken":"AAAA"})"), ElementsAre("refused"));
  now_ += 5 * 3600;
  EXPECT_EQ(list(R"({"RecentlyActive":"PT3H"})").size(), 0U);
  EXPECT_EQ(list("{}").size(), 5U);
  now_ += 14 * 86'400;
  EXPECT_EQ(list("{}").size(), 0U);
}

TEST_P(CloudWatchLists, ListsInPages) {
  ASSERT_TRUE(sql_->begin(true));
  std::vector<Slot> slots;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'H'; ++second) {
      slots.push_back({Measure::kDeliveredByCountry, std::string{first, second}});
    }
  }
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(put_subject(*sql_, {fmt::format("ch{:04}", i),
                                    encode_slots(i < 4 ? slots : std::vector<Slot>{{}}), now_}));
  }
  ASSERT_TRUE(sql_->commit());
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  std::size_t count = 0;
  do {
    const json::object page =
        ask("ListMetrics", token.empty() ? "{}" : fmt::format(R"({{"NextToken":"{}"}})", token));
    ASSERT_TRUE(page.contains("Metrics"));
    EXPECT_LE(page.at("Metrics").as_array().size(), 500U);
    for (const json::value& metric : page.at("Metrics").as_array()) {
      seen.insert(json::serialize(metric));
      ++count;
    }
    token = page.contains("NextToken") ? std::string(page.at("NextToken").as_string()) : "";
  } while (!token.empty() && ++pages < 20);
  EXPECT_EQ(count, 5U + 4U * 208U + 596U);
  EXPECT_EQ(seen.size(), count);
}

}  // namespace
}  // namespace control
