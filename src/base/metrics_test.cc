#include "base/metrics.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(MetricsTest, ExposesSeriesGroupedByName) {
  Metrics metrics;
  metrics.counter("b_total", "Bees", {{"kind", "x\"y\\\n"}}).add(2);
  metrics.gauge("a", "Anything").set(-3);
  metrics.counter("b_total", "Bees", {{"kind", "z"}}).add();
  EXPECT_EQ(metrics.expose(),
            "# HELP a Anything\n# TYPE a gauge\na -3\n"
            "# HELP b_total Bees\n# TYPE b_total counter\n"
            "b_total{kind=\"x\\\"y\\\\\\n\"} 2\nb_total{kind=\"z\"} 1\n");
}

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameSeries) {
  Metrics metrics;
  metrics.counter("c", "C").add();
  EXPECT_EQ(metrics.counter("c", "C").value(), 1u);
  EXPECT_EQ(metrics.counter("c", "C").take_next(), 2u);
  EXPECT_NE(&metrics.counter("c", "C"), &metrics.counter("c", "C", {{"l", "1"}}));
}

TEST(MetricsTest, HistogramBucketsAreCumulative) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("h", "H", {0.5, 2}, {{"l", "v"}});
  for (const double value : {0.1, 0.5, 1.0, 9.0}) histogram.observe(value);
  EXPECT_EQ(metrics.expose(),
            "# HELP h H\n# TYPE h histogram\n"
            "h_bucket{l=\"v\",le=\"0.5\"} 2\nh_bucket{l=\"v\",le=\"2\"} 3\n"
            "h_bucket{l=\"v\",le=\"+Inf\"} 4\nh_sum{l=\"v\"} 10.6\nh_count{l=\"v\"} 4\n");
}

}  // namespace
}  // namespace base
