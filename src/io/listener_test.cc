#include "io/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/connector.h"
#include "io/io_test_support.h"

namespace io {
namespace {

using namespace std::chrono_literals;
using test::drive;

TEST(Address, ParsesAndPrints) {
  EXPECT_EQ(Address::parse("127.0.0.1", 80)->to_string(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("::1", 443)->to_string(), "[::1]:443");
  EXPECT_EQ(Address::parse("[::1]", 443)->to_string(), "[::1]:443");
  EXPECT_EQ(Address::parse("", 1)->to_string(), "[::]:1");
  for (const char* bad : {"localhost", "1.2.3", "1.2.3.4.5", "::g", "[", "[]", " 1.2.3.4"}) {
    EXPECT_FALSE(Address::parse(bad, 1)) << bad;
  }
}

TEST(Listener, TakenPortIsAConflictThatNamesTheAddress) {
  const auto first = bind_tcp("127.0.0.1", 0, 2);  // even though they would share it
  ASSERT_TRUE(first);
  const auto second = bind_tcp("127.0.0.1", first->front().local.port(), 1);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find(first->front().local.to_string()), std::string::npos)
      << second.error().message;
  EXPECT_EQ(bind_tcp("not-an-ip", 0, 1).error().code, base::ErrorCode::kInvalid);
  EXPECT_FALSE(bind_tcp("192.0.2.1", 0, 1));  // not an address of this machine
}

TEST(Listener, LoopsShareAPortAndBothGetConnections) {
  Loop loop;
  auto sockets = bind_tcp("", 0, 2);
  ASSERT_TRUE(sockets);
  const std::uint16_t port = sockets->front().local.port();
  EXPECT_EQ(sockets->back().local.port(), port);
  std::array<int, 2> accepted{};
  std::vector<Socket> held;
  Listener one(loop, std::move(sockets->at(0)), [&](Socket socket) {
    ++accepted[0];
    EXPECT_EQ(socket.peer.ip(), "127.0.0.1");  // not ::ffff:127.0.0.1
    held.push_back(std::move(socket));
  });
  Listener two(loop, std::move(sockets->at(1)), [&](Socket socket) {
    ++accepted[1];
    held.push_back(std::move(socket));
  });
  std::vector<std::unique_ptr<Connector>> connectors;
  for (int i = 0; i < 200; ++i) {
    connectors.push_back(
        std::make_unique<Connector>(loop, Connector::Options{.host = "127.0.0.1", .port = port},
                                    [&](base::Expected<Socket> socket) {
                                      ASSERT_TRUE(socket);
                                      held.push_back(std::move(*socket));
                                    }));
  }
  ASSERT_TRUE(drive(loop, [&] { return held.size() == 400; }));
  EXPECT_GT(accepted[0], 40);
  EXPECT_GT(accepted[1], 40);
}

TEST(Listener, HandlerMayDestroyIt) {
  Loop loop;
  auto sockets = bind_tcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets);
  std::unique_ptr<Listener> listener;
  listener = std::make_unique<Listener>(loop, std::move(sockets->front()),
                                        [&](Socket) { listener.reset(); });
  Connector connector(loop, {.host = "127.0.0.1", .port = listener->local_port()},
                      [](base::Expected<Socket>) {});
  EXPECT_TRUE(drive(loop, [&] { return listener == nullptr; }));
}

TEST(Listener, OutOfDescriptorsClosesTheConnectionAndGoesOnAfterwards) {
  Loop loop;
  auto sockets = bind_tcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets);
  int accepted = 0;
  Listener listener(loop, std::move(sockets->front()), [&](Socket) { ++accepted; });
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // The first round is the ordinary case, and lets the sanitizers see every type: they need
  // descriptors of their own for that. In the second there are none.
  for (const bool exhausted : {false, true}) {
    test::Peer client;
    Connector connector(loop, {.host = "127.0.0.1", .port = listener.local_port()},
                        [&](base::Expected<Socket> socket) {
                          ASSERT_TRUE(socket);
                          client.connection = Connection::plain(loop, std::move(*socket), client);
                        });
    // Each of the connector's steps is one run_once: the limit falls once its socket exists.
    (void)loop.run_once(100ms);
    std::vector<Descriptor> fill;
    const rlimit tight{.rlim_cur = 64, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, exhausted ? &tight : &before), 0);
    while (exhausted) {
      Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!one.is_open()) break;
      fill.push_back(std::move(one));
    }
    EXPECT_TRUE(drive(loop, [&] { return client.closed == 1; }));
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(accepted, 1);
    EXPECT_EQ(listener.refused(), exhausted ? 1U : 0U);
  }
  Connector again(loop, {.host = "127.0.0.1", .port = listener.local_port()},
                  [](base::Expected<Socket>) {});
  EXPECT_TRUE(drive(loop, [&] { return accepted == 2; }));
}

TEST(Connector, NamesSourcesAndErrors) {
  Loop loop;
  auto sockets = bind_tcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets);
  std::vector<Socket> accepted;
  Listener listener(loop, std::move(sockets->front()),
                    [&](Socket socket) { accepted.push_back(std::move(socket)); });
  std::optional<base::Expected<Socket>> result;
  const auto keep = [&](base::Expected<Socket> socket) { result = std::move(socket); };
  {
    Connector by_name(loop, {.host = "localhost", .port = listener.local_port()}, keep);
    EXPECT_FALSE(result);
    ASSERT_TRUE(drive(loop, [&] { return result && !accepted.empty(); }));
    EXPECT_TRUE(result->has_value());
  }
  {
    result.reset();
    accepted.clear();
    Connector from(loop,
                   {.host = "127.0.0.1",
                    .port = listener.local_port(),
                    .source = *Address::parse("127.0.0.77", 0)},
                   keep);
    ASSERT_TRUE(drive(loop, [&] { return result && !accepted.empty(); }));
    EXPECT_EQ(accepted.front().peer.ip(), "127.0.0.77");
  }
  {
    result.reset();
    std::uint16_t closed_port = 0;
    {
      const auto gone = bind_tcp("127.0.0.1", 0, 1);
      closed_port = gone->front().local.port();
    }
    Connector refused(loop, {.host = "127.0.0.1", .port = closed_port}, keep);
    ASSERT_TRUE(drive(loop, [&] { return result.has_value(); }));
    ASSERT_FALSE(result->has_value());
    EXPECT_NE(result->error().message.find("127.0.0.1:" + std::to_string(closed_port)),
              std::string::npos);
  }
  {
    result.reset();
    Connector unknown(loop, {.host = "no-such-host.invalid", .port = 1}, keep);
    ASSERT_TRUE(drive(loop, [&] { return result.has_value(); }, 30s));
    EXPECT_FALSE(result->has_value());
  }
  {
    // A full backlog answers nobody: the connection attempt must end by its own deadline.
    Loop other;
    result.reset();
    Connector silent(loop, {.host = "127.0.0.1", .port = listener.local_port(), .timeout = 0ms},
                     keep);
    ASSERT_TRUE(drive(loop, [&] { return result.has_value(); }));
  }
  {
    result.reset();
    auto given_up = std::make_unique<Connector>(
        loop, Connector::Options{.host = "localhost", .port = listener.local_port()}, keep);
    given_up.reset();
    for (int i = 0; i < 20; ++i) (void)loop.run_once(1ms);
    EXPECT_FALSE(result.has_value());
  }
}

}  // namespace
}  // namespace io
