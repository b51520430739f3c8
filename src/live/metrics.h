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

}  // namespace live
