#include "io/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "io/io_test_support.h"

namespace io {
namespace {

using namespace std::chrono_literals;
using test::drive;
using test::Pair;
using test::pattern;
using test::Peer;
using test::slice;

class PlainAndTls : public testing::TestWithParam<bool> {
 protected:
  bool tls() const { return GetParam(); }
  Loop loop_;
};
INSTANTIATE_TEST_SUITE_P(Io, PlainAndTls, testing::Values(false, true),
                         [](const auto& row) { return row.param ? "Tls" : "Plain"; });

TEST_P(PlainAndTls, Echo) {
  Pair pair(loop_, tls());
  pair.server.react_to_data = [&](base::ByteSpan data) {
    pair.server.connection->write(base::Slice::copy_of(data));
  };
  pair.client.connection->write(slice("hello"));
  EXPECT_TRUE(drive(loop_, [&] { return pair.client.received == "hello"; }));
  EXPECT_EQ(pair.server.connection->peer(), pair.client.connection->local());
  EXPECT_EQ(pair.client.connection->peer().ip(), "127.0.0.1");
  const auto info = pair.server.connection->tls();
  ASSERT_EQ(info.has_value(), tls());
  if (tls()) {
    EXPECT_EQ(info->protocol, "http/1.1");
    EXPECT_EQ(info->version, "TLSv1.3");
    EXPECT_EQ(info->server_name, "localhost");
  }
}

TEST_P(PlainAndTls, WritesOfOneCallbackArriveTogetherAndInOrder) {
  Pair pair(loop_, tls());
  pair.server.react_to_data = [&](base::ByteSpan) {
    for (int i = 0; i < 200; ++i) {
      pair.server.connection->write(slice(std::to_string(i) + ","));
    }
    EXPECT_EQ(pair.server.connection->pending_bytes(), 690U);
  };
  pair.client.connection->write(slice("x"));
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += std::to_string(i) + ",";
  EXPECT_TRUE(drive(loop_, [&] { return pair.client.received == expected; }));
  EXPECT_EQ(pair.client.data_calls, 1);
  EXPECT_EQ(pair.server.drained, 1);
  EXPECT_EQ(pair.server.connection->pending_bytes(), 0U);
}

TEST_P(PlainAndTls, BigTransferWithBackpressureKeepsEveryByte) {
  Pair pair(loop_, tls());
  constexpr std::size_t kPiece = 100'000;
  constexpr int kPieces = 80;
  const std::string piece = pattern(kPiece);
  std::string expected;
  int written = 0;
  std::size_t most_pending = 0;
  const auto pump = [&] {
    while (written < kPieces && pair.client.connection->pending_bytes() < 300'000) {
      // In uneven slices, some of them tiny and one empty.
      const std::size_t cut = static_cast<std::size_t>(written) * 37 + 1;
      const std::vector<base::Slice> slices{slice(piece.substr(0, cut)), base::Slice(),
                                            slice(piece.substr(cut))};
      pair.client.connection->write(slices);
      expected += piece;
      ++written;
      most_pending = std::max(most_pending, pair.client.connection->pending_bytes());
    }
  };
  pair.client.react_to_drained = pump;
  pair.server.connection->pause_reading();
  pump();
  EXPECT_GT(pair.client.connection->pending_bytes(), 0U);
  // The server pauses and resumes all the time.
  pair.server.react_to_data = [&](base::ByteSpan) {
    pair.server.connection->pause_reading();
    loop_.post([&] { pair.server.connection->resume_reading(); });
  };
  pair.server.connection->resume_reading();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.received_bytes == kPiece * kPieces; }));
  EXPECT_TRUE(pair.server.received == expected);
  EXPECT_LE(most_pending, 400'000U);
}

TEST_P(PlainAndTls, PausedReaderGetsNothing) {
  Pair pair(loop_, tls());
  pair.server.connection->pause_reading();
  pair.client.connection->write(slice("x"));
  bool passed = false;
  CoarseTimer timer(loop_);
  timer.start(0s, [&] { passed = true; });
  ASSERT_TRUE(drive(loop_, [&] { return passed; }));
  EXPECT_EQ(pair.server.received, "");
  pair.server.connection->resume_reading();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.received == "x"; }));
}

TEST_P(PlainAndTls, CloseAfterWriteDeliversEverythingAndBothHearOfItOnce) {
  Pair pair(loop_, tls());
  const std::string data = pattern(3'000'000);
  pair.server.react_to_closed = [&] { pair.server.connection.reset(); };
  pair.server.connection->write(slice(data));
  pair.server.connection->close_after_write();
  pair.server.connection->write(slice("ignored"));
  EXPECT_EQ(pair.server.closed, 0);
  // Bytes that the closing side never reads must not turn the end into a reset.
  pair.client.connection->write(slice("unread"));
  EXPECT_TRUE(drive(loop_, [&] { return pair.client.closed == 1; }));
  EXPECT_TRUE(pair.client.received == data);
  EXPECT_EQ(pair.client.error.code, base::ErrorCode::kClosed);
  pair.client.connection.reset();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed == 1; }));
  EXPECT_EQ(pair.server.received, "");
  EXPECT_EQ(pair.client.closed, 1);
}

