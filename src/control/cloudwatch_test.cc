// CloudWatch's operations: what they answer and what they refuse.
#include "control/cloudwatch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "control/cloudwatch_metric.h"
#include "control/cloudwatch_test_support.h"

namespace control {
namespace {

namespace json = boost::json;
using test::kStart;
using ::testing::HasSubstr;

constexpr std::string_view kViewsOfChannel =
    R"({"Namespace":"AWS/IVS","MetricName":"ConcurrentViews","Dimensions":[{"Name":"Channel","Value":"abc"}]})";

std::string query(std::string_view id, std::string_view metric, int period, std::string_view stat,
                  std::string_view more = "") {
  return fmt::format(R"({{"Id":"{}","MetricStat":{{"Metric":{},"Period":{},"Stat":"{}"}}{}}})", id,
                     metric, period, stat, more);
}

std::string question(std::string_view queries, std::int64_t from, std::int64_t to,
                     std::string_view more = "") {
  return fmt::format(R"({{"MetricDataQueries":[{}],"StartTime":{},"EndTime":{}{}}})", queries, from,
                     to, more);
}

std::string numbers(const json::value& list) {
  std::string text;
  for (const json::value& value : list.as_array()) {
    text += fmt::format("{}{}", text.empty() ? "" : " ", value.to_number<double>());
  }
  return text;
}
std::string times(const json::value& list) {
  std::string text;
  for (const json::value& value : list.as_array()) {
    text += fmt::format("{}{}", text.empty() ? "" : " ", value.as_int64() - kStart);
  }
  return text;
}

class CloudWatchOperations : public test::CloudWatchTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(CloudWatchOperations);

TEST_P(CloudWatchOperations, GivesEveryStatistic) {
  struct Row {
    std::string_view statistic;
    std::string_view values;
  };
  for (const Row& row :
       {Row{"Average", "6.5 18.5 30.5"}, Row{"Sum", "78 222 366"}, Row{"Minimum", "1 13 25"},
        Row{"Maximum", "12 24 36"}, Row{"SampleCount", "12 12 12"}}) {
    const json::object answer =
        ask("GetMetricData", question(query("m1", kViewsOfChannel, 60, row.statistic), kStart,
                                      kStart + 180, R"(,"ScanBy":"TimestampAscending")"));
    const json::object& result = answer.at("MetricDataResults").at(0).as_object();
    EXPECT_EQ(result.at("Id"), "m1");
    EXPECT_EQ(result.at("Label"), "ConcurrentViews");
    EXPECT_EQ(result.at("StatusCode"), "Complete");
    EXPECT_EQ(times(result.at("Timestamps")), "0 60 120");
    EXPECT_EQ(numbers(result.at("Values")), row.values) << row.statistic;
    EXPECT_FALSE(answer.contains("NextToken"));
  }
}

TEST_P(CloudWatchOperations, TheNewestComesFirstUnlessAsked) {
  const json::object answer =
      ask("GetMetricData",
          question(query("m1", kViewsOfChannel, 300, "Maximum"), kStart, kStart + 600));
  EXPECT_EQ(times(answer.at("MetricDataResults").at(0).at("Timestamps")), "300 0");
  EXPECT_EQ(numbers(answer.at("MetricDataResults").at(0).at("Values")), "120 60");
}

TEST_P(CloudWatchOperations, PeriodsBeginAtTheRoundedStart) {
  struct Row {
    int period;
    std::int64_t from, to;
    std::string_view times, values;
  };
  for (const Row& row : {
           Row{60, kStart + 75, kStart + 130, "60 120", "12 2"},
           Row{120, kStart + 60, kStart + 300, "60 180", "24 24"},
           Row{5, kStart + 7, kStart + 21, "5 10 15 20", "1 1 1 1"},
           Row{10, kStart + 597, kStart + 700, "590", "2"},
           Row{30, kStart + 599, kStart + 600, "570", "6"},
           Row{1, kStart + 590, kStart + 600, "590 595", "1 1"},
           Row{3600, kStart - 3600, kStart + 1, "0", "1"},
       }) {
    const json::object answer =
        ask("GetMetricData", question(query("m", kViewsOfChannel, row.period, "SampleCount"),
                                      row.from, row.to, R"(,"ScanBy":"TimestampAscending")"));
    EXPECT_EQ(times(answer.at("MetricDataResults").at(0).at("Timestamps")), row.times)
        << row.period;
  }
}

TEST_P(CloudWatchOperations, SeveralQueriesEachAnswerForThemselves) {
  const std::string arn = "arn:aws:ivs:eu-west-1:123456789012:channel/abc";
  const std::string by_arn = fmt::format(
      R"({{"Namespace":"AWS/IVS","MetricName":"IngestVideoBitrate","Dimensions":[{{"Name":"Track","Value":"Track0"}},{{"Name":"Channel","Value":"{}"}}]}})",
      arn);
  const std::string queries =
      query("bitrate", by_arn, 600, "Maximum", R"(,"Label":"<Mbit>","AccountId":"123456789012")") +
      "," + query("hidden", kViewsOfChannel, 600, "Sum", R"(,"ReturnData":false)") + "," +
      query("account", R"({"Namespace":"AWS/IVS","MetricName":"ConcurrentViews"})", 600,
            "Average") +
      "," +
      query("usage",
            R"({"Namespace":"AWS/Usage","MetricName":"ResourceCount","Dimensions":[
                {"Name":"Service","Value":"IVS"},{"Name":"Type","Value":"Resource"},
                {"Name":"Resource","Value":"ConcurrentViews"},{"Name":"Class","Value":"None"}]})",
            600, "Maximum") +
      "," + query("nothing", R"({"Namespace":"AWS/EC2","MetricName":"CPUUtilization"})", 60, "Sum");
  const json::object answer = ask("GetMetricData", question(queries, kStart, kStart + 600));
  const json::array& results = answer.at("MetricDataResults").as_array();
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].at("Label"), "<Mbit>");
  EXPECT_EQ(numbers(results[0].at("Values")), "120000");
  EXPECT_EQ(results[1].at("Id"), "account");
  EXPECT_EQ(numbers(results[1].at("Values")), "60.5");
  EXPECT_EQ(numbers(results[2].at("Values")), "120");
  EXPECT_EQ(numbers(results[3].at("Values")), "");
  EXPECT_EQ(results[3].at("StatusCode"), "Complete");
}

