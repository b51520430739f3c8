// Counters, gauges and histograms that any loop may touch, and their Prometheus text form.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Only grows. Relaxed atomic: one instruction on a hot path.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  /// Counts one and says which one it was, from 1.
  std::uint64_t take_next() { return value_.fetch_add(1, std::memory_order_relaxed) + 1; }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Observations in fixed buckets (upper bounds, ascending; +Inf is implied).
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  /// Count of bucket `i`, not cumulative; `bounds().size()` is the one above all bounds.
  std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

/// Owns every series. Asking twice for the same name and labels gives the same object; references
/// stay valid for the registry's life. Registration takes a lock: do it once, keep the reference.
class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       MetricLabels labels = {});

  /// Prometheus text exposition format 0.0.4, series grouped by name.
  std::string expose() const;

 private:
  template <class T>
  struct Series {
    std::string name;
    std::string help;
    std::string labels;  // {a="b"} or empty
    T metric;
    template <class... Args>
    Series(std::string_view n, std::string_view h, std::string l, Args&&... args)
        : name(n), help(h), labels(std::move(l)), metric(std::forward<Args>(args)...) {}
  };
  template <class T, class... Args>
  T& find_or_add(std::deque<Series<T>>& all, std::string_view name, std::string_view help,
                 const MetricLabels& labels, Args&&... args);

  mutable std::mutex mutex_;
  std::deque<Series<Counter>> counters_;
  std::deque<Series<Gauge>> gauges_;
  std::deque<Series<Histogram>> histograms_;
};

/// The program's one registry.
Metrics& metrics();

}  // namespace base
