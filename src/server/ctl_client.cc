#include "server/ctl_client.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>

#include "control/http_client.h"
#include "io/loop.h"
#include "io/timer.h"
#include "wire/aws/sigv4.h"
#include "wire/http/absolute_url.h"
#include "wire/http/url.h"

namespace server::ctl {

namespace json = boost::json;
using control::Location;
using control::Member;
using control::Operation;

namespace {

constexpr std::size_t kMaxAnswer = std::size_t{32} << 20;
constexpr std::size_t kMaxPages = 100'000;
constexpr std::chrono::seconds kTimeout{30};
constexpr std::size_t kShownAnswer = 200;
// Six seconds together: the slowest rates are one request a second.
constexpr std::chrono::milliseconds kFirstPause{200};
constexpr int kPauses = 5;

std::string_view view_of(const json::value& text) {
  return std::string_view(text.get_string());
}

Result<std::string> path_text(const Member& member, const json::object& input) {
  const json::value* value = input.if_contains(member.name);
  if (value == nullptr || !value->is_string() || view_of(*value).empty()) {
    return wrong_use(fmt::format("{} is required, as text", member.name));
  }
  return wire::http::percent_encode(view_of(*value));
}

void append_query(const Member& member, const json::value& value, std::string& query) {
  const auto append = [&](std::string_view text) {
    query += query.empty() ? '?' : '&';
    query += fmt::format("{}={}", member.wire_name, wire::http::percent_encode(text));
  };
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) append_query(member, item, query);
  } else if (value.is_string()) {
    append(view_of(value));
  } else if (!value.is_null()) {
    append(json::serialize(value));
  }
}

std::string_view text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? view_of(*value) : std::string_view();
}

class HttpApiClient final : public Client {
 public:
  HttpApiClient(Access access, wire::http::AbsoluteUrl url)
      : access_(std::move(access)), url_(std::move(url)) {
    while (url_.path.ends_with('/')) url_.path.pop_back();
  }

  Result<json::object> call(const Operation& operation, const json::object& input) override {
    const auto text = write_call(operation, input);
    if (!text) return std::unexpected(text.error());
    auto request = signed_request(operation, *text);
    if (!request) return std::unexpected(request.error());
    std::optional<base::Expected<control::HttpClient::Answer>> answer;
    const auto pending = http_.send(std::move(*request), [&](auto given) {
      answer = std::move(given);
      loop_.stop();
    });
    loop_.run();
    if (!*answer) {
      return std::unexpected(Failure{
          kConnectionFailed, fmt::format("{}: {}", access_.endpoint, answer->error().message)});
    }
    return read_answer((*answer)->status, (*answer)->headers.get("x-amzn-errortype"),
                       (*answer)->body);
  }

 private:
  void pause(std::chrono::milliseconds time) override {
    io::Timer timer(loop_);
    timer.start(time, [this] { loop_.stop(); });
    loop_.run();
  }

  Result<control::HttpClient::Request> signed_request(const Operation& operation,
                                                      const CallText& text) {
    wire::http::Request unsigned_request;
    unsigned_request.method = wire::http::method_from(operation.method);
    unsigned_request.target = url_.path + text.target;
    unsigned_request.host = url_.host_field();
    if (!text.body.empty()) unsigned_request.headers.add("Content-Type", "application/json");
    unsigned_request.body = base::Slice::take(text.body);
    const std::string_view service = control::service_of(operation).signing_name;
    auto signature = wire::aws::sign(
        unsigned_request, {access_.access_key_id, access_.secret_access_key, access_.session_token},
        {.region = access_.region, .service = service}, io::Loop::wall_now());
    if (!signature) return wrong_use(signature.error().message);
    control::HttpClient::Request request;
    request.method = unsigned_request.method;
    request.url = fmt::format("{}://{}{}", url_.scheme, url_.authority(), unsigned_request.target);
    request.headers = std::move(unsigned_request.headers);
    for (std::size_t i = 0; i < signature->size(); ++i) {
      request.headers.add((*signature)[i].name, (*signature)[i].value);
    }
    request.body.push_back(std::move(unsigned_request.body));
    request.timeout = kTimeout;
    request.max_answer = kMaxAnswer;
    request.repeatable = operation.readonly;
    return request;
  }