TEST_P(PlainAndTls, CloseEndsByItselfWhenThePeerDoesNotAnswer) {
  Pair pair(loop_, tls());
  pair.client.connection->pause_reading();
  pair.server.connection->close_after_write();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed == 1; }));
  EXPECT_EQ(pair.client.closed, 0);
}

TEST_P(PlainAndTls, PeerThatVanishesIsReportedOnce) {
  Pair pair(loop_, tls());
  pair.client.connection.reset();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed == 1; }));
  EXPECT_EQ(pair.server.error.code, base::ErrorCode::kClosed);
  pair.server.connection->write(slice("nobody"));
  pair.server.connection->close_after_write();
  for (int i = 0; i < 10; ++i) (void)loop_.run_once(1ms);
  EXPECT_EQ(pair.server.closed, 1);
}

TEST_P(PlainAndTls, ResetWhileOutputWaitsIsReportedFromTheLoopOnly) {
  Pair pair(loop_, tls());
  pair.client.connection->pause_reading();
  const std::string block = pattern(1'000'000);
  while (pair.server.connection->pending_bytes() == 0) pair.server.connection->write(slice(block));
  pair.client.connection.reset();  // with unread data: the kernel sends a reset
  for (int i = 0; i < 20 && pair.server.closed == 0; ++i) {
    const int before = pair.server.closed;
    pair.server.connection->write(slice("more"));
    EXPECT_EQ(pair.server.closed, before);
    (void)loop_.run_once(10ms);
  }
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed == 1; }));
}

TEST_P(PlainAndTls, ResetOfAPausedConnectionIsNoticed) {
  Pair pair(loop_, tls());
  pair.server.connection->pause_reading();
  pair.client.connection->pause_reading();
  pair.server.connection->write(slice("unread"));
  (void)loop_.run_once(5ms);
  pair.client.connection.reset();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed == 1; }));
}

TEST_P(PlainAndTls, MayBeDestroyedInEveryCallback) {
  for (const char* where : {"data", "drained", "closed"}) {
    SCOPED_TRACE(where);
    Pair pair(loop_, tls());
    bool destroyed = false;
    const auto destroy = [&] {
      pair.server.connection.reset();
      destroyed = true;
    };
    const std::string at = where;
    pair.server.react_to_data = [&](base::ByteSpan) {
      pair.server.connection->write(slice("answer"));
      if (at == "data") destroy();
      if (at == "closed") pair.server.connection->close_after_write();
    };
    if (at == "drained") pair.server.react_to_drained = destroy;
    if (at == "closed") pair.server.react_to_closed = destroy;
    pair.client.react_to_closed = [&] { pair.client.connection.reset(); };
    pair.client.connection->write(slice("question"));
    EXPECT_TRUE(drive(loop_, [&] { return destroyed && pair.client.closed == 1; }));
    EXPECT_EQ(pair.client.received, at == "data" ? "" : "answer");
  }
}

TEST(Connection, OneCallbackMayDestroyAnotherConnectionOfTheSameWakeUp) {
  Loop loop;
  Pair first(loop, false);
  Pair second(loop, false);
  first.client.connection->write(slice("x"));
  second.client.connection->write(slice("x"));
  int calls = 0;
  const auto destroy_both = [&](base::ByteSpan) {
    ++calls;
    first.server.connection.reset();
    second.server.connection.reset();
  };
  first.server.react_to_data = destroy_both;
  second.server.react_to_data = destroy_both;
  EXPECT_TRUE(drive(loop, [&] { return first.client.closed + second.client.closed == 2; }));
  EXPECT_EQ(calls, 1);
}

TEST_P(PlainAndTls, EndOfInputStillLetsQueuedOutputGo) {
  Pair pair(loop_, tls());
  const std::string data = pattern(4'000'000);
  pair.client.connection->pause_reading();
  pair.server.connection->write(slice(data));
  ASSERT_GT(pair.server.connection->pending_bytes(), 0U);
  pair.client.connection->close_after_write();
  EXPECT_TRUE(drive(loop_, [&] { return pair.server.closed + pair.client.closed > 0; }));
  EXPECT_LE(pair.server.closed, 1);
}

