// What an HTTP request costs without a socket: parse, hand over, answer, take the output. A 1 KiB
// playlist and a 64 KiB part, as a viewer asks for them, over HTTP/1.1 and HTTP/2.
#include <benchmark/benchmark.h>
#include <nghttp2/nghttp2.h>

#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/http/http1_connection.h"
#include "wire/http/http2_connection.h"

namespace {

using namespace wire::http;

constexpr std::string_view kTarget =
    "/api/video/v1/eu-west-1.123456789012.channel.AbCdEfGhIjKl/720p.m3u8?_HLS_msn=1234&_HLS_part=3";
constexpr std::string_view kAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36";

/// Answers everything with one shared body, as a playlist or part is answered.
struct Answerer : Connection::Listener {
  explicit Answerer(std::size_t size) : body(base::Slice::take(std::string(size, 'b'))) {}
  void on_request(RequestId id, Request&& request) override {
    benchmark::DoNotOptimize(request.query_parameter("_HLS_msn"));
    Response response = Response::with_body(200, "application/vnd.apple.mpegurl", body);
    response.headers.add("Cache-Control", "max-age=12");
    response.headers.add("Access-Control-Allow-Origin", "*");
    connection->respond(id, std::move(response));
  }
  void on_cancelled(RequestId) override {}

  base::Slice body;
  Connection* connection = nullptr;
};

void http1(benchmark::State& state) {
  const DateText date{base::WallTime()};
  const ServerOptions options;
  Answerer answerer(static_cast<std::size_t>(state.range(0)));
  Http1Connection connection(answerer, options, date);
  answerer.connection = &connection;
  const std::string request = "GET " + std::string(kTarget) +
                              " HTTP/1.1\r\nHost: live.example.org:8080\r\nConnection: keep-alive"
                              "\r\nUser-Agent: " +
                              std::string(kAgent) +
                              "\r\nAccept: */*\r\nOrigin: https://example.org\r\n"
                              "Referer: https://example.org/\r\nAccept-Encoding: gzip, deflate, br"
                              "\r\nAccept-Language: en-GB,en;q=0.9\r\n\r\n";
  std::vector<base::Slice> out;
  for (auto _ : state) {
    CHECK(connection.receive(base::as_bytes(request)));
    out.clear();
    connection.take_output(out);
    CHECK(out.size() == 2);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(http1)->Arg(1 << 10)->Arg(64 << 10);

/// nghttp2's client makes the requests and reads the answers; its share is outside the timing.
void http2(benchmark::State& state) {
  const DateText date{base::WallTime()};
  const ServerOptions options;
  Answerer answerer(static_cast<std::size_t>(state.range(0)));
  Http2Connection connection(answerer, options, date);
  answerer.connection = &connection;
  nghttp2_session_callbacks* callbacks = nullptr;
  CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session* client = nullptr;
  CHECK(nghttp2_session_client_new(&client, callbacks, nullptr) == 0);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 1> settings{
      {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 24}}};
  CHECK(nghttp2_submit_settings(client, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
  CHECK(nghttp2_session_set_local_window_size(client, NGHTTP2_FLAG_NONE, 0, 1 << 24) == 0);

  const auto octets = [](std::string_view text) {
    return const_cast<std::uint8_t*>(base::as_bytes(text).data());
  };
  std::vector<nghttp2_nv> fields;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {":method", "GET"},
           {":scheme", "https"},
           {":authority", "live.example.org"},
           {":path", kTarget},
           {"user-agent", kAgent},
           {"accept", "*/*"},
           {"origin", "https://example.org"},
           {"referer", "https://example.org/"},
           {"accept-encoding", "gzip, deflate, br"},
           {"accept-language", "en-GB,en;q=0.9"}}) {
    fields.push_back({octets(name), octets(value), name.size(), value.size(), 0});
  }
  std::vector<base::Slice> out;
  for (auto _ : state) {
    state.PauseTiming();
    for (const base::Slice& slice : out) {
      CHECK(nghttp2_session_mem_recv(client, slice.data(), slice.size()) >= 0);
    }
    out.clear();
    CHECK(nghttp2_submit_request(client, nullptr, fields.data(), fields.size(), nullptr, nullptr) >
          0);
    std::string input;
    const std::uint8_t* data = nullptr;
    while (const auto size = nghttp2_session_mem_send(client, &data)) {
      CHECK(size > 0);
      input += base::as_text({data, static_cast<std::size_t>(size)});
    }
    state.ResumeTiming();
    CHECK(connection.receive(base::as_bytes(input)));
    connection.take_output(out);
  }
  CHECK(connection.open_requests() == 0);
  state.SetItemsProcessed(state.iterations());
  nghttp2_session_del(client);
}
BENCHMARK(http2)->Arg(1 << 10)->Arg(64 << 10);

}  // namespace
