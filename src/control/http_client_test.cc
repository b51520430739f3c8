#include "control/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "control/http_server_test_support.h"
#include "io/io_test_support.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/tls.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Incoming = test::HttpServer::Incoming;

class HttpClientTest : public ::testing::Test {
 protected:
  using Result = std::optional<base::Expected<HttpClient::Answer>>;

  /// Sends, and drives the loop until there is a result.
  base::Expected<HttpClient::Answer> ask(HttpClient& client, HttpClient::Request request) {
    Result result;
    const auto pending =
        client.send(std::move(request), [&](base::Expected<HttpClient::Answer> answer) {
          EXPECT_FALSE(result);
          result = std::move(answer);
        });
    EXPECT_FALSE(result);
    drive([&] { return result.has_value(); });
    if (!result) return base::fail(base::ErrorCode::kTimeout, "the test gave up");
    return std::move(*result);
  }
  base::Expected<HttpClient::Answer> get(std::string url) {
    return ask(client_, {.url = std::move(url)});
  }
  template <class Done>
  void drive(Done done) {
    const auto deadline = io::Loop::precise_now() + 10s;
    while (!done() && io::Loop::precise_now() < deadline) (void)loop_.run_once(20ms);
    EXPECT_TRUE(done());
  }

  io::Loop loop_;
  HttpClient client_{loop_};
};

TEST_F(HttpClientTest, SendsAndReceives) {
  test::HttpServer server(loop_);
  server.answer = [](const Incoming& in) {
    auto response = wire::http::Response::with_body(
        201, "text/plain",
        base::Slice::take(std::string("hello ") + std::string(in.request.body.text())));
    response.headers.add("X-Mine", "yes");
    in.respond(std::move(response));
  };
  HttpClient::Request request{.method = wire::http::Method::kPost,
                              .url = server.url("/a/b?c=d"),
                              .body = {base::Slice::take(std::string("wo")), base::Slice(),
                                       base::Slice::take(std::string("rld"))}};
  request.headers.add("Content-Type", "application/json");
  const auto answer = ask(client_, std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "hello world");
  EXPECT_EQ(answer->headers.get("x-mine"), "yes");
  ASSERT_EQ(server.requests.size(), 1u);
  EXPECT_EQ(server.requests[0].target, "/a/b?c=d");
  EXPECT_EQ(server.requests[0].host, "localhost:" + std::to_string(server.port()));
  EXPECT_EQ(server.requests[0].headers.get("content-type"), "application/json");
}

TEST_F(HttpClientTest, KeepsConnectionsPerServerWithinBounds) {
  test::HttpServer server(loop_);
  test::HttpServer other(loop_);
  HttpClient client(loop_, {.max_idle = 3, .max_idle_per_server = 2});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ask(client, {.url = server.url()}));
  EXPECT_EQ(server.accepted, 1);
  EXPECT_EQ(client.idle_connections(), 1u);
  std::vector<std::unique_ptr<HttpClient::PendingRequest>> pending;
  int answers = 0;
  for (int i = 0; i < 4; ++i) {
    for (test::HttpServer* each : {&server, &other}) {
      pending.push_back(client.send({.url = each->url()}, [&](auto answer) {
        EXPECT_TRUE(answer);
        ++answers;
      }));
    }
  }
  drive([&] { return answers == 8; });
  EXPECT_EQ(client.idle_connections(), 3u);
  drive([&] { return server.open_connections() + other.open_connections() == 3; });
  server.hang_up_all();
  other.hang_up_all();
  drive([&] { return client.idle_connections() == 0; });
}

TEST_F(HttpClientTest, AnswersToRequestsFromInsideAnAnswer) {
  test::HttpServer server(loop_);
  std::deque<std::unique_ptr<HttpClient::PendingRequest>> pending;
  int left = 20;
  std::function<void()> next = [&] {
    pending.push_back(client_.send({.url = server.url()}, [&](auto answer) {
      EXPECT_TRUE(answer);
      pending.pop_front();  // destroys the request that is answering
      if (--left > 0) next();
    }));
  };
  next();
  drive([&] { return left == 0; });
  EXPECT_EQ(server.requests.size(), 20u);
  EXPECT_EQ(server.accepted, 1);
}

TEST_F(HttpClientTest, RedirectsAreNotFollowed) {
  test::HttpServer server(loop_);
  server.answer = [&](const Incoming& in) {
    auto response = wire::http::Response::with_status(302);
    response.headers.add("Location", server.url("/elsewhere"));
    in.respond(std::move(response));
  };
  const auto answer = get(server.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests.size(), 1u);
}

TEST_F(HttpClientTest, DeadKeptConnectionsAreReplacedWhereThatIsSafe) {
  test::HttpServer server(loop_);
  for (const bool repeatable : {true, false}) {
    ASSERT_TRUE(get(server.url()));  // leaves a kept connection
    const std::size_t before = server.requests.size();
    // The server closes exactly when the next request comes, as if it had done so just before.
    server.answer = [&](const Incoming& in) {
      if (server.requests.size() == before + 1) {
        in.hang_up();
      } else {
        in.respond(200);
      }
    };
    const auto answer =
        ask(client_,
            {.method = wire::http::Method::kPost, .url = server.url(), .repeatable = repeatable});
    EXPECT_EQ(answer.has_value(), repeatable);
    EXPECT_EQ(server.requests.size(), before + (repeatable ? 2 : 1));
    server.answer = nullptr;
  }
}