  const Access access_;
  wire::http::AbsoluteUrl url_;
  io::Loop loop_;
  control::HttpClient http_{
      loop_, {.trust_any_certificate = access_.insecure, .max_idle = 1, .max_idle_per_server = 1}};
};

}  // namespace

Result<CallText> write_call(const Operation& operation, const json::object& input) {
  CallText text{std::string(operation.uri), {}};
  json::object body = input;
  std::string query;
  for (const Member& member : operation.input->members) {
    if (member.location == Location::kBody) continue;
    if (member.location == Location::kPath) {
      auto value = path_text(member, input);
      if (!value) return std::unexpected(value.error());
      const std::string place = fmt::format("{{{}}}", member.wire_name);
      if (const std::size_t at = text.target.find(place); at != std::string::npos) {
        text.target.replace(at, place.size(), *value);
      }
    } else if (const json::value* value = input.if_contains(member.name)) {
      append_query(member, *value, query);
    }
    body.erase(member.name);
  }
  text.target += query;
  if (operation.method != "GET" && operation.method != "DELETE") text.body = json::serialize(body);
  return text;
}

Result<json::object> read_answer(std::uint16_t status, std::string_view error_type,
                                 std::string_view body) {
  boost::system::error_code failed;
  json::value value = body.empty() ? json::value(json::object()) : json::parse(body, failed);
  const bool is_object = !failed && value.is_object();
  if (status >= 200 && status < 300 && is_object) return std::move(value.get_object());
  if (!is_object || (error_type.empty() && text_in(value.get_object(), "__type").empty())) {
    const std::string_view line = body.substr(0, std::min(body.find('\n'), kShownAnswer));
    return std::unexpected(
        Failure{kConnectionFailed,
                fmt::format("the answer is not one of the API: status {} {}", status, line)});
  }
  const json::object& object = value.get_object();
  std::string_view name = error_type.empty() ? text_in(object, "__type") : error_type;
  name = name.substr(0, name.find(':'));
  std::string_view sentence = text_in(object, "message");
  if (sentence.empty()) sentence = text_in(object, "exceptionMessage");
  return std::unexpected(
      Failure{kApiFailed, fmt::format("{}: {}", name, sentence), std::string(name)});
}

Result<std::unique_ptr<Client>> Client::create(Access access) {
  auto url = wire::http::parse_http_url(access.endpoint);
  if (!url) return wrong_use("the endpoint: " + url.error().message);
  if (url->path.find('?') != std::string::npos) return wrong_use("the endpoint must have no query");
  return std::make_unique<HttpApiClient>(std::move(access), std::move(*url));
}

Result<json::object> Client::call_patiently(const Operation& operation, const json::object& input) {
  std::chrono::milliseconds time = kFirstPause;
  for (int i = 0; i < kPauses; ++i, time *= 2) {
    auto answer = call(operation, input);
    if (answer || answer.error().error != "ThrottlingException") return answer;
    pause(time);
  }
  return call(operation, input);
}

Result<json::object> Client::call_all(const Operation& operation, const json::object& input,
                                      const std::function<void(std::size_t)>& progress) {
  const std::string_view items = operation.pagination.items;
  if (items.empty()) return call(operation, input);
  json::object page_input = input;
  json::array all;
  std::string last_token;
  for (std::size_t page = 0; page < kMaxPages; ++page) {
    auto answer = call_patiently(operation, page_input);
    if (!answer) return answer;
    if (json::value* list = answer->if_contains(items); list != nullptr && list->is_array()) {
      for (json::value& item : list->get_array()) all.push_back(std::move(item));
    }
    if (progress) progress(all.size());
    std::string token(text_in(*answer, "nextToken"));
    if (token.empty()) {
      (*answer)[items] = std::move(all);
      return answer;
    }
    if (token == last_token) break;
    last_token = token;
    page_input["nextToken"] = token;
  }
  return std::unexpected(Failure{kConnectionFailed, "the list does not end"});
}

}  // namespace server::ctl
