#include "control/health/stream_series.h"

#include <algorithm>

#include "control/metric_tables.h"

namespace control {
namespace {

// A little less than the store keeps samples of five seconds, so that the first ones are there.
constexpr std::int64_t kLiveWindow = 3 * 3600 - 60;

std::int64_t finest_period(std::int64_t age) {
  for (const Resolution& resolution : kResolutions) {
    if (age < resolution.kept) return resolution.step;
  }
  return kResolutions.back().step;
}

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return round_down(value + step - 1, step);
}

}  // namespace

MetricRange range_for(const SessionTimes& session, const AskedSeries& asked, std::int64_t now) {
  const bool live = !session.ended;
  const std::int64_t begin =
      live && !asked.from ? std::max(session.started, now - kLiveWindow) : session.started;
  const std::int64_t from = std::max(begin, asked.from.value_or(begin));
  const std::int64_t end = session.ended.value_or(now);
  const std::int64_t to = std::min(end, asked.to.value_or(end));
  const std::int64_t finest = finest_period(now - from);
  MetricRange range;
  range.period = round_up(std::max(asked.period, finest), finest);
  range.from = round_down(from, range.period);
  range.to = live ? round_down(to, range.period) : round_up(to, range.period);
  range.to = std::max(range.to, range.from);
  return range;
}

void fill_gaps(std::vector<Datapoint>& points, std::int64_t period) {
  std::vector<Datapoint> filled;
  for (const Datapoint& point : points) {
    while (!filled.empty() && filled.back().start + period < point.start) {
      filled.push_back({filled.back().start + period, filled.back().aggregate});
    }
    filled.push_back(point);
  }
  points = std::move(filled);
}

std::optional<double> average_of(const std::vector<Datapoint>& points) {
  Aggregate all;
  for (const Datapoint& point : points) all.merge(point.aggregate);
  if (all.count == 0) return std::nullopt;
  return all.sum / static_cast<double>(all.count);
}

}  // namespace control