TEST_F(HttpClientTest, FreshConnectionsThatCloseAreErrors) {
  test::HttpServer server(loop_);
  server.answer = [](const Incoming& in) { in.hang_up(); };
  const auto answer = get(server.url("/secret?token=secret"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(server.requests.size(), 1u);
  EXPECT_THAT(answer.error().message, HasSubstr("http://localhost:"));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
}

TEST_F(HttpClientTest, TimesOut) {
  test::HttpServer server(loop_);
  server.answer = [](const Incoming&) {};
  const auto answer = ask(client_, {.url = server.url(), .timeout = 30ms});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kTimeout);
  drive([&] { return server.cancelled == 1; });
}

TEST_F(HttpClientTest, MuchMayTakeLongAsLongAsSomethingComes) {
  constexpr auto kTimeout = 200ms;
  constexpr auto kCounts = HttpClient::Request::Counts::kSilence;
  // Octet by octet, by hand.
  io::test::Peer server;
  auto sockets = io::bind_tcp("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets);
  io::Listener listener(loop_, std::move(sockets->front()), [&](io::Socket socket) {
    server.connection = io::Connection::plain(loop_, std::move(socket), server);
  });
  Result result;
  const auto pending =
      client_.send({.url = "http://127.0.0.1:" + std::to_string(listener.local_port()),
                    .timeout = kTimeout,
                    .timeout_counts = kCounts},
                   [&](base::Expected<HttpClient::Answer> answer) { result = std::move(answer); });
  drive([&] { return server.received_bytes > 0; });
  std::string sent;
  server.connection->write(io::test::slice("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
  const auto end = io::Loop::precise_now() + 3 * kTimeout;
  while (io::Loop::precise_now() < end) {
    sent += "x";
    server.connection->write(io::test::slice("x"));
    (void)loop_.run_once(1ms);
  }
  EXPECT_FALSE(result);
  server.connection->write(io::test::slice(std::string(1'000'000 - sent.size(), 'x')));
  drive([&] { return result.has_value(); });
  ASSERT_TRUE(result->has_value()) << result->error().message;
  EXPECT_EQ((*result)->body.size(), 1'000'000U);

  test::HttpServer silent(loop_);
  silent.answer = [](const Incoming&) {};
  const auto answer =
      ask(client_, {.url = silent.url(), .timeout = 30ms, .timeout_counts = kCounts});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kTimeout);
}

TEST_F(HttpClientTest, DestroyingGivesUp) {
  test::HttpServer server(loop_);
  server.answer = [](const Incoming&) {};
  auto pending = client_.send({.url = server.url()}, [](auto) { FAIL() << "was given up"; });
  drive([&] { return !server.requests.empty(); });
  pending.reset();
  drive([&] { return server.cancelled == 1; });
  pending = client_.send({.url = server.url()}, [](auto) { FAIL() << "was given up"; });
  pending.reset();
  ASSERT_FALSE(get("http://localhost:1/"));  // and what was posted for it does nothing
}

TEST_F(HttpClientTest, AnswersAreBounded) {
  test::HttpServer server(loop_);
  server.answer = [](const Incoming& in) { in.respond(200, std::string(1000, 'x')); };
  EXPECT_TRUE(ask(client_, {.url = server.url(), .max_answer = 1000}));
  const auto answer = ask(client_, {.url = server.url(), .max_answer = 999});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kLimit);
  const auto cut = ask(client_, {.url = server.url(), .max_answer = 10, .cut_answer = true});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->body, std::string(10, 'x'));
}

TEST_F(HttpClientTest, WrongAddressesAndServersThatAreNotThere) {
  EXPECT_EQ(get("gopher://x/").error().code, base::ErrorCode::kInvalid);
  std::uint16_t port = 0;
  {
    test::HttpServer gone(loop_);
    port = gone.port();
  }
  EXPECT_EQ(get("http://127.0.0.1:" + std::to_string(port) + "/").error().code,
            base::ErrorCode::kIo);
}

TEST_F(HttpClientTest, VerifiesCertificatesUnlessToldOtherwise) {
  const auto pem = io::make_development_certificate({});
  ASSERT_TRUE(pem);
  const auto context = io::TlsContext::server(*pem, {});
  ASSERT_TRUE(context);
  test::HttpServer server(loop_, context->get());
  const auto refused = get(server.url());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
  EXPECT_TRUE(server.requests.empty());
  HttpClient trusting(loop_, {.trust_any_certificate = true});
  EXPECT_TRUE(ask(trusting, {.url = server.url()}));
  HttpClient knowing(loop_, {.trusted = pem->certificate});
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask(knowing, {.url = server.url()});
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_EQ(server.accepted, 3);
}

}  // namespace
}  // namespace control
