#include "control/cloudwatch_wire.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <iterator>

#include "base/check.h"
#include "base/crypto.h"
#include "base/time.h"
#include "base/utf8.h"
#include "wire/cbor/cbor.h"

namespace control {
namespace {

namespace json = boost::json;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kTarget = "GraniteServiceVersion20100801.";
constexpr std::string_view kService = "/service/GraniteServiceVersion20100801/operation/";
constexpr std::string_view kVersion = "2010-08-01";
constexpr std::string_view kNamespace = "http://monitoring.amazonaws.com/doc/2010-08-01/";

bool is_time(std::string_view member) {
  return member == "Timestamp" || member == "Timestamps";
}

std::string request_id() {
  std::string hex = base::to_hex(base::random_octets(16));
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return hex;
}

// ---- XML ------------------------------------------------------------------------------------

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default: {
        // XML 1.0 has no other control characters, not even escaped ones.
        const auto octet = static_cast<unsigned char>(c);
        const bool allowed = octet >= 0x20 || c == '\n' || c == '\t';
        out.push_back(allowed ? c : ' ');
      }
    }
  }
}

void append_number(std::string& out, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_xml(std::string& out, std::string_view name, const json::value& value,
                std::string_view member) {
  fmt::format_to(std::back_inserter(out), "<{}>", name);
  switch (value.kind()) {
    case json::kind::object:
      for (const auto& [key, entry] : value.get_object()) append_xml(out, key, entry, key);
      break;
    case json::kind::array:
      for (const json::value& entry : value.get_array()) append_xml(out, "member", entry, member);
      break;
    case json::kind::string:
      append_escaped(out, value.get_string());
      break;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case json::kind::double_:
      append_number(out, value.get_double());
      break;
    case json::kind::null:
      break;
    default: {
      const auto number = value.to_number<std::int64_t>();
      out += is_time(member) ? base::to_rfc3339(base::WallTime(std::chrono::seconds(number)))
                             : std::to_string(number);
    }
  }
  fmt::format_to(std::back_inserter(out), "</{}>", name);
}

std::string xml_answer(std::string_view operation, const json::object& output,
                       std::string_view id) {
  std::string out;
  out.reserve(1024);
  fmt::format_to(std::back_inserter(out), "<{}Response xmlns=\"{}\">", operation, kNamespace);
  append_xml(out, fmt::format("{}Result", operation), output, "");
  fmt::format_to(std::back_inserter(out),
                 "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{}Response>", id,
                 operation);
  return out;
}

std::string xml_error(const CloudWatchError& error, std::string_view id) {
  std::string message;
  append_escaped(message, error.message);
  return fmt::format(
      "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message>"
      "</Error><RequestId>{}</RequestId></ErrorResponse>",
      kNamespace, error.status < 500 ? "Sender" : "Receiver", error.code, message, id);
}

// ---- CBOR -----------------------------------------------------------------------------------

void append_cbor(wire::cbor::Writer& out, const json::value& value, std::string_view member) {
  switch (value.kind()) {
    case json::kind::object:
      out.map(value.get_object().size());
      for (const auto& [key, entry] : value.get_object()) {
        out.text(key);
        append_cbor(out, entry, key);
      }
      return;
    case json::kind::array:
      out.array(value.get_array().size());
      for (const json::value& entry : value.get_array()) append_cbor(out, entry, member);
      return;
    case json::kind::string:
      return out.text(value.get_string());
    case json::kind::bool_:
      return out.boolean(value.get_bool());
    case json::kind::double_:
      return out.real(value.get_double());
    case json::kind::null:
      return out.null();
    default:
      if (is_time(member)) out.tag(wire::cbor::kEpochTag);
      return out.number(value.to_number<std::int64_t>());
  }
}

// ---- requests -------------------------------------------------------------------------------

std::expected<CloudWatchCall, CloudWatchError> unreadable(std::string message) {
  return std::unexpected(
      CloudWatchError{"SerializationException", "MalformedInput", std::move(message), 400});
}

std::expected<CloudWatchCall, CloudWatchError> read_form(std::string_view body) {
  auto tree = tree_from_form(body);
  if (!tree) return unreadable(std::move(tree.error()));
  CloudWatchCall call{CloudWatchProtocol::kQuery, {}, std::move(*tree)};
  const json::value* action = call.input.if_contains("Action");
  if (action == nullptr || !action->is_string()) {
    return std::unexpected(
        CloudWatchError{"MissingAction", "MissingAction", "the form names no Action", 400});
  }
  call.operation = std::string(action->get_string());
  call.input.erase("Action");
  call.input.erase("Version");
  return call;
}

// Null is the same as absent.
void remove_nulls(json::value& value, int depth) {
  if (json::object* object = value.if_object()) {
    for (auto at = object->begin(); at != object->end();) {
      if (at->value().is_null()) {
        at = object->erase(at);
      } else {
        if (depth > 0) remove_nulls(at->value(), depth - 1);
        ++at;
      }
    }
  } else if (json::array* array = value.if_array()) {
    for (json::value& entry : *array) {
      if (depth > 0) remove_nulls(entry, depth - 1);
    }
  }
}

std::expected<CloudWatchCall, CloudWatchError> read_json(const Request& request) {
  CloudWatchCall call{CloudWatchProtocol::kJson, {}, {}};
  call.operation = std::string(request.headers.get("x-amz-target").substr(kTarget.size()));
  if (request.body.size() == 0) return call;
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  json::value value = json::parse(base::as_text(request.body.span()), error, {}, options);
  if (error || !value.is_object()) return unreadable("the body is no JSON object");
  remove_nulls(value, 16);
  call.input = std::move(value.get_object());
  return call;
}

std::expected<CloudWatchCall, CloudWatchError> read_cbor(const Request& request) {
  auto tree = tree_from_cbor(request.body.span());
  if (!tree) return unreadable(std::move(tree.error()));
  json::value value = std::move(*tree);
  remove_nulls(value, 16);
  return CloudWatchCall{CloudWatchProtocol::kCbor,
                        std::string(std::string_view(request.path).substr(kService.size())),
                        std::move(value.get_object())};
}

Response answer(std::uint16_t status, CloudWatchProtocol protocol, std::string_view id,
                base::Slice body) {
  const std::string_view type = protocol == CloudWatchProtocol::kQuery ? "text/xml"
                                : protocol == CloudWatchProtocol::kJson
                                    ? "application/x-amz-json-1.0"
                                    : "application/cbor";
  Response response = Response::with_body(status, type, std::move(body));
  if (protocol == CloudWatchProtocol::kCbor) response.headers.set("Smithy-Protocol", "rpc-v2-cbor");
  response.headers.set("x-amzn-RequestId", id);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

base::Slice body_of(CloudWatchProtocol protocol, const json::object& tree) {
  if (protocol == CloudWatchProtocol::kJson) return base::Slice::take(json::serialize(tree));
  wire::cbor::Writer out;
  append_cbor(out, tree, "");
  return base::Slice::take(out.take());
}

}  // namespace

std::optional<CloudWatchProtocol> cloudwatch_protocol(const Request& request) {
  if (request.method != wire::http::Method::kPost) return std::nullopt;
  if (request.path.starts_with(kService)) return CloudWatchProtocol::kCbor;
  if (request.path != "/") return std::nullopt;
  if (request.headers.get("x-amz-target").starts_with(kTarget)) return CloudWatchProtocol::kJson;
  if (!request.headers.get("content-type").starts_with("application/x-www-form-urlencoded")) {
    return std::nullopt;
  }
  const auto version = wire::http::query_parameter(base::as_text(request.body.span()), "Version");
  if (version != kVersion) return std::nullopt;
  return CloudWatchProtocol::kQuery;
}

std::expected<CloudWatchCall, CloudWatchError> read_cloudwatch(const Request& request) {
  const auto protocol = cloudwatch_protocol(request);
  CHECK(protocol.has_value());
  switch (*protocol) {
    case CloudWatchProtocol::kQuery:
      return read_form(base::as_text(request.body.span()));
    case CloudWatchProtocol::kJson:
      return read_json(request);
    case CloudWatchProtocol::kCbor:
      break;
  }
  return read_cbor(request);
}

Response write_cloudwatch(const CloudWatchCall& call, const json::object& output) {
  const std::string id = request_id();
  if (call.protocol == CloudWatchProtocol::kQuery) {
    return answer(200, call.protocol, id,
                  base::Slice::take(xml_answer(call.operation, output, id)));
  }
  return answer(200, call.protocol, id, body_of(call.protocol, output));
}

Response refuse_cloudwatch(const Request& request, const CloudWatchError& error) {
  const auto protocol = cloudwatch_protocol(request).value_or(CloudWatchProtocol::kJson);
  const std::string id = request_id();
  if (protocol == CloudWatchProtocol::kQuery) {
    return answer(error.status, protocol, id, base::Slice::take(xml_error(error, id)));
  }
  const json::object body = {{"__type", "com.amazonaws.cloudwatch#" + error.name},
                             {"message", error.message}};
  Response response = answer(error.status, protocol, id, body_of(protocol, body));
  // Clients that grew up with the query protocol know errors by its codes.
  response.headers.set("x-amzn-query-error",
                       error.code + (error.status < 500 ? ";Sender" : ";Receiver"));
  return response;
}

}  // namespace control
