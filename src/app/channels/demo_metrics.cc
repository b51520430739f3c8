#include "app/channels/demo_metrics.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "app/channels/channel_maker.h"

namespace app {

namespace json = boost::json;

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::array<std::string_view, 4> kLabels = {"IngestFramerate", "IngestVideoBitrate",
                                                     "KeyframeInterval", "ConcurrentViews"};
constexpr std::int64_t kIncomplete = 30;  // seconds at the end of what is live
constexpr std::size_t kMostValues = 20'000;

bool repeats_values(std::string_view label) {
  return label == "IngestFramerate" || label == "IngestVideoBitrate";
}

double number_in(const json::value& value) {
  return value.is_number() ? value.to_number<double>() : 0;
}

json::object metric_of(const json::object& series, std::string_view label, std::int64_t period,
                       bool is_live) {
  const json::array* times = array_in(series, "timestamps");
  const json::array* values = array_in(series, "values");
  json::array data;
  std::int64_t start = 0;
  double sum = 0;
  if (times != nullptr && values != nullptr) {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < std::min(times->size(), values->size()); ++i) {
      const auto at = static_cast<std::int64_t>(number_in((*times)[i]));
      if (data.empty()) {
        start = at;
      } else if (repeats_values(label)) {
        while (last + period < at && data.size() < kMostValues) {
          data.push_back(json::value(data.back()));
          last += period;
        }
      }
      data.push_back(json::value((*values)[i]));
      last = at;
    }
    const auto incomplete = static_cast<std::size_t>(is_live ? kIncomplete / period : 0);
    for (std::size_t i = 0; i < incomplete && !data.empty(); ++i) data.pop_back();
    for (const json::value& value : data) sum += number_in(value);
  }
  const double average = data.empty() ? 0 : sum / static_cast<double>(data.size());
  return {{"label", label},
          {"period", period},
          {"alignedStartTime", base::to_rfc3339(base::WallTime(std::chrono::seconds(start)))},
          {"data", std::move(data)},
          {"statistics", json::object{{"average", average}}}};
}

}  // namespace

std::int64_t metrics_period(base::Duration age) {
  if (age < hours(3)) return 5;
  if (age < days(15)) return 60;
  if (age < days(63)) return 300;
  return 3600;
}

json::array demo_metrics(const json::object& answer, bool is_live) {
  std::int64_t period = 60;
  if (const json::value* given = answer.if_contains("period")) {
    if (given->is_int64() && given->get_int64() > 0) period = given->get_int64();
  }
  json::array metrics;
  const json::array* series = array_in(answer, "series");
  for (const std::string_view label : kLabels) {
    const json::object none;
    const json::object* found = &none;
    if (series != nullptr) {
      for (const json::value& entry : *series) {
        if (entry.is_object() && text_in(entry.get_object(), "name") == label) {
          found = &entry.get_object();
        }
      }
    }
    metrics.emplace_back(metric_of(*found, label, period, is_live));
  }
  return metrics;
}

json::array demo_events(const json::array& events, bool is_live) {
  std::vector<std::pair<std::string, json::object>> sorted;
  for (const json::value& entry : events) {
    if (!entry.is_object()) continue;
    const json::object& event = entry.get_object();
    std::string time = text_in(event, "eventTime");
    json::object shown{
        {"name", text_in(event, "name")}, {"type", text_in(event, "type")}, {"eventTime", time}};
    sorted.emplace_back(std::move(time), std::move(shown));
  }
  std::ranges::sort(sorted, {}, [](const auto& entry) { return entry.first; });
  if (is_live) std::ranges::reverse(sorted);
  json::array out;
  for (auto& [time, event] : sorted) out.emplace_back(std::move(event));
  return out;
}

}  // namespace app
