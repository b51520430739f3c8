// Figures of a broadcast as the UGC demo's backend tells them. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>

#include "base/time.h"

namespace app {

/// Seconds between two values of a broadcast that began so long ago.
std::int64_t metrics_period(base::Duration age);

/// `metrics` of the answer of GetStreamMetrics: {label, period, alignedStartTime, data[],
/// statistics{average}} of each of the four figures. Gaps of frame rate and bit rate repeat the
/// value before; `is_live`: the last 30 seconds, which are not complete, are left out.
boost::json::array demo_metrics(const boost::json::object& answer, bool is_live);

/// `truncatedEvents` of GetStreamSession in the demo's order: newest first while it is live, oldest
/// first afterwards.
boost::json::array demo_events(const boost::json::array& events, bool is_live);

}  // namespace app
