#include "control/cloudwatch_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "base/base64url.h"
#include "base/log.h"

namespace control {
namespace {

constexpr std::int64_t kYear = 366 * 86'400;

constexpr std::array<std::string_view, 27> kUnits = {"Seconds",
                                                     "Microseconds",
                                                     "Milliseconds",
                                                     "Bytes",
                                                     "Kilobytes",
                                                     "Megabytes",
                                                     "Gigabytes",
                                                     "Terabytes",
                                                     "Bits",
                                                     "Kilobits",
                                                     "Megabits",
                                                     "Gigabits",
                                                     "Terabits",
                                                     "Percent",
                                                     "Count",
                                                     "Bytes/Second",
                                                     "Kilobytes/Second",
                                                     "Megabytes/Second",
                                                     "Gigabytes/Second",
                                                     "Terabytes/Second",
                                                     "Bits/Second",
                                                     "Kilobits/Second",
                                                     "Megabits/Second",
                                                     "Gigabits/Second",
                                                     "Terabits/Second",
                                                     "Count/Second",
                                                     "None"};

}  // namespace

CloudWatchResult<Statistic> parse_statistic(const std::string& name, std::string_view text) {
  for (const Statistic statistic : {Statistic::kSampleCount, Statistic::kAverage, Statistic::kSum,
                                    Statistic::kMinimum, Statistic::kMaximum}) {
    if (to_string(statistic) == text) return statistic;
  }
  return cloudwatch_invalid(
      fmt::format("The value '{}' for parameter {} is not supported: percentiles and trimmed "
                  "statistics are not kept; use SampleCount, Average, Sum, Minimum or Maximum.",
                  text.substr(0, 64), name));
}

std::string_view to_string(Statistic statistic) {
  switch (statistic) {
    case Statistic::kSampleCount:
      return "SampleCount";
    case Statistic::kAverage:
      return "Average";
    case Statistic::kSum:
      return "Sum";
    case Statistic::kMinimum:
      return "Minimum";
    case Statistic::kMaximum:
      break;
  }
  return "Maximum";
}

double value_of(Statistic statistic, const Aggregate& aggregate) {
  switch (statistic) {
    case Statistic::kSampleCount:
      return static_cast<double>(aggregate.count);
    case Statistic::kAverage:
      return aggregate.count == 0 ? 0 : aggregate.sum / static_cast<double>(aggregate.count);
    case Statistic::kSum:
      return aggregate.sum;
    case Statistic::kMinimum:
      return aggregate.minimum;
    case Statistic::kMaximum:
      break;
  }
  return aggregate.maximum;
}

CloudWatchResult<std::vector<MetricDimension>> read_dimensions(const CloudWatchFields& fields) {
  const auto entries = fields.structures("Dimensions", 30);
  if (!entries) return std::unexpected(entries.error());
  std::vector<MetricDimension> dimensions;
  for (const CloudWatchFields& entry : *entries) {
    auto name = entry.text("Name", 1, 255);
    if (!name) return std::unexpected(name.error());
    auto value = entry.text("Value", 1, 1024);
    if (!value) return std::unexpected(value.error());
    if (!*name) return cloudwatch_missing(entry.name("Name"));
    if (!*value) return cloudwatch_missing(entry.name("Value"));
    dimensions.push_back({std::move(**name), std::move(**value)});
  }
  return dimensions;
}

boost::json::array dimensions_json(const std::vector<MetricDimension>& dimensions) {
  boost::json::array out;
  for (const MetricDimension& dimension : dimensions) {
    out.push_back(boost::json::object{{"Name", dimension.name}, {"Value", dimension.value}});
  }
  return out;
}

CloudWatchResult<MetricName> read_metric(const CloudWatchFields& fields) {
  auto space = fields.text("Namespace", 1, 255);
  if (!space) return std::unexpected(space.error());
  if (!*space) return cloudwatch_missing(fields.name("Namespace"));
  if ((*space)->starts_with(':')) {
    return cloudwatch_bad_value(fmt::format("The value for parameter {} must not begin with ':'.",
                                            fields.name("Namespace")));
  }
  auto name = fields.text("MetricName", 1, 255);
  if (!name) return std::unexpected(name.error());
  if (!*name) return cloudwatch_missing(fields.name("MetricName"));
  auto dimensions = read_dimensions(fields);
  if (!dimensions) return std::unexpected(dimensions.error());
  return MetricName{std::move(**space), std::move(**name), std::move(*dimensions)};
}

CloudWatchResult<std::optional<std::string>> read_unit(const CloudWatchFields& fields) {
  auto unit = fields.text("Unit", 1, 64);
  if (!unit || !*unit) return unit;
  if (std::find(kUnits.begin(), kUnits.end(), **unit) == kUnits.end()) {
    return cloudwatch_invalid(
        fmt::format("The value '{}' for parameter {} is no unit.", **unit, fields.name("Unit")));
  }
  return unit;
}

CloudWatchResult<std::int64_t> read_period(const CloudWatchFields& fields) {
  const auto period = fields.integer("Period", 1, kYear);
  if (!period) return std::unexpected(period.error());
  if (!*period) return cloudwatch_missing(fields.name("Period"));
  const std::int64_t seconds = **period;
  const bool is_short =
      seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 || seconds == 30;
  if (!is_short && seconds % kMinute != 0) {
    return cloudwatch_invalid(
        fmt::format("The value {} for parameter {} must be 1, 5, 10, 20, 30 or a multiple of 60.",
                    seconds, fields.name("Period")));
  }
  return seconds;
}

CloudWatchResult<TimeSpan> read_time_span(const CloudWatchFields& fields) {
  const auto start = fields.time("StartTime");
  if (!start) return std::unexpected(start.error());
  if (!*start) return cloudwatch_missing("StartTime");
  const auto end = fields.time("EndTime");
  if (!end) return std::unexpected(end.error());
  if (!*end) return cloudwatch_missing("EndTime");
  if (**start >= **end) {
    return cloudwatch_invalid("The parameter StartTime must be less than the parameter EndTime.");
  }
  return TimeSpan{**start, **end};
}

MetricRange make_range(const TimeSpan& span, std::int64_t period, std::int64_t now) {
  const std::int64_t age = now - span.start;
  std::int64_t step = kMinute;
  if (age > kResolutions[2].kept) {
    step = kResolutions[3].step;
  } else if (age > kResolutions[1].kept) {
    step = kResolutions[2].step;
  } else if (period < kMinute) {
    step = std::max(period, kTick);
  }
  return {.from = round_down(span.start, step), .to = span.end, .period = period};
}

std::string join_token(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != parts.data()) text += '\n';
    text += part;
  }
  return base::to_base64url(base::as_bytes(text));
}

std::optional<std::vector<std::string>> split_token(std::string_view token, std::size_t parts) {
  const auto octets = base::from_base64url(token);
  if (!octets) return std::nullopt;
  std::string_view text = base::as_text(*octets);
  std::vector<std::string> out;
  while (out.size() + 1 < parts) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (text.find('\n') != std::string_view::npos) return std::nullopt;
  out.emplace_back(text);
  return out;
}

std::unexpected<CloudWatchError> cloudwatch_internal(const base::Error& error) {
  base::log_error("metrics.not_read", {{"reason", error.message}});
  return std::unexpected(CloudWatchError{"InternalServiceFault", "InternalServiceError",
                                         "The metrics could not be read.", 500});
}

}  // namespace control
