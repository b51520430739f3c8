// What the charts of a session show: which stretch of time, at which resolution, without holes.
// Pure.
//
// The younger the first moment, the finer: 5 s below 3 hours, 60 s below 15 days, 300 s below 63
// days, then an hour. That is as long as the store keeps each resolution (metric_tables.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "control/metric_reader.h"

namespace control {

/// Seconds since 1970. A running session's charts show its last three hours.
struct SessionTimes {
  std::int64_t started = 0;
  std::optional<std::int64_t> ended;
};
struct AskedSeries {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
  std::int64_t period = 0;  // 0: the finest
};

/// The range to read, inside the session, made of whole periods: of a running one only those that
/// are over. Its period is a multiple of what is kept of that time. Empty (from == to) if nothing
/// is there yet.
MetricRange range_for(const SessionTimes& session, const AskedSeries& asked, std::int64_t now);

/// Puts the value before into periods that have none, between those that have.
void fill_gaps(std::vector<Datapoint>& points, std::int64_t period);

/// Over all samples; nothing without any.
std::optional<double> average_of(const std::vector<Datapoint>& points);

}  // namespace control
