#include "control/cloudwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "control/cloudwatch_metric.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxStatisticsPoints = 1'440;
constexpr std::size_t kMetricsOnPage = 500;
constexpr std::int64_t kSubjectsAtOnce = 500;
// When a subject was last there is noted once an hour (metric_rollup.cc).
constexpr std::int64_t kRecent = 3 * 3600 + 3600;

struct Operation {
  std::string_view name;
  CloudWatchResult<json::object> (*run)(const json::object&, bool, const CloudWatchContext&);
};
constexpr std::array kOperations = {
    Operation{"GetMetricData", get_metric_data},
    Operation{"GetMetricStatistics", get_metric_statistics},
    Operation{"ListMetrics", list_metrics},
};

CloudWatchResult<std::vector<Statistic>> read_statistics(const CloudWatchFields& fields) {
  const auto names = fields.texts("Statistics", 5);
  if (!names) return std::unexpected(names.error());
  const auto extended = fields.texts("ExtendedStatistics", 10);
  if (!extended) return std::unexpected(extended.error());
  if (names->empty() == extended->empty()) {
    return cloudwatch_bad_combination(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified, and "
        "not both.");
  }
  std::vector<Statistic> statistics;
  for (const std::vector<std::string>* texts : {&*names, &*extended}) {
    for (const std::string& text : *texts) {
      const auto statistic = parse_statistic("Statistics", text);
      if (!statistic) return cloudwatch_bad_value(statistic.error().message);
      statistics.push_back(*statistic);
    }
  }
  return statistics;
}

// What ListMetrics is asked to show.
struct Filter {
  std::optional<std::string> space;
  std::optional<std::string> name;
  struct Dimension {
    std::string name;
    std::optional<std::string> value;
  };
  std::vector<Dimension> dimensions;
  std::int64_t since = 0;
  std::string first;     // subject to go on with
  std::size_t skip = 0;  // metrics of it that were shown
  /// The only subject that can match, if the filter names a channel.
  std::optional<std::string> only;
};

bool matches(const Filter& filter, const MetricName& metric) {
  if (filter.space && *filter.space != metric.space) return false;
  if (filter.name && *filter.name != metric.name) return false;
  return std::all_of(
      filter.dimensions.begin(), filter.dimensions.end(), [&](const Filter::Dimension& asked) {
        return std::any_of(metric.dimensions.begin(), metric.dimensions.end(),
                           [&](const MetricDimension& dimension) {
                             return dimension.name == asked.name &&
                                    (!asked.value || dimension.value == *asked.value);
                           });
      });
}

CloudWatchResult<Filter> read_filter(const json::object& input, bool is_text,
                                     const CloudWatchContext& context) {
  const CloudWatchFields fields(input, is_text);
  Filter filter;
  auto space = fields.text("Namespace", 1, 255);
  if (!space) return std::unexpected(space.error());
  filter.space = std::move(*space);
  auto name = fields.text("MetricName", 1, 255);
  if (!name) return std::unexpected(name.error());
  filter.name = std::move(*name);
  const auto dimensions = fields.structures("Dimensions", 10);
  if (!dimensions) return std::unexpected(dimensions.error());
  for (const CloudWatchFields& entry : *dimensions) {
    auto dimension = entry.text("Name", 1, 255);
    if (!dimension) return std::unexpected(dimension.error());
    if (!*dimension) return cloudwatch_missing(entry.name("Name"));
    auto value = entry.text("Value", 1, 1024);
    if (!value) return std::unexpected(value.error());
    if (**dimension == "Channel" && *value) {
      if ((*value)->starts_with("arn:")) {
        *value = std::string(own_id(context.home, "channel", **value));
      }
      filter.only = **value;
    }
    filter.dimensions.push_back({std::move(**dimension), std::move(*value)});
  }
  const auto recent = fields.text("RecentlyActive", 1, 16);
  if (!recent) return std::unexpected(recent.error());
  if (*recent && **recent != "PT3H") {
    return cloudwatch_bad_value("The parameter RecentlyActive must be PT3H.");
  }
  filter.since = to_seconds(context.now) - (*recent ? kRecent : kSeriesKept);
  if (filter.only) filter.first = *filter.only;
  const auto token = fields.text("NextToken", 0, 4096);
  if (!token) return std::unexpected(token.error());
  if (!*token || (*token)->empty()) return filter;
  auto parts = split_token(**token, 2);
  if (!parts) return cloudwatch_bad_token();
  const std::string& digits = (*parts)[1];
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), filter.skip);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) {
    return cloudwatch_bad_token();
  }
  filter.first = std::move((*parts)[0]);
  return filter;
}

}  // namespace

