// Shared by the tests of io: driving a loop until something holds, and a recording handler.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/connection.h"
#include "io/connector.h"
#include "io/listener.h"
#include "io/loop.h"

namespace io::test {

/// Runs `loop` on this thread until `done()` holds; false if it does not within ten seconds.
template <class Done>
bool drive(Loop& loop, Done done, std::chrono::seconds limit = std::chrono::seconds(10)) {
  const auto deadline = Loop::precise_now() + limit;
  while (!done()) {
    if (Loop::precise_now() > deadline) return false;
    (void)loop.run_once(std::chrono::milliseconds(20));
  }
  return true;
}

/// One side of a connection that records what happens; the test may react by the functions.
struct Peer final : Connection::Handler {
  void on_data(base::ByteSpan data) override {
    ++data_calls;
    received_bytes += data.size();
    if (keep) received += base::as_text(data);
    if (react_to_data) react_to_data(data);
  }
  void on_drained() override {
    ++drained;
    if (react_to_drained) react_to_drained();
  }
  void on_secured() override {
    ++secured;
    if (react_to_secured) react_to_secured();
  }
  void on_closed(const base::Error& reason) override {
    ++closed;
    error = reason;
    if (react_to_closed) react_to_closed();
  }

  std::unique_ptr<Connection> connection;
  std::string received;
  bool keep = true;
  std::size_t received_bytes = 0;
  int data_calls = 0;
  int drained = 0;
  int secured = 0;
  int closed = 0;
  base::Error error;
  std::function<void(base::ByteSpan)> react_to_data;
  std::function<void()> react_to_drained;
  std::function<void()> react_to_secured;
  std::function<void()> react_to_closed;
};

/// Two connected sockets over the loopback interface.
struct SocketPair {
  Socket client;
  Socket server;
};
SocketPair connect_pair(Loop& loop);

/// Both ends of a connection on one loop, plain or TLS, with TLS handshakes done.
struct Pair {
  Pair(Loop& loop, bool tls);
  Peer client;
  Peer server;
  std::unique_ptr<TlsContext> server_context;
  std::unique_ptr<TlsContext> client_context;
};

/// Bytes that differ at every place, so that loss, doubling and disorder show.
inline std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 12345;
  for (char& c : out) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return out;
}

inline base::Slice slice(std::string text) {
  return base::Slice::take(std::move(text));
}

}  // namespace io::test
