#include "control/cloudwatch_logs_wire.h"

#include <boost/json.hpp>

#include "base/crypto.h"

namespace control {
namespace {

namespace json = boost::json;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kTarget = "Logs_20140328.";
constexpr std::size_t kMaxDepth = 16;

Response respond(std::uint16_t status, const json::object& body) {
  Response response = Response::with_body(status, "application/x-amz-json-1.1",
                                          base::Slice::take(json::serialize(body)));
  std::string id = base::to_hex(base::random_octets(16));
  for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
  response.headers.set("x-amzn-RequestId", id);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

bool is_cloudwatch_logs(const Request& request) {
  return request.method == wire::http::Method::kPost && request.path == "/" &&
         request.headers.get("x-amz-target").starts_with(kTarget);
}

LogsResult<LogsCall> read_logs_call(const Request& request) {
  LogsCall call{
      .operation = std::string(request.headers.get("x-amz-target").substr(kTarget.size())),
      .input = {}};
  if (request.body.size() == 0) return call;
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::value value = json::parse(base::as_text(request.body.span()), error, {}, options);
  if (error || !value.is_object()) {
    return std::unexpected(LogsError{"SerializationException", "the body is no JSON object", 400});
  }
  call.input = std::move(value.get_object());
  for (auto at = call.input.begin(); at != call.input.end();) {
    at = at->value().is_null() ? call.input.erase(at) : at + 1;
  }
  return call;
}

Response write_logs_answer(const json::object& output) {
  return respond(200, output);
}

Response refuse_logs_call(const LogsError& error) {
  return respond(error.status, {{"__type", error.name}, {"message", error.message}});
}

}  // namespace control
