#include "app/poll_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/utf8.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;

constexpr std::string_view kPut = "/requestor-put";
constexpr std::string_view kGetRequestor = "/requestor-get";
constexpr std::string_view kGetPoll = "/poll-get";
constexpr std::string_view kStream = "/poll-live";
constexpr std::string_view kRoutes[] = {kPut, kGetRequestor, kGetPoll, kStream};
constexpr std::size_t kMaxDepth = 8;

// As the tutorial's service, written in Python, turns values into text.
std::string as_text(const json::value& value) {
  switch (value.kind()) {
    case json::kind::string:
      return std::string(value.get_string());
    case json::kind::null:
      return "None";
    case json::kind::bool_:
      return value.get_bool() ? "True" : "False";
    case json::kind::double_: {
      std::string text = fmt::format("{}", value.get_double());
      if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
      return text;
    }
    default:
      return json::serialize(value);
  }
}

std::optional<json::object> parse_object(std::string_view body) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

bool is_fit(std::string_view text, std::size_t max) {
  return text.size() <= max && text.find('\0') == std::string_view::npos && base::is_utf8(text);
}

std::optional<std::string> member(const json::object& object, std::string_view name,
                                  std::size_t max, bool may_be_empty = false) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  std::string text = as_text(*value);
  if (!is_fit(text, max) || (text.empty() && !may_be_empty)) return std::nullopt;
  return text;
}

PollCall read_put(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return PollRefusal::kBroke;
  const json::value* type = object->if_contains("type");
  if (type == nullptr) return PollRefusal::kBroke;
  if (as_text(*type) != "answer") return PollRefusal::kFail;
  auto poll_id = member(*object, "poll_id", kMaxPollId);
  auto requestor_id = member(*object, "requestor_id", kMaxRequestorId);
  auto response = member(*object, "response", kMaxPollAnswer, true);
  if (!poll_id || !requestor_id || !response) return PollRefusal::kBroke;
  return PutAnswer{std::move(*poll_id), std::move(*requestor_id), std::move(*response)};
}

template <class Call>
PollCall read_get(std::string_view body, std::string_view name, std::size_t max) {
  const auto object = parse_object(body);
  if (!object) return PollRefusal::kInternal;
  auto id = member(*object, name, max);
  if (!id) return PollRefusal::kInternal;
  return Call{std::move(*id)};
}

PollCall read_stream(const wire::http::Request& request) {
  if (request.method != Method::kGet) return PollRefusal::kMethodNotAllowed;
  auto id = request.query_parameter("poll_id");
  if (!id || id->empty() || !is_fit(*id, kMaxPollId)) return PollRefusal::kNoPollId;
  return StreamPoll{std::move(*id)};
}

}  // namespace

bool is_poll_path(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return false;
  const std::string_view rest = path.substr(prefix.size());
  if (!prefix.empty()) return rest.empty() || rest.starts_with('/');
  return std::find(std::begin(kRoutes), std::end(kRoutes), rest) != std::end(kRoutes);
}

PollCall read_poll_request(std::string_view prefix, const wire::http::Request& request) {
  if (request.method == Method::kOptions) return PollRefusal::kPreflight;
  const std::string_view route = std::string_view(request.path).substr(prefix.size());
  if (route == kStream) return read_stream(request);
  if (request.body.size() > kMaxPollBody) return PollRefusal::kTooLarge;
  const std::string_view body = request.body.text();
  if (route == kPut) return read_put(body);
  if (route == kGetRequestor) {
    return read_get<GetRequestor>(body, "requestor_id", kMaxRequestorId);
  }
  if (route == kGetPoll) return read_get<GetPoll>(body, "poll_id", kMaxPollId);
  return PollRefusal::kFail;
}

}  // namespace app
