#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace base {
namespace {

std::string render_labels(const MetricLabels& labels) {
  if (labels.empty()) return {};
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    if (text.size() > 1) text.push_back(',');
    text.append(name).append("=\"");
    for (const char c : value) {
      if (c == '\n') {
        text.append("\\n");
        continue;
      }
      if (c == '"' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    text.push_back('"');
  }
  text.push_back('}');
  return text;
}

// {a="b"} with one more label, for a histogram's `le`.
std::string with_label(const std::string& labels, std::string_view extra) {
  if (labels.empty()) return fmt::format("{{{}}}", extra);
  return fmt::format("{},{}}}", labels.substr(0, labels.size() - 1), extra);
}

struct Family {
  std::string_view type;
  std::string_view help;
  std::string lines;
};

}  // namespace

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1,
                                                                       std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

template <class T, class... Args>
T& Metrics::find_or_add(std::deque<Series<T>>& all, std::string_view name, std::string_view help,
                        const MetricLabels& labels, Args&&... args) {
  std::string rendered = render_labels(labels);
  const std::lock_guard lock(mutex_);
  for (Series<T>& series : all) {
    if (series.name == name && series.labels == rendered) return series.metric;
  }
  return all.emplace_back(name, help, std::move(rendered), std::forward<Args>(args)...).metric;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, MetricLabels labels) {
  return find_or_add(counters_, name, help, labels);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  return find_or_add(gauges_, name, help, labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::vector<double> bounds, MetricLabels labels) {
  return find_or_add(histograms_, name, help, labels, std::move(bounds));
}

std::string Metrics::expose() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string_view, Family> families;
  const auto family = [&](const auto& series, std::string_view type) -> std::string& {
    Family& entry = families[series.name];
    entry.type = type;
    entry.help = series.help;
    return entry.lines;
  };
  for (const auto& series : counters_) {
    fmt::format_to(std::back_inserter(family(series, "counter")), "{}{} {}\n", series.name,
                   series.labels, series.metric.value());
  }
  for (const auto& series : gauges_) {
    fmt::format_to(std::back_inserter(family(series, "gauge")), "{}{} {}\n", series.name,
                   series.labels, series.metric.value());
  }
  for (const auto& series : histograms_) {
    std::string& lines = family(series, "histogram");
    std::uint64_t total = 0;
    for (std::size_t i = 0; i <= series.metric.bounds().size(); ++i) {
      total += series.metric.count(i);
      const std::string bound = i < series.metric.bounds().size()
                                    ? fmt::format("le=\"{}\"", series.metric.bounds()[i])
                                    : "le=\"+Inf\"";
      fmt::format_to(std::back_inserter(lines), "{}_bucket{} {}\n", series.name,
                     with_label(series.labels, bound), total);
    }
    fmt::format_to(std::back_inserter(lines), "{}_sum{} {}\n{}_count{} {}\n", series.name,
                   series.labels, series.metric.sum(), series.name, series.labels, total);
  }
  std::string text;
  for (const auto& [name, entry] : families) {
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n{}", name, entry.help,
                   name, entry.type, entry.lines);
  }
  return text;
}

Metrics& metrics() {
  static Metrics instance;
  return instance;
}

}  // namespace base
