// What it costs to receive a publisher of 2.5 Mbit/s: 30 pictures and 47 audio frames a second,
// in reads as a socket gives them. Also the sending side, as the load generator uses it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "wire/rtmp/client_session.h"
#include "wire/rtmp/server_session.h"

namespace {

using namespace wire::rtmp;

struct Owner : ServerListener {
  ServerSession* session = nullptr;
  std::uint64_t messages = 0;

  void on_connect(const ConnectInfo& /*info*/) override {}
  void on_publish(const PublishRequest& /*request*/) override {
    CHECK(session->accept_publish({}).has_value());
  }
  void on_media(MediaMessage message) override {
    ++messages;
    benchmark::DoNotOptimize(message.payload.data());
  }
  void on_unpublish() override {}
};

// Leads both through handshake and commands to the point where media flows.
void connect(ClientSession& client, ServerSession& server) {
  while (client.has_output() || server.has_output()) {
    CHECK(server.receive(client.take_output(), {}).has_value());
    CHECK(client.receive(server.take_output()).has_value());
  }
  CHECK(client.state() == ClientSession::State::kPublishing);
}

void send_one_second(ClientSession& client, const base::Bytes& payload) {
  constexpr std::size_t kKeyframe = 60'000;
  constexpr std::size_t kPicture = 8'170;
  constexpr std::size_t kAudio = 340;
  for (std::uint32_t i = 0; i < 30; ++i) {
    client.send_media(MediaKind::kVideo, i * 33,
                      base::ByteSpan(payload).first(i == 0 ? kKeyframe : kPicture));
  }
  for (std::uint32_t i = 0; i < 47; ++i) {
    client.send_media(MediaKind::kAudio, i * 21, base::ByteSpan(payload).first(kAudio));
  }
}

ClientSessionOptions client_options(std::uint32_t chunk_size) {
  return {.connect = {"app", "rtmp://host/app", "bench", {}},
          .stream_name = "key",
          .chunk_size = chunk_size};
}

// Arguments: bytes a read, the publisher's chunk size. One iteration is one second of a stream.
void receive_one_stream_second(benchmark::State& state) {
  const auto read_bytes = static_cast<std::size_t>(state.range(0));
  Owner owner;
  ServerSession server({}, owner, {});
  owner.session = &server;
  ClientSession client(client_options(static_cast<std::uint32_t>(state.range(1))));
  connect(client, server);
  send_one_second(client, base::Bytes(70'000, 0x5A));
  const base::Bytes second = client.take_output();
  owner.messages = 0;
  for (auto _ : state) {
    for (base::ByteSpan rest = second; !rest.empty();) {
      const auto part = rest.first(std::min(rest.size(), read_bytes));
      CHECK(server.receive(part, {}).has_value());
      rest = rest.subspan(part.size());
    }
    (void)server.take_output();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(second.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(owner.messages));
}
BENCHMARK(receive_one_stream_second)
    ->ArgNames({"read", "chunk"})
    ->Args({4096, 4096})
    ->Args({16384, 4096})
    ->Args({16384, 128})
    ->Args({16384, 65536});

void send_one_stream_second(benchmark::State& state) {
  Owner owner;
  ServerSession server({}, owner, {});
  owner.session = &server;
  ClientSession client(client_options(65'536));
  connect(client, server);
  const base::Bytes payload(70'000, 0x5A);
  std::int64_t bytes = 0;
  for (auto _ : state) {
    send_one_second(client, payload);
    bytes += static_cast<std::int64_t>(client.take_output().size());
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(send_one_stream_second);

// What a connection costs before it is anything.
void handshake_and_commands(benchmark::State& state) {
  for (auto _ : state) {
    Owner owner;
    ServerSession server({}, owner, {});
    owner.session = &server;
    ClientSession client(client_options(4096));
    connect(client, server);
  }
}
BENCHMARK(handshake_and_commands);

}  // namespace