TEST_P(CloudWatchOperations, AnotherUnitHasNoData) {
  const auto count = [&](std::string_view unit) {
    const std::string one = fmt::format(
        R"({{"Id":"m","MetricStat":{{"Metric":{},"Period":60,"Stat":"Sum","Unit":"{}"}}}})",
        kViewsOfChannel, unit);
    return ask("GetMetricData", question(one, kStart, kStart + 600))
        .at("MetricDataResults")
        .at(0)
        .at("Values")
        .as_array()
        .size();
  };
  EXPECT_EQ(count("Count"), 10U);
  EXPECT_EQ(count("Seconds"), 0U);
}

TEST_P(CloudWatchOperations, PagesGiveEveryDatapointOnce) {
  for (const std::string_view scan : {"TimestampAscending", "TimestampDescending"}) {
    for (const int most : {1, 3, 10, 19, 20, 100}) {
      const std::string queries =
          query("a", kViewsOfChannel, 60, "Sum") + "," +
          query("none", R"({"Namespace":"X","MetricName":"Y"})", 60, "Sum") + "," +
          query("b", kViewsOfChannel, 60, "Maximum");
      std::map<std::string, std::vector<std::int64_t>> got;
      std::string token;
      int pages = 0;
      do {
        const json::object page = ask(
            "GetMetricData",
            question(queries, kStart, kStart + 600,
                     fmt::format(R"(,"ScanBy":"{}","MaxDatapoints":{}{})", scan, most,
                                 token.empty() ? "" : fmt::format(R"(,"NextToken":"{}")", token))));
        ASSERT_TRUE(page.contains("MetricDataResults")) << json::serialize(page);
        std::size_t on_page = 0;
        for (const json::value& result : page.at("MetricDataResults").as_array()) {
          auto& list = got[std::string(result.at("Id").as_string())];
          for (const json::value& time : result.at("Timestamps").as_array()) {
            list.push_back(time.as_int64() - kStart);
            ++on_page;
          }
          EXPECT_EQ(result.at("StatusCode"),
                    list.size() == 10 || result.at("Id") == "none" ? "Complete" : "PartialData");
        }
        EXPECT_LE(on_page, static_cast<std::size_t>(most));
        token = page.contains("NextToken") ? std::string(page.at("NextToken").as_string()) : "";
      } while (!token.empty() && ++pages < 50);
      std::vector<std::int64_t> all = {0, 60, 120, 180, 240, 300, 360, 420, 480, 540};
      if (scan == "TimestampDescending") std::reverse(all.begin(), all.end());
      EXPECT_EQ(got["a"], all) << most;
      EXPECT_EQ(got["b"], all) << most;
      EXPECT_TRUE(got.contains("none")) << most;
    }
  }
}

