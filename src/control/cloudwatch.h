// CloudWatch's questions, as far as metrics go: GetMetricData, GetMetricStatistics, ListMetrics.
// Metric math, Metrics Insights and percentiles are refused; everything else is as documented in
// the CloudWatch API reference (2010-08-01).
//
// Periods begin at StartTime, which is rounded down as there: to the period if it is below a
// minute, else to the minute, to 5 minutes if it is more than 15 days ago, to the hour if it is
// more than 63 days ago. A datapoint bears the time at which its period begins.
#pragma once

#include <boost/json/object.hpp>

#include "base/time.h"
#include "control/arn.h"
#include "control/cloudwatch_fields.h"
#include "io/sql.h"
#include "wire/http/message.h"

namespace control {

struct CloudWatchContext {
  io::SqlConnection& sql;  // outside of a transaction
  const Home& home;
  base::WallTime now;
};

/// Does everything: reads the request, answers it in its protocol. CHECKs that it is CloudWatch's.
wire::http::Response answer_cloudwatch(const wire::http::Request& request,
                                       const CloudWatchContext& context);

// The operations.
CloudWatchResult<boost::json::object> get_metric_data(const boost::json::object& input,
                                                      bool is_text,
                                                      const CloudWatchContext& context);
CloudWatchResult<boost::json::object> get_metric_statistics(const boost::json::object& input,
                                                            bool is_text,
                                                            const CloudWatchContext& context);
CloudWatchResult<boost::json::object> list_metrics(const boost::json::object& input, bool is_text,
                                                   const CloudWatchContext& context);

}  // namespace control
