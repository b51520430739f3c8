// What the questions to CloudWatch have in common: metrics, statistics, ranges, tokens.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/cloudwatch_fields.h"
#include "control/metric_points.h"
#include "control/metric_reader.h"
#include "control/metric_series.h"

namespace control {

enum class Statistic : std::uint8_t { kSampleCount, kAverage, kSum, kMinimum, kMaximum };

/// kValidation for percentiles and the like, which cannot be had from what is kept.
CloudWatchResult<Statistic> parse_statistic(const std::string& name, std::string_view text);
std::string_view to_string(Statistic statistic);
double value_of(Statistic statistic, const Aggregate& aggregate);

/// Namespace, MetricName and Dimensions of a structure.
CloudWatchResult<MetricName> read_metric(const CloudWatchFields& fields);
CloudWatchResult<std::vector<MetricDimension>> read_dimensions(const CloudWatchFields& fields);
boost::json::array dimensions_json(const std::vector<MetricDimension>& dimensions);
/// A unit that CloudWatch knows, or nothing.
CloudWatchResult<std::optional<std::string>> read_unit(const CloudWatchFields& fields);

/// 1, 5, 10, 20, 30 or a multiple of 60, up to a year.
CloudWatchResult<std::int64_t> read_period(const CloudWatchFields& fields);
/// StartTime and EndTime, in order.
struct TimeSpan {
  std::int64_t start = 0;
  std::int64_t end = 0;
};
CloudWatchResult<TimeSpan> read_time_span(const CloudWatchFields& fields);
/// The range with its start rounded down as CloudWatch does it.
MetricRange make_range(const TimeSpan& span, std::int64_t period, std::int64_t now);

/// What a request may make us read: rows of about a hundred octets.
inline constexpr std::int64_t kMaxCost = 1'000'000;

/// Parts joined so that split_token gives them back; opaque to clients.
std::string join_token(const std::vector<std::string>& parts);
std::optional<std::vector<std::string>> split_token(std::string_view token, std::size_t parts);

/// What the database said goes to the log, not to the caller.
std::unexpected<CloudWatchError> cloudwatch_internal(const base::Error& error);

}  // namespace control
