// What live counts for operators.
#pragma once

#include "base/metrics.h"

namespace live {

inline base::Gauge& publisher_gauge() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_publishers", "Publishers that are connected");
  return gauge;
}

inline base::Counter& ingest_bytes() {
  static base::Counter& counter =
      base::metrics().counter("rostrum_ingest_bytes_total", "Bytes of coded media received");
  return counter;
}

inline base::Counter& parts_made() {
  static base::Counter& counter =
      base::metrics().counter("rostrum_parts_total", "Times that new parts were published");
  return counter;
}

inline base::Gauge& rendition_gauge() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_renditions", "Renditions that are being made");
  return gauge;
}

inline base::Gauge& shed_rendition_gauge() {
  static base::Gauge& gauge = base::metrics().gauge(
      "rostrum_renditions_shed", "Renditions that are left out because there is no room for them");
  return gauge;
}

inline base::Counter& rendition_restarts() {
  static base::Counter& counter =
      base::metrics().counter("rostrum_rendition_restarts_total",
                              "Times that a helper which makes renditions ended by itself");
  return counter;
}

inline base::Histogram& rendition_lag() {
  static base::Histogram& histogram = base::metrics().histogram(
      "rostrum_rendition_lag_seconds", "How far renditions are behind their source",
      {0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5});
  return histogram;
}

}  // namespace live
