// CloudWatch Logs' wire protocol, JSON 1.1: POST /, X-Amz-Target: Logs_20140328.<operation>, signed
// for the service `logs`. Times are milliseconds since 1970.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "wire/http/message.h"

namespace control {

bool is_cloudwatch_logs(const wire::http::Request& request);

struct LogsCall {
  std::string operation;
  boost::json::object input;  // without nulls
};
/// How a call fails. The name is the shape's: "ResourceNotFoundException".
struct LogsError {
  std::string name;
  std::string message;
  std::uint16_t status = 400;
};
template <class T>
using LogsResult = std::expected<T, LogsError>;

/// Of a request that is CloudWatch Logs'.
LogsResult<LogsCall> read_logs_call(const wire::http::Request& request);
wire::http::Response write_logs_answer(const boost::json::object& output);
wire::http::Response refuse_logs_call(const LogsError& error);

}  // namespace control
