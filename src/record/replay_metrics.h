// What the viewers' side of recordings counts for operators.
#pragma once

#include "base/metrics.h"

namespace record {

inline base::Gauge& replay_sending() {
  static base::Gauge& gauge = base::metrics().gauge(
      "rostrum_replay_sending", "Answers about recordings that are being prepared or sent");
  return gauge;
}

inline base::Counter& replay_requests() {
  static base::Counter& counter =
      base::metrics().counter("rostrum_replay_requests_total", "Requests about recordings");
  return counter;
}

inline base::Counter& replay_views() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_replay_views_total", "Times that somebody began to watch a recording");
  return counter;
}

inline base::Counter& replay_sent() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_replay_sent_bytes_total", "Octets of recordings given to viewers' connections");
  return counter;
}

inline base::Counter& replay_cache_hits() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_replay_cache_hits_total", "Blocks of recordings that were in memory");
  return counter;
}

inline base::Counter& replay_cache_misses() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_replay_cache_misses_total", "Blocks of recordings that had to be read");
  return counter;
}

}  // namespace record
