// CloudWatch Logs' questions about the logs of chat: FilterLogEvents, GetLogEvents,
// DescribeLogStreams, DescribeLogGroups, as in its API reference (2014-03-28). What is asked for is
// read from the history of rooms (chat_log_groups.h); whoever wants everything that was said so far
// has the journal flushed first.
#pragma once

#include <boost/json/object.hpp>

#include "base/time.h"
#include "control/arn.h"
#include "control/chat_log_groups.h"
#include "control/cloudwatch_logs_wire.h"
#include "io/sql.h"
#include "wire/http/message.h"

namespace control {

struct LogsContext {
  io::SqlConnection& sql;  // outside of a transaction
  const Home& home;
};

/// Does everything: reads the request, answers it. For requests that are CloudWatch Logs'
/// (is_cloudwatch_logs); signature and rights were checked by the caller.
wire::http::Response answer_cloudwatch_logs(const wire::http::Request& request,
                                            const LogsContext& context);

// The operations, and what they have in common.
LogsResult<boost::json::object> filter_log_events(const boost::json::object& input,
                                                  const LogsContext& context);
LogsResult<boost::json::object> get_log_events(const boost::json::object& input,
                                               const LogsContext& context);
LogsResult<boost::json::object> describe_log_streams(const boost::json::object& input,
                                                     const LogsContext& context);
LogsResult<boost::json::object> describe_log_groups(const boost::json::object& input,
                                                    const LogsContext& context);

std::unexpected<LogsError> logs_invalid(std::string message);
std::unexpected<LogsError> logs_not_found(std::string message);
/// What the database said goes to the log, not to the caller.
std::unexpected<LogsError> logs_internal(const base::Error& error);

// Members of an input, each with its limits; nothing if it is absent.
LogsResult<std::optional<std::string>> logs_text(const boost::json::object& input,
                                                 std::string_view member, std::size_t maximum);
LogsResult<std::optional<std::int64_t>> logs_integer(const boost::json::object& input,
                                                     std::string_view member, std::int64_t minimum,
                                                     std::int64_t maximum);
LogsResult<bool> logs_boolean(const boost::json::object& input, std::string_view member,
                              bool absent);

/// The group that logGroupName or logGroupIdentifier names.
LogsResult<ChatLogGroup> log_group_of(const boost::json::object& input, const LogsContext& context);

}  // namespace control