TEST_P(CloudWatchOperations, ATokenBelongsToItsRequest) {
  const std::string one = query("a", kViewsOfChannel, 60, "Sum");
  const json::object page =
      ask("GetMetricData", question(one, kStart, kStart + 600, R"(,"MaxDatapoints":2)"));
  const std::string token(page.at("NextToken").as_string());
  const auto with = [&](std::string_view text, std::int64_t to) {
    return std::string(
        ask("GetMetricData", question(one, kStart, to, fmt::format(R"(,"NextToken":"{}")", text)))
            .at("__type")
            .as_string());
  };
  const json::object next =
      ask("GetMetricData",
          fmt::format(R"({{"NextToken":"{}","EndTime":{},"MaxDatapoints":5,"StartTime":{},
                      "MetricDataQueries":[{}]}})",
                      token, kStart + 600, kStart, one));
  EXPECT_EQ(times(next.at("MetricDataResults").at(0).at("Timestamps")), "420 360 300 240 180")
      << "members may stand in another order, pages may have another size";
  EXPECT_THAT(with(token, kStart + 540), HasSubstr("InvalidNextToken"));
  EXPECT_THAT(with("x" + token, kStart + 600), HasSubstr("InvalidNextToken"));
  EXPECT_THAT(with("AAAA", kStart + 600), HasSubstr("InvalidNextToken"));
}

