// Reads series back: aggregates of any period, from the coarsest resolution that gives the answer
// exactly, and from finer ones where that is not complete yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "control/metric_points.h"
#include "control/metric_series.h"
#include "control/metric_tables.h"
#include "io/sql.h"

namespace control {

struct Datapoint {
  std::int64_t start = 0;  // seconds since 1970
  Aggregate aggregate;
};

/// A range of time cut into periods; all in seconds since 1970.
struct MetricRange {
  std::int64_t from = 0;
  std::int64_t to = 0;      // not included
  std::int64_t period = 0;  // above 0
};

/// The resolution whose rows answer the range exactly: the coarsest that divides both its start
/// and its period.
std::int64_t resolution_for(const MetricRange& range);
/// How many rows have to be read for it at most.
std::int64_t cost_of(const MetricRange& range, std::int64_t now);

/// For one request: what it has read is kept for the next series of the same subject and range.
/// Belongs to one thread; begins and ends a transaction of its own, so that all series are of one
/// moment.
class MetricReader {
 public:
  static base::Expected<MetricReader> begin(io::SqlConnection& sql);
  MetricReader(MetricReader&& other) noexcept;
  MetricReader& operator=(MetricReader&&) = delete;
  ~MetricReader();

  /// The periods that have samples, in order; each starts a whole number of periods after
  /// `range.from`.
  base::Expected<std::vector<Datapoint>> read(const MetricPlace& place, const MetricRange& range);

 private:
  explicit MetricReader(io::SqlConnection& sql) : sql_(&sql) {}
  /// Encoded points and when they begin.
  struct Piece {
    std::int64_t at = 0;
    base::Bytes points;
  };
  base::Expected<void> load(const std::string& subject, std::size_t resolution, std::int64_t from,
                            std::int64_t to);
  base::Expected<void> load_samples(const std::string& subject, std::int64_t from, std::int64_t to);
  base::Expected<void> load_open(const std::string& subject, std::int64_t from, std::int64_t to);

  io::SqlConnection* sql_;
  std::array<std::int64_t, kResolutions.size()> marks_{};
  std::optional<std::vector<TickRow>> open_;  // the samples that are not rolled up
  // The pieces of the last range.
  std::string subject_;
  std::int64_t resolution_ = 0;
  std::int64_t from_ = 0;
  std::int64_t to_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace control
