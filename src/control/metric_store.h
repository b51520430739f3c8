// Figures over time, under the service's names: taken every 5 s, kept at 5 s for 3 hours, at
// 1 minute for 15 days, at 5 minutes for 63 days, at 1 hour for 455 days; asked for by a
// CloudWatch-compatible route (GetMetricData, GetMetricStatistics, ListMetrics).
//
// Everything is in the database, nothing that could be lost in memory: each sample is one row for
// all channels, written behind; once a minute the samples are rolled up (metric_rollup.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "control/arn.h"
#include "control/metric_chat.h"
#include "control/metric_series.h"
#include "live/live.h"
#include "wire/http/message.h"

namespace io {
class SqlConnection;
class SqlWorkers;
}  // namespace io

namespace control {

class MetricStore {
 public:
  /// `sql` outlives it; its tables exist (migrate_metrics). `country_of` is called by sample() and
  /// prometheus_text().
  static std::unique_ptr<MetricStore> create(io::SqlWorkers& sql, Home home, CountryOf country_of);
  virtual ~MetricStore() = default;

  /// Every 5 s, on one thread: the state of all streams, of chat and of recordings, at
  /// `now`.
  virtual void sample(const std::vector<live::StreamStatus>& streams, base::WallTime now,
                      const ChatStatus& chat = {}, const RecordedSeconds& recorded = {}) = 0;
  /// The same metrics for Prometheus (metric_prometheus.h, metric_chat.h). On the thread of
  /// sample().
  virtual std::string prometheus_text(const std::vector<live::StreamStatus>& streams,
                                      const ChatStatus& chat = {}) const = 0;

  /// Whether the request is one of CloudWatch's (query, JSON 1.0 or RPC v2 CBOR protocol).
  static bool is_request(const wire::http::Request& request);
  /// Answers in the protocol of the request, errors included. The signature was checked by the
  /// caller. On a reader's thread, outside of a transaction.
  virtual wire::http::Response answer(io::SqlConnection& sql, const wire::http::Request& request,
                                      base::WallTime now) = 0;
  /// A refusal of the caller's own (rights, signature, rate) in the protocol of the request.
  /// `name` is "AccessDeniedException".
  static wire::http::Response refuse(const wire::http::Request& request, std::string_view name,
                                     std::uint16_t status, const std::string& message);
};

}  // namespace control
