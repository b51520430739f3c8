#include "app/poll_reply.h"

#include <fmt/format.h>

#include "app/app.h"
#include "base/json_text.h"

namespace app {
namespace {

using wire::http::Response;

constexpr std::string_view kJson = "application/json";

Response reply(std::uint16_t status, base::Slice body) {
  Response response = Response::with_body(status, kJson, std::move(body));
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response constant_reply(std::uint16_t status, std::string_view body) {
  return reply(status, base::Slice::unowned(body));
}

void append_items(std::string& out, const PollItems& items) {
  out += R"("items":{)";
  for (const auto& [name, text] : items) {
    if (out.back() != '{') out += ',';
    base::append_json_string(out, name);
    out += ':';
    base::append_json_string(out, text);
  }
  out += '}';
}

void append_counts(std::string& out, const std::vector<AnswerCount>& counts) {
  out += R"("responses":{)";
  for (const auto& [answer, votes] : counts) {
    if (out.back() != '{') out += ',';
    base::append_json_string(out, answer);
    fmt::format_to(std::back_inserter(out), ":{}", votes);
  }
  out += '}';
}

Response preflight() {
  Response response = Response::with_status(200);
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
  // The last one belongs into answers, but the tutorial's page sends it, and so asks for it.
  response.headers.add("Access-Control-Allow-Headers",
                       "Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token,"
                       "access-control-allow-origin");
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace

Response success_reply() {
  return constant_reply(200, R"({"state":"success"})");
}

Response refusal_reply(PollRefusal refusal) {
  switch (refusal) {
    case PollRefusal::kPreflight:
      return preflight();
    case PollRefusal::kFail:
      return constant_reply(500, R"({"state":"fail"})");
    case PollRefusal::kBroke:
      return constant_reply(200, R"({"state":"broke"})");
    case PollRefusal::kInternal:
      break;
    case PollRefusal::kTooLarge:
      return constant_reply(413, R"({"message":"Request Too Long"})");
    case PollRefusal::kMethodNotAllowed: {
      Response response = constant_reply(405, R"({"message":"the stream is read with GET"})");
      response.headers.add("Allow", "GET, OPTIONS");
      return response;
    }
    case PollRefusal::kNoPollId:
      return constant_reply(400, R"({"message":"poll_id is missing or too long"})");
  }
  // In the tutorial's service this one came from the gateway, which knew nothing of other origins.
  Response response = Response::with_body(
      502, kJson, base::Slice::unowned(R"({"message":"Internal server error"})"));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response too_many_requests_reply() {
  Response response = constant_reply(429, R"({"message":"Too Many Requests"})");
  response.headers.add("Retry-After", "1");
  return response;
}

base::Slice requestor_body(const PollItems& items) {
  std::string out = R"({"state":"success",)";
  append_items(out, items);
  out += '}';
  return base::Slice::take(std::move(out));
}

base::Slice poll_body(const PollItems& items, const std::vector<AnswerCount>& counts) {
  std::string out = R"({"state":"success",)";
  append_items(out, items);
  out += ',';
  append_counts(out, counts);
  out += '}';
  return base::Slice::take(std::move(out));
}

Response items_reply(base::Slice body) {
  return reply(200, std::move(body));
}

base::Slice counts_event(std::string_view poll_id, const std::vector<AnswerCount>& counts) {
  // JSON text has no line ends, so one line of data holds it (WHATWG HTML, section 9.2).
  std::string out = R"(data: {"poll_id":)";
  base::append_json_string(out, poll_id);
  out += ',';
  append_counts(out, counts);
  std::int64_t total = 0;
  for (const auto& [answer, votes] : counts) total += votes;
  fmt::format_to(std::back_inserter(out), ",\"total\":{}}}\n\n", total);
  return base::Slice::take(std::move(out));
}

Response poll_stream_head() {
  Response response = Response::with_status(200);
  response.streaming = true;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Cache-Control", "no-store, no-transform");
  response.headers.add("X-Accel-Buffering", "no");  // for nginx in front
  // After how many milliseconds a browser that lost the stream comes back.
  response.body.push_back(base::Slice::unowned("retry: 2000\n\n"));
  return response;
}

}  // namespace app
