// CloudWatch's three wire protocols, which carry the same operations:
//
//   query      POST /, a form with Action and Version=2010-08-01; XML answers (botocore up to 2025,
//              so Debian's aws-cli and boto3)
//   JSON 1.0   POST /, X-Amz-Target: GraniteServiceVersion20100801.<operation> (today's botocore
//              and JavaScript SDK)
//   RPC v2     POST /service/GraniteServiceVersion20100801/operation/<operation>, CBOR (newer SDKs)
//
// A call is a JSON tree in all of them. Times in it are seconds since 1970 (numbers), or texts in
// the query protocol, where every value is a text. In outputs the members Timestamp and Timestamps
// are whole seconds, which each protocol writes in its own form.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "wire/http/message.h"

namespace control {

enum class CloudWatchProtocol : std::uint8_t { kQuery, kJson, kCbor };

/// Nothing if the request is none of CloudWatch's.
std::optional<CloudWatchProtocol> cloudwatch_protocol(const wire::http::Request& request);

struct CloudWatchCall {
  CloudWatchProtocol protocol = CloudWatchProtocol::kQuery;
  std::string operation;
  boost::json::object input;
};

/// How a call fails. The name is the shape's, the code what the query protocol calls it.
struct CloudWatchError {
  std::string name;  // "InvalidParameterValueException"
  std::string code;  // "InvalidParameterValue"
  std::string message;
  std::uint16_t status = 400;
};

/// CHECKs that it is a request of CloudWatch's. Values that occur nowhere in its operations
/// (octets, tags but times) are refused.
std::expected<CloudWatchCall, CloudWatchError> read_cloudwatch(const wire::http::Request& request);
wire::http::Response write_cloudwatch(const CloudWatchCall& call,
                                      const boost::json::object& output);
wire::http::Response refuse_cloudwatch(const wire::http::Request& request,
                                       const CloudWatchError& error);

// The parts, for tests and fuzzing.
std::expected<boost::json::object, std::string> tree_from_form(std::string_view body);
std::expected<boost::json::object, std::string> tree_from_cbor(base::ByteSpan body);

}  // namespace control
