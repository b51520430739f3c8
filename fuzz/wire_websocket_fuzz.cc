// The WebSocket reader, in both roles, must hear the same however its input is cut, and hand on
// only what the standard allows; the handshake must take any request.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/utf8.h"
#include "wire/http/http1_connection.h"
#include "wire/websocket/handshake.h"
#include "wire/websocket/reader.h"

namespace {

using namespace wire::websocket;

constexpr std::uint32_t kMax = 300;

struct Ears final : Reader::Listener {
  std::string heard;
  bool closed = false;

  void hear(std::string_view what, base::ByteSpan payload, std::size_t limit) {
    CHECK(!closed);
    CHECK(payload.size() <= limit);
    heard += what;
    heard += base::as_text(payload);
  }
  void on_text(std::string_view text) override {
    CHECK(base::is_utf8(text));
    hear("text:", base::as_bytes(text), kMax);
  }
  void on_binary(base::ByteSpan data) override { hear("binary:", data, kMax); }
  void on_ping(base::ByteSpan payload) override { hear("ping:", payload, kMaxControlPayload); }
  void on_pong(base::ByteSpan payload) override { hear("pong:", payload, kMaxControlPayload); }
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override {
    CHECK(!code || is_close_code(*code));
    CHECK(base::is_utf8(reason));
    hear("close:", base::as_bytes(reason), kMaxCloseReason);
    heard += std::to_string(code.value_or(0));
    closed = true;
  }
};

std::string run(base::ByteSpan input, std::size_t piece, Reader::Role role, Reader::Binary binary) {
  Ears ears;
  Reader reader(role, kMax, binary);
  while (!input.empty()) {
    const base::ByteSpan part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    if (const auto result = reader.receive(part, ears); !result) {
      CHECK(is_close_code(result.error().code));
      CHECK(!reader.is_receiving());
      return ears.heard + "failed:" + std::to_string(result.error().code);
    }
  }
  return std::move(ears.heard);
}

struct Server final : wire::http::Connection::Listener {
  wire::http::Http1Connection* connection = nullptr;

  void on_request(wire::http::RequestId id, wire::http::Request&& request) override {
    wire::http::Response response = wire::http::Response::with_status(204);
    if (is_websocket_upgrade(request)) {
      const auto offer = check_upgrade(request);
      if (!offer) {
        response = offer.error();
        CHECK(response.status == 400 || response.status == 426);
      } else {
        response =
            switching_response(*offer, offer->protocols.empty() ? "" : offer->protocols.back());
      }
    }
    connection->respond(id, std::move(response));
  }
  void on_cancelled(wire::http::RequestId) override {}
};

void try_handshake(base::ByteSpan input) {
  static const wire::http::DateText date{base::WallTime()};
  static const wire::http::ServerOptions options;
  Server server;
  wire::http::Http1Connection connection(server, options, date);
  server.connection = &connection;
  (void)connection.receive(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan input(data, size);
  if (input.front() == 'G') {  // no frame begins so: reserved bits
    try_handshake(input);
    return 0;
  }
  for (const auto role : {Reader::Role::kServer, Reader::Role::kClient}) {
    for (const auto binary : {Reader::Binary::kRefuse, Reader::Binary::kAccept}) {
      const std::string whole = run(input, size, role, binary);
      CHECK(whole == run(input, 1, role, binary));
      CHECK(whole == run(input, 1 + input[size - 1] % 16, role, binary));
    }
  }
  return 0;
}