CloudWatchResult<json::object> get_metric_statistics(const json::object& input, bool is_text,
                                                     const CloudWatchContext& context) {
  const CloudWatchFields fields(input, is_text);
  const auto metric = read_metric(fields);
  if (!metric) return std::unexpected(metric.error());
  const auto span = read_time_span(fields);
  if (!span) return std::unexpected(span.error());
  const auto period = read_period(fields);
  if (!period) return std::unexpected(period.error());
  const auto statistics = read_statistics(fields);
  if (!statistics) return std::unexpected(statistics.error());
  const auto unit = read_unit(fields);
  if (!unit) return std::unexpected(unit.error());
  const MetricRange range = make_range(*span, *period, to_seconds(context.now));
  const std::int64_t asked = (range.to - range.from + *period - 1) / *period;
  if (asked > kMaxStatisticsPoints) {
    return cloudwatch_bad_combination(
        fmt::format("You have requested up to {} datapoints, which exceeds the limit of {}. You "
                    "may reduce the datapoints requested by increasing Period, or decreasing the "
                    "time range.",
                    asked, kMaxStatisticsPoints));
  }
  json::array datapoints;
  const auto place = place_of(context.home, *metric);
  if (place && (!*unit || **unit == place->unit)) {
    auto reader = MetricReader::begin(context.sql);
    if (!reader) return cloudwatch_internal(reader.error());
    const auto points = reader->read(*place, range);
    if (!points) return cloudwatch_internal(points.error());
    for (const Datapoint& point : *points) {
      json::object datapoint = {{"Timestamp", point.start}};
      for (const Statistic statistic : *statistics) {
        datapoint[to_string(statistic)] = value_of(statistic, point.aggregate);
      }
      datapoint["Unit"] = place->unit;
      datapoints.push_back(std::move(datapoint));
    }
  }
  return json::object{{"Label", metric->name}, {"Datapoints", std::move(datapoints)}};
}

CloudWatchResult<json::object> list_metrics(const json::object& input, bool is_text,
                                            const CloudWatchContext& context) {
  const auto filter = read_filter(input, is_text, context);
  if (!filter) return std::unexpected(filter.error());
  const auto subjects = load_subjects(context.sql, filter->first, filter->since,
                                      filter->only ? 1 : kSubjectsAtOnce + 1);
  if (!subjects) return cloudwatch_internal(subjects.error());
  json::array metrics;
  std::string token;
  for (std::size_t i = 0; i < subjects->size() && token.empty(); ++i) {
    const SubjectRow& row = (*subjects)[i];
    if (filter->only && row.subject != *filter->only) break;
    if (i == static_cast<std::size_t>(kSubjectsAtOnce)) {
      token = join_token({row.subject, "0"});
      break;
    }
    const auto slots = decode_slots(row.slots);
    if (!slots) return cloudwatch_internal(slots.error());
    std::size_t shown = 0;
    const std::size_t skip = row.subject == filter->first ? filter->skip : 0;
    for (const Slot& slot : *slots) {
      for (const MetricName& metric : names_of(row.subject, slot)) {
        if (!matches(*filter, metric) || ++shown <= skip) continue;
        if (metrics.size() == kMetricsOnPage) {
          if (token.empty()) token = join_token({row.subject, std::to_string(shown - 1)});
          continue;
        }
        metrics.push_back(json::object{{"Namespace", metric.space},
                                       {"MetricName", metric.name},
                                       {"Dimensions", dimensions_json(metric.dimensions)}});
      }
    }
  }
  json::object output = {{"Metrics", std::move(metrics)}};
  if (!token.empty()) output["NextToken"] = token;
  return output;
}

wire::http::Response answer_cloudwatch(const wire::http::Request& request,
                                       const CloudWatchContext& context) {
  const auto call = read_cloudwatch(request);
  if (!call) return refuse_cloudwatch(request, call.error());
  const auto* operation =
      std::find_if(kOperations.begin(), kOperations.end(),
                   [&](const Operation& o) { return o.name == call->operation; });
  if (operation == kOperations.end()) {
    return refuse_cloudwatch(
        request, {"UnknownOperationException", "InvalidAction",
                  fmt::format("The action {} is not valid here: there are GetMetricData, "
                              "GetMetricStatistics and ListMetrics.",
                              call->operation.substr(0, 64)),
                  400});
  }
  const auto output =
      operation->run(call->input, call->protocol == CloudWatchProtocol::kQuery, context);
  if (!output) return refuse_cloudwatch(request, output.error());
  return write_cloudwatch(*call, *output);
}

}  // namespace control
