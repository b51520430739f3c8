// The service's metrics: their names and dimensions, where each is found in what we keep, and what
// is measured of the streams that are live.
//
// Namespace AWS/IVS; a dimension set must match exactly, as everywhere in CloudWatch:
//
//   ConcurrentViews    Count         -; Channel
//   ConcurrentStreams  Count         -; Health; StreamerCountryCode
//   LiveDeliveredTime  Seconds       -; Channel; Channel, ViewerCountryCode
//   LiveInputTime      Seconds       -; Channel
//   RecordedTime       Seconds       -; Channel
//   IngestBitrate      Bits/Second   -; Channel
//   IngestVideoBitrate, IngestAudioBitrate, KeyframeInterval (Seconds)   Channel; Channel, Track
//   IngestFramerate    Count/Second  -; Channel; Channel, Track
//
// Namespace Rostrum, of what a stream's timeline needed: Gaps, DroppedSamples (Count, Channel).
//
// Channel is the channel's id (its ARN is accepted too), Track is Track0, Health is HEALTHY,
// STARVING or UNKNOWN, countries are ISO 3166 alpha-2 or UNKNOWN. Namespace AWS/Usage has
// ResourceCount for ConcurrentStreams and ConcurrentViews. What there is of chat:
// metric_chat.h.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "control/arn.h"
#include "control/metric_points.h"
#include "live/live.h"

namespace control {

struct MetricDimension {
  std::string name;
  std::string value;
  auto operator<=>(const MetricDimension&) const = default;
};

struct MetricName {
  std::string space;
  std::string name;
  std::vector<MetricDimension> dimensions;
};

/// Where a metric is kept.
struct MetricPlace {
  std::string subject;
  Slot slot;
  std::string_view unit;
};

/// Nothing for what we do not measure: such metrics have no data, which is no error.
std::optional<MetricPlace> place_of(const Home& home, const MetricName& metric);
/// Every name under which one series of a subject is known; the inverse of place_of.
std::vector<MetricName> names_of(std::string_view subject, const Slot& slot);

/// The country of an address; two zero octets if nobody knows.
using CountryOf = std::function<live::CountryCode(const std::string& address)>;

/// What is measured now. `elapsed` since the last time, for the metrics that count seconds.
/// Channels whose publisher is away count for their viewers only; nothing if nobody is there.
Board measure(const std::vector<live::StreamStatus>& streams, const CountryOf& country_of,
              base::WallTime now, base::Duration elapsed);

/// Seconds recorded since the last time, by channel.
using RecordedSeconds = std::map<std::string, double>;
void measure_recorded(const RecordedSeconds& seconds, Board& board);

/// What was mended and dropped since the time before: namespace Rostrum, Gaps and DroppedSamples.
/// Belongs to one thread.
class RepairMeter {
 public:
  void measure(const std::vector<live::StreamStatus>& streams, Board& board);

 private:
  struct Told {
    base::StreamId stream = {};
    std::uint64_t gaps = 0;
    std::uint64_t dropped = 0;
  };
  std::map<std::string, Told> told_;  // by channel
};

/// "DE", or "UNKNOWN".
std::string country_text(const live::CountryCode& country);
/// "HEALTHY".
std::string_view health_text(live::Health health);

}  // namespace control
