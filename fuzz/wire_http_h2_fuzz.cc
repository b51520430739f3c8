// Http2Connection must take any bytes after a good preface and stay consistent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "wire/http/http2_connection.h"

namespace {

using namespace wire::http;

struct Listener : Connection::Listener {
  Connection* connection = nullptr;
  std::vector<RequestId> held;

  void on_request(RequestId id, Request&& request) override {
    if (request.path.ends_with("held")) {
      held.push_back(id);
      return;
    }
    Response response = Response::with_body(200, "text/plain", base::Slice::unowned("body"));
    response.streaming = request.path.ends_with("stream");
    connection->respond(id, std::move(response));
    connection->append(id, base::Slice::unowned("more"));
    if (request.query().empty()) connection->finish(id);
  }
  void on_cancelled(RequestId id) override { std::erase(held, id); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const DateText date{base::WallTime()};
  static const ServerOptions options;
  Listener listener;
  Http2Connection connection(listener, options, date);
  listener.connection = &connection;
  // The preface, then an empty SETTINGS frame.
  (void)connection.receive(base::as_bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  (void)connection.receive(base::ByteSpan({{0, 0, 0, 4, 0, 0, 0, 0, 0}}));
  base::ByteSpan input(data, size);
  const std::size_t piece = 1 + std::size_t{input[0]} * 4;
  input = input.subspan(1);
  std::vector<base::Slice> out;
  while (!input.empty() && !connection.should_close()) {
    const base::ByteSpan part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    (void)connection.receive(part);
    out.clear();
    connection.take_output(out, 1000);
    CHECK(connection.open_requests() <= options.max_streams);
    if (listener.held.size() > 2) {
      const RequestId id = listener.held.front();
      listener.held.erase(listener.held.begin());
      connection.abort(id);
    }
  }
  connection.close();
  CHECK(connection.queued_bytes() == 0);
  return 0;
}