TEST_P(PlainAndTls, MovesToAnotherLoopInMidStream) {
  LoopGroup group(1);
  Pair pair(loop_, tls());
  const std::string upload = pattern(6'000'000);
  const std::string download = pattern(2'500'000);
  // The new home collects what comes and ends the connection when all is there.
  Peer there;
  std::promise<void> all_there;
  std::promise<void> closed_there;
  there.received.reserve(upload.size());
  group.start();
  bool moved = false;
  pair.server.react_to_data = [&](base::ByteSpan) {
    if (pair.server.received_bytes < 1'000'000 || moved) return;
    moved = true;
    pair.server.connection->write(slice(download));  // some of it will still be unsent
    group.at(0).post(
        [&, detached = pair.server.connection->detach(), so_far = pair.server.received]() mutable {
          there.received = std::move(so_far);
          there.react_to_data = [&](base::ByteSpan) {
            if (there.received.size() == upload.size()) all_there.set_value();
          };
          there.react_to_closed = [&] {
            there.connection.reset();
            closed_there.set_value();
          };
          there.connection = Connection::attach(group.at(0), std::move(detached), there);
        });
  };
  pair.client.connection->write(slice(upload));
  auto done = all_there.get_future();
  ASSERT_TRUE(drive(loop_, [&] {
    return done.wait_for(0s) == std::future_status::ready &&
           pair.client.received_bytes == download.size();
  }));
  EXPECT_TRUE(pair.client.received == download);
  pair.client.connection.reset();
  closed_there.get_future().wait();
  group.stop_and_join();
  EXPECT_TRUE(there.received == upload);
  EXPECT_EQ(pair.server.closed, 0);
}

TEST(Connection, DetachedAndDroppedCloses) {
  Loop loop;
  Pair pair(loop, false);
  (void)pair.server.connection->detach();
  EXPECT_TRUE(drive(loop, [&] { return pair.client.closed == 1; }));
  EXPECT_EQ(pair.server.closed, 0);
}

TEST_P(PlainAndTls, TwoThousandConnections) {
  constexpr std::size_t kCount = 2000;
  std::unique_ptr<TlsContext> server_context;
  std::unique_ptr<TlsContext> client_context;
  if (tls()) {
    const auto pem = make_development_certificate({});
    ASSERT_TRUE(pem);
    server_context = std::move(*TlsContext::server(*pem, {}));
    client_context = std::move(*TlsContext::client({.verify = false}));
  }
  const std::size_t count = tls() ? 100 : kCount;  // handshakes are slow under sanitizers
  std::vector<std::unique_ptr<Peer>> servers;
  std::vector<std::unique_ptr<Peer>> clients;
  std::vector<std::unique_ptr<Connector>> connectors;
  auto sockets = bind_tcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets);
  Listener listener(loop_, std::move(sockets->front()), [&](Socket socket) {
    auto& peer = *servers.emplace_back(std::make_unique<Peer>());
    peer.react_to_data = [&](base::ByteSpan data) {
      peer.connection->write(base::Slice::copy_of(data));
    };
    peer.connection = tls()
                          ? Connection::tls_server(loop_, std::move(socket), *server_context, peer)
                          : Connection::plain(loop_, std::move(socket), peer);
  });
  for (std::size_t i = 0; i < count; ++i) {
    auto& peer = *clients.emplace_back(std::make_unique<Peer>());
    connectors.push_back(std::make_unique<Connector>(
        loop_, Connector::Options{.host = "127.0.0.1", .port = listener.local_port()},
        [&](base::Expected<Socket> socket) {
          ASSERT_TRUE(socket);
          peer.connection = tls() ? Connection::tls_client(loop_, std::move(*socket),
                                                           *client_context, "localhost", peer)
                                  : Connection::plain(loop_, std::move(*socket), peer);
          peer.connection->write(slice("ping"));
        }));
  }
  const auto all_echoed = [&] {
    for (const auto& client : clients) {
      if (client->received != "ping") return false;
    }
    return true;
  };
  EXPECT_TRUE(drive(loop_, all_echoed, 30s));
  EXPECT_EQ(servers.size(), count);
  clients.clear();
  const auto all_closed = [&] {
    for (const auto& server : servers) {
      if (server->closed != 1) return false;
    }
    return true;
  };
  EXPECT_TRUE(drive(loop_, all_closed));
}

TEST(Connection, GarbageInsteadOfTlsEndsWithAnError) {
  Loop loop;
  auto sockets = test::connect_pair(loop);
  const auto pem = make_development_certificate({});
  ASSERT_TRUE(pem);
  const auto context = TlsContext::server(*pem, {});
  ASSERT_TRUE(context);
  Peer client;
  Peer server;
  client.connection = Connection::plain(loop, std::move(sockets.client), client);
  server.connection = Connection::tls_server(loop, std::move(sockets.server), **context, server);
  client.connection->write(slice("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(drive(loop, [&] { return server.closed == 1; }));
  EXPECT_EQ(server.error.code, base::ErrorCode::kIo);
  EXPECT_NE(server.error.message.find("http request"), std::string::npos) << server.error.message;
}

TEST(Connection, ObjectIsSmall) {
  EXPECT_LE(sizeof(Connection), 256U);
}

}  // namespace
}  // namespace io
