// Http1Connection must take any bytes in any pieces, stay within its bounds, and hand over the same
// requests and answers however the bytes are cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/http/http1_connection.h"

namespace {

using namespace wire::http;

struct Listener : Connection::Listener {
  Connection* connection = nullptr;
  std::string seen;
  std::vector<RequestId> held;

  void on_request(RequestId id, Request&& request) override {
    seen += std::string(request.method_text()) + ' ' + request.path + ' ' + request.host + ' ' +
            std::string(request.body.text());
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
      seen += std::string(request.headers[i].name) + ':' + std::string(request.headers[i].value);
    }
    if (request.path.ends_with("held")) {
      held.push_back(id);
    } else {
      Response response = Response::with_body(200, "text/plain", base::Slice::unowned("body"));
      response.streaming = request.path.ends_with("stream");
      connection->respond(id, std::move(response));
      connection->finish(id);
    }
  }
  void on_cancelled(RequestId id) override {
    seen += "cancelled";
    std::erase(held, id);
  }
};

/// Everything that can be observed of one run, with the input in pieces of `piece`.
std::string run(base::ByteSpan input, std::size_t piece) {
  static const DateText date{base::WallTime()};
  static const ServerOptions options;
  Listener listener;
  Http1Connection connection(listener, options, date);
  listener.connection = &connection;
  while (!input.empty()) {
    const base::ByteSpan part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    // Answer what is held once reading pauses, so that pieces and whole meet the same bound.
    const bool failed = !connection.receive(part);
    while (!connection.wants_input() && !listener.held.empty()) {
      const RequestId id = listener.held.front();
      listener.held.erase(listener.held.begin());
      connection.respond(id, Response::with_status(204));
    }
    CHECK(!failed || !connection.wants_input());
    CHECK(connection.open_requests() <= options.max_pipelined);
  }
  std::vector<base::Slice> out;
  connection.take_output(out);
  CHECK(!connection.has_output());
  connection.close();
  CHECK(connection.queued_bytes() == 0);
  std::string result = std::move(listener.seen);
  for (const base::Slice& slice : out) result += slice.text();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan input(data, size);
  // An invitation to send a body is made only if the body has not come: that alone may differ.
  const bool invites = base::as_text(input).find("100-") != std::string_view::npos;
  const std::string whole = run(input, size);
  const std::string pieces = run(input, 1 + input[0] % 16);
  if (!invites) CHECK(whole == pieces);
  return 0;
}
