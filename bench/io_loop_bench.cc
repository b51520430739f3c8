// What the loop and connections cost: posts, small echoes, bulk, and memory of idle connections.
// Everything runs on one thread, so the CPU time covers both ends of a connection.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <deque>
#include <memory>
#include <string>

#include "base/check.h"
#include "io/coarse_timer.h"
#include "io/connection.h"
#include "io/connector.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/system.h"
#include "io/timer.h"

namespace {

using io::Connection;
using io::Loop;

struct End final : Connection::Handler {
  void on_data(base::ByteSpan data) override {
    received += data.size();
    if (echo) connection->write(base::Slice::copy_of(data));
    if (on_bytes) on_bytes();
  }
  void on_closed(const base::Error&) override { closed = true; }

  std::unique_ptr<Connection> connection;
  std::size_t received = 0;
  bool echo = false;
  bool closed = false;
  std::function<void()> on_bytes;
};

template <class Done>
void drive(Loop& loop, Done done) {
  while (!done()) (void)loop.run_once(std::chrono::milliseconds(100));
}

// Both ends of connections over loopback, on one loop.
class Network {
 public:
  Network(Loop& loop, bool tls) : loop_(loop), tls_(tls) {
    const auto pem = io::make_development_certificate({});
    CHECK(pem.has_value());
    server_context_ = std::move(*io::TlsContext::server(*pem, {}));
    client_context_ = std::move(*io::TlsContext::client({.verify = false}));
    auto sockets = io::bind_tcp("127.0.0.1", 0, 1);
    CHECK(sockets.has_value());
    listener_ = std::make_unique<io::Listener>(
        loop, std::move(sockets->front()), [this](io::Socket socket) {
          End& end = servers.emplace_back();
          end.connection =
              tls_ ? Connection::tls_server(loop_, std::move(socket), *server_context_, end)
                   : Connection::plain(loop_, std::move(socket), end);
        });
  }
  void add_pair() {
    const std::size_t before = servers.size();
    End& client = clients.emplace_back();
    io::Connector connector(
        loop_, {.host = "127.0.0.1", .port = listener_->local_port()},
        [&](base::Expected<io::Socket> socket) {
          CHECK(socket.has_value());
          client.connection = tls_ ? Connection::tls_client(loop_, std::move(*socket),
                                                            *client_context_, "localhost", client)
                                   : Connection::plain(loop_, std::move(*socket), client);
        });
    drive(loop_, [&] { return servers.size() > before && client.connection != nullptr; });
    if (tls_)
      drive(loop_, [&] { return client.connection->tls() && servers.back().connection->tls(); });
  }

  std::deque<End> clients;
  std::deque<End> servers;

 private:
  Loop& loop_;
  const bool tls_;
  std::unique_ptr<io::TlsContext> server_context_;
  std::unique_ptr<io::TlsContext> client_context_;
  std::unique_ptr<io::Listener> listener_;
};

void post_in_batches(benchmark::State& state) {
  Loop loop;
  int count = 0;
  for (auto _ : state) {
    const int goal = count + 100;
    for (int i = 0; i < 100; ++i) loop.post([&count] { ++count; });
    drive(loop, [&] { return count == goal; });
  }
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(post_in_batches);

void post_one_and_run_it(benchmark::State& state) {
  Loop loop;
  int count = 0;
  for (auto _ : state) {
    const int goal = count + 1;
    loop.post([&count] { ++count; });
    drive(loop, [&] { return count == goal; });
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(post_one_and_run_it);

// Range 0: TLS; range 1: connections that echo at the same time.
void echo_1k(benchmark::State& state) {
  Loop loop;
  Network network(loop, state.range(0) != 0);
  const auto connections = static_cast<std::size_t>(state.range(1));
  for (std::size_t i = 0; i < connections; ++i) network.add_pair();
  for (End& end : network.servers) end.echo = true;
  const base::Slice message = base::Slice::take(std::string(1024, 'x'));
  std::size_t goal = 0;
  for (auto _ : state) {
    goal += message.size();
    for (End& end : network.clients) end.connection->write(message);
    drive(loop, [&] {
      for (const End& end : network.clients) {
        if (end.received < goal) return false;
      }
      return true;
    });
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(echo_1k)->ArgNames({"tls", "connections"})->ArgsProduct({{0, 1}, {1, 64}});

void send_64k(benchmark::State& state) {
  Loop loop;
  Network network(loop, state.range(0) != 0);
  network.add_pair();
  const base::Slice message = base::Slice::take(std::string(64 * 1024, 'x'));
  std::size_t goal = 0;
  for (auto _ : state) {
    goal += message.size();
    network.servers.front().connection->write(message);
    drive(loop, [&] { return network.clients.front().received >= goal; });
  }
  state.SetBytesProcessed(state.iterations() * 64 * 1024);
}
BENCHMARK(send_64k)->ArgNames({"tls"})->Arg(0)->Arg(1);

// Heap bytes of idle connections, each side for itself, without the kernel's socket memory.
void idle_connection_memory(benchmark::State& state) {
  (void)io::raise_open_file_limit();
  constexpr std::size_t kConnections = 2000;
  const auto heap = [] {
    const auto information = ::mallinfo2();
    return static_cast<double>(information.uordblks + information.hblkhd);
  };
  for (auto _ : state) {
    Loop loop;
    Network network(loop, state.range(0) != 0);
    network.add_pair();
    const double before = heap();
    for (std::size_t i = 0; i < kConnections; ++i) network.add_pair();
    const double both = heap();
    for (End& end : network.clients) end.connection.reset();
    const double servers = heap();
    state.counters["server_end"] = (servers - before) / kConnections - sizeof(End) * 2;
    state.counters["client_end"] = (both - servers) / kConnections;
  }
  state.counters["object"] = sizeof(Connection);
}
BENCHMARK(idle_connection_memory)->ArgNames({"tls"})->Arg(0)->Arg(1)->Iterations(1);

void coarse_timer_restart(benchmark::State& state) {
  Loop loop;
  io::CoarseTimer timer(loop);
  timer.start(std::chrono::seconds(60), [] {});
  for (auto _ : state) timer.restart(std::chrono::seconds(60));
}
BENCHMARK(coarse_timer_restart);

void timer_restart(benchmark::State& state) {
  Loop loop;
  io::Timer timer(loop);
  for (auto _ : state) {
    timer.start(std::chrono::seconds(60), [] {});
    (void)loop.run_once(std::chrono::milliseconds(0));  // the wait that was replaced ends
  }
}
BENCHMARK(timer_restart);

}  // namespace
