// Requests to the results service of polls: whatever comes, what is accepted keeps its bounds, and
// every answer that carries it is JSON. The first line is the target, the rest the body.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/poll_reply.h"
#include "app/poll_request.h"
#include "base/check.h"
#include "base/utf8.h"

namespace {

void check_text(std::string_view text, std::size_t max, bool may_be_empty = false) {
  CHECK(text.size() <= max);
  CHECK(may_be_empty || !text.empty());
  CHECK(base::is_utf8(text));
  CHECK(text.find('\0') == std::string_view::npos);
}

void check_json(std::string_view text) {
  boost::system::error_code error;
  (void)boost::json::parse(text, error);
  CHECK(!error);
}

struct Checks {
  void operator()(const app::PutAnswer& put) const {
    check_text(put.poll_id, app::kMaxPollId);
    check_text(put.requestor_id, app::kMaxRequestorId);
    check_text(put.response, app::kMaxPollAnswer, true);
    check_json(app::poll_body({{put.requestor_id, put.response}}, {{put.response, 1}}).text());
    check_json(app::requestor_body({{put.poll_id, put.response}}).text());
    const base::Slice event = app::counts_event(put.poll_id, {{put.response, 1}});
    const std::string_view line = event.text();
    CHECK(line.starts_with("data: ") && line.ends_with("\n\n"));
    CHECK(line.find_first_of("\r\n") == line.size() - 2);
    check_json(line.substr(6));
  }
  void operator()(const app::GetRequestor& get) const {
    check_text(get.requestor_id, app::kMaxRequestorId);
  }
  void operator()(const app::GetPoll& get) const { check_text(get.poll_id, app::kMaxPollId); }
  void operator()(const app::StreamPoll& get) const { check_text(get.poll_id, app::kMaxPollId); }
  void operator()(app::PollRefusal refusal) const {
    const auto response = app::refusal_reply(refusal);
    for (const base::Slice& slice : response.body) check_json(slice.text());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  wire::http::Request request;
  if (!request.set_target(input.substr(0, end))) return 0;
  request.body = base::Slice::unowned(input.substr(std::min(end + 1, input.size())));
  using wire::http::Method;
  for (const std::string_view prefix : {"/PROD", ""}) {
    if (!app::is_poll_path(prefix, request.path)) continue;
    for (const Method method : {Method::kPost, Method::kGet, Method::kOptions}) {
      request.method = method;
      std::visit(Checks{}, app::read_poll_request(prefix, request));
    }
  }
  return 0;
}
