// Figures over time, under the service's names: taken every 5 s, kept at 5 s for 3 hours, at
// 1 minute for 15 days, at 5 minutes for 63 days, at 1 hour for 455 days; asked for by a
// GetMetricData-compatible route.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/arn.h"
#include "live/live.h"
#include "wire/http/message.h"

namespace io {
class SqlConnection;
class SqlWorkers;
}  // namespace io

namespace control {

class MetricStore {
 public:
  /// `sql` outlives it; its tables exist.
  static std::unique_ptr<MetricStore> create(io::SqlWorkers& sql, Home home);
  virtual ~MetricStore() = default;

  /// Every 5 s, on one thread: the state of all streams at `now`.
  virtual void sample(const std::vector<live::StreamStatus>& streams, base::WallTime now) = 0;

  /// Whether the request is one of CloudWatch's (query, JSON 1.0 or RPC v2 CBOR protocol).
  static bool is_request(const wire::http::Request& request);
  /// Answers GetMetricData and ListMetrics in the protocol of the request, errors included. The
  /// signature was checked by the caller. On a reader's thread.
  virtual wire::http::Response answer(io::SqlConnection& sql, const wire::http::Request& request,
                                      base::WallTime now) = 0;
};

}  // namespace control