TEST_P(CloudWatchOperations, RefusesWhatIsNotValid) {
  const std::string good = query("a", kViewsOfChannel, 60, "Sum");
  const auto stat = [](std::string_view inside) {
    return fmt::format(R"({{"Id":"a","MetricStat":{}}})", inside);
  };
  const auto whole = [](std::string_view queries) {
    return question(queries, kStart, kStart + 60);
  };
  std::string many;
  for (int i = 0; i < 501; ++i) {
    many += (i == 0 ? "" : ",") + query("m" + std::to_string(i), kViewsOfChannel, 60, "Sum");
  }
  std::string costly;
  for (int i = 0; i < 100; ++i) {
    costly += (i == 0 ? "" : ",") + query("m" + std::to_string(i), kViewsOfChannel, 60, "Sum");
  }
  struct Row {
    std::string input;
    std::string_view type;
    std::string_view message;
  };
  const std::vector<Row> rows = {
      {"{}", "MissingRequiredParameter", "MetricDataQueries"},
      {R"({"MetricDataQueries":[]})", "MissingRequiredParameter", "MetricDataQueries"},
      {R"({"MetricDataQueries":{}})", "ValidationException", "must be a list"},
      {fmt::format(R"({{"MetricDataQueries":[{}],"EndTime":5}})", good), "MissingRequired",
       "StartTime"},
      {question(good, kStart, kStart), "ValidationException", "must be less"},
      {question(good, -5, kStart), "ValidationException", "StartTime"},
      {fmt::format(R"({{"MetricDataQueries":[{}],"StartTime":"2027-01-15T08:00:00Z","EndTime":5}})",
                   good),
       "ValidationException", "StartTime"},
      {whole(many), "ValidationException", "greater than 500"},
      {whole(good + "," + good), "ValidationException", "not unique"},
      {whole(query("A", kViewsOfChannel, 60, "Sum")), "ValidationException", "pattern"},
      {whole(query("a-b", kViewsOfChannel, 60, "Sum")), "ValidationException", "pattern"},
      {whole(query("", kViewsOfChannel, 60, "Sum")), "ValidationException", "Id"},
      {whole(query("a", kViewsOfChannel, 60, "p90")), "ValidationException", "percentiles"},
      {whole(query("a", kViewsOfChannel, 61, "Sum")), "ValidationException", "multiple of 60"},
      {whole(query("a", kViewsOfChannel, 0, "Sum")), "ValidationException", "Period"},
      {whole(query("a", kViewsOfChannel, 60, "Sum", R"(,"ReturnData":false)")),
       "ValidationException", "ReturnData"},
      {whole(query("a", kViewsOfChannel, 60, "Sum", R"(,"ReturnData":"true")")),
       "ValidationException", "ReturnData"},
      {whole(query("a", kViewsOfChannel, 60, "Sum", R"(,"AccountId":"999999999999")")),
       "ValidationException", "another account"},
      {whole(R"({"Id":"e","Expression":"m1+m2"})"), "ValidationException", "metric math"},
      {whole(R"({"Id":"e"})"), "MissingRequired", "MetricStat"},
      {whole(stat("5")), "ValidationException", "must be a structure"},
      {whole(stat("{}")), "MissingRequired", "member.1.MetricStat.Metric"},
      {whole(stat(R"({"Metric":{"MetricName":"x"}})")), "MissingRequired", "Namespace"},
      {whole(stat(R"({"Metric":{"Namespace":":x","MetricName":"x"}})")), "InvalidParameterValue",
       "':'"},
      {whole(stat(fmt::format(R"({{"Metric":{}}})", kViewsOfChannel))), "MissingRequired",
       "Period"},
      {whole(stat(fmt::format(R"({{"Metric":{},"Period":60}})", kViewsOfChannel))),
       "MissingRequired", "Stat"},
      {whole(stat(fmt::format(R"({{"Metric":{},"Period":60,"Stat":"Sum","Unit":"Bananas"}})",
                              kViewsOfChannel))),
       "ValidationException", "Bananas"},
      {whole(query("a", R"({"Namespace":"x","MetricName":"y","Dimensions":[{"Name":"Channel"}]})",
                   60, "Sum")),
       "MissingRequired", "Dimensions.member.1.Value"},
      {question(good, kStart, kStart + 60, R"(,"ScanBy":"Sideways")"), "ValidationException",
       "ScanBy"},
      {question(good, kStart, kStart + 60, R"(,"MaxDatapoints":0)"), "ValidationException",
       "MaxDatapoints"},
      {question(good, kStart, kStart + 60, R"(,"MaxDatapoints":100801)"), "ValidationException",
       "100800"},
      {question(costly, kStart - 14 * 86'400 + 60, kStart), "ValidationException", "too much"},
  };
  for (const Row& row : rows) {
    const json::object answer = ask("GetMetricData", row.input);
    ASSERT_TRUE(answer.contains("__type")) << row.input;
    EXPECT_THAT(std::string(answer.at("__type").as_string()), HasSubstr(row.type)) << row.input;
    EXPECT_THAT(std::string(answer.at("message").as_string()), HasSubstr(row.message));
  }
}

TEST_P(CloudWatchOperations, DoesNotKnowOthers) {
  EXPECT_THAT(std::string(ask("PutMetricData", "{}").at("__type").as_string()),
              HasSubstr("UnknownOperationException"));
}

TEST(CloudWatchTime, IsReadInEveryForm) {
  struct Row {
    std::string_view text;
    std::int64_t seconds;
  };
  for (const Row& row : {
           Row{"2027-01-15T08:00:00Z", kStart},
           Row{"2027-01-15T08:00:00.999999Z", kStart},
           Row{"2027-01-15T09:30:00+01:30", kStart},
           Row{"2027-01-15T07:00:00-0100", kStart},
           Row{"2027-01-15 08:00:00+00:00", kStart},
           Row{"1970-01-01T00:00:00Z", 0},
           Row{"2028-02-29T00:00:00Z", 1'835'395'200},
           Row{"2027-02-29T00:00:00Z", -1},
           Row{"2027-01-15T24:00:00Z", -1},
           Row{"2027-01-15T08:00:00", -1},
           Row{"2027-01-15T08:00:00.Z", -1},
           Row{"2027-01-15", -1},
           Row{"27-01-15T08:00:00Z", -1},
           Row{"2027-01-15T08:00:00+1", -1},
           Row{"2027-01-15T08:00:00Z ", -1},
           Row{"", -1},
       }) {
    EXPECT_EQ(parse_time(row.text).value_or(-1), row.seconds) << row.text;
  }
}

TEST(MetricRangeOfRequest, IsRoundedByItsAge) {
  constexpr std::int64_t kDay = 86'400;
  const auto from = [](std::int64_t age, std::int64_t period) {
    const std::int64_t start = kStart + 1'234 - age;
    return start - make_range({start, kStart + 2'000}, period, kStart + 1'234).from;
  };
  EXPECT_EQ(from(0, 1), 4);
  EXPECT_EQ(from(0, 20), 14);
  EXPECT_EQ(from(0, 3600), 34);
  EXPECT_EQ(from(15 * kDay, 3600), 34);
  EXPECT_EQ(from(15 * kDay + 60, 60), 274);
  EXPECT_EQ(from(63 * kDay, 60), 34);
  EXPECT_EQ(from(63 * kDay + 60, 60), 1'234 - 60);
}

}  // namespace
}  // namespace control
