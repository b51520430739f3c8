#include "wire/http/http1_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/connection_test_support.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#else
#include <malloc.h>
#endif

namespace wire::http {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::fixed_date;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RecordingListener;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::take_text;
using testing::text_response;

constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

struct Http1Test : ::testing::Test {
  RecordingListener listener;
  ServerOptions options;
  Http1Connection connection{listener, options, fixed_date()};

  base::Expected<void> send(std::string_view text) {
    return connection.receive(base::as_bytes(text));
  }
  std::string output() { return take_text(connection); }
  void answer_with_path() {
    listener.answer = [this](RequestId id, const Request& request) {
      connection.respond(id, text_response(request.path));
    };
  }
};

TEST_F(Http1Test, AnswersOneRequest) {
  ASSERT_TRUE(send("GET /a%20b?x=1&y HTTP/1.1\r\nHost: h:80\r\nX-One:  two \r\n\r\n"));
  ASSERT_THAT(listener.requests, SizeIs(1));
  const Request& request = listener.requests[0].request;
  EXPECT_EQ(request.method, Method::kGet);
  EXPECT_EQ(request.path, "/a b");
  EXPECT_EQ(request.raw_path(), "/a%20b");
  EXPECT_EQ(request.query_parameter("x"), "1");
  EXPECT_EQ(request.host, "h:80");
  EXPECT_EQ(request.headers.get("x-one"), "two");
  EXPECT_FALSE(connection.has_output());
  EXPECT_EQ(connection.open_requests(), 1U);
  connection.respond(listener.requests[0].id, text_response("hello"));
  EXPECT_EQ(output(), std::string(kOk) + "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(connection.open_requests(), 0U);
  EXPECT_EQ(connection.queued_bytes(), 0U);
  EXPECT_FALSE(connection.should_close());
}

TEST_F(Http1Test, ReferencesBodiesInsteadOfCopying) {
  ASSERT_TRUE(send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  const base::Slice part = base::Slice::take(std::string(65536, 'p'));
  Response response = Response::with_body(200, "video/mp4", part);
  response.body.push_back(part.sub(0, 10));
  connection.respond(listener.requests[0].id, std::move(response));
  EXPECT_GT(connection.queued_bytes(), 65546U);
  std::vector<base::Slice> out;
  connection.take_output(out);
  ASSERT_THAT(out, SizeIs(3));
  EXPECT_THAT(std::string(out[0].text()), HasSubstr("Content-Length: 65546\r\n"));
  EXPECT_EQ(out[1].data(), part.data());
  EXPECT_EQ(out[2].data(), part.data());
}

TEST_F(Http1Test, TakesOutputWithinABudget) {
  ASSERT_TRUE(send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  Response response = text_response("one");
  response.body.push_back(base::Slice::unowned(std::string_view("two")));
  connection.respond(listener.requests[0].id, std::move(response));
  std::vector<base::Slice> out;
  connection.take_output(out, 1);
  EXPECT_THAT(out, SizeIs(1));
  connection.take_output(out, 4);
  EXPECT_THAT(out, SizeIs(3));
  EXPECT_FALSE(connection.has_output());
}

/// Every kind of request in one stream; the outcome must not depend on how it is cut.
constexpr std::string_view kMixedRequests =
    "\r\nGET /one HTTP/1.1\r\nHost: h\r\n\r\n"
    "POST /two?q HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    "HEAD /three HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
    "PUT /four HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "3;ext=1\r\nabc\r\n0a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
    "DELETE http://other/five HTTP/1.1\r\nHost: h\r\nX: folded\r\n more\r\n\r\n"
    "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: x, CLOSE\r\n\r\n"
    "GET /never HTTP/1.1\r\nHost: h\r\n\r\n";

std::string describe(const Request& request) {
  std::string text(request.method_text());
  text += ' ' + request.target + ' ' + request.host + ' ' + std::string(request.body.text());
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    text +=
        '|' + std::string(request.headers[i].name) + '=' + std::string(request.headers[i].value);
  }
  return text;
}

TEST_F(Http1Test, BehavesTheSameHoweverInputIsSplit) {
  const auto run = [&](auto&& feed) {
    RecordingListener recorder;
    Http1Connection server(recorder, options, fixed_date());
    recorder.answer = [&](RequestId id, const Request& request) {
      server.respond(id, text_response(describe(request)));
    };
    feed(server);
    std::string result = take_text(server);
    EXPECT_TRUE(server.should_close());
    EXPECT_THAT(recorder.requests, SizeIs(6));
    return result;
  };
  const base::ByteSpan all = base::as_bytes(kMixedRequests);
  const std::string whole = run([&](Connection& server) { EXPECT_TRUE(server.receive(all)); });
  EXPECT_THAT(whole, HasSubstr("POST /two?q h hello|"));
  EXPECT_THAT(whole, HasSubstr("PUT /four h abc0123456789|"));
  EXPECT_THAT(whole, HasSubstr("DELETE /five other |Host=h|X=folded more"));
  EXPECT_THAT(whole, HasSubstr("Connection: close\r\n"));
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    ASSERT_EQ(run([&](Connection& server) {
                EXPECT_TRUE(server.receive(all.first(cut)));
                EXPECT_TRUE(server.receive(all.subspan(cut)));
              }),
              whole)
        << cut;
  }
  EXPECT_EQ(run([&](Connection& server) {
              for (const std::uint8_t octet : all) EXPECT_TRUE(server.receive({&octet, 1}));
            }),
            whole);
}

TEST_F(Http1Test, AnswersPipelinedRequestsInOrder) {
  ASSERT_TRUE(
      send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
           "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
  ASSERT_THAT(listener.requests, SizeIs(3));
  connection.respond(listener.requests[2].id, text_response("two"));
  Response streaming = text_response("on");
  streaming.streaming = true;
  connection.respond(listener.requests[1].id, std::move(streaming));
  EXPECT_FALSE(connection.has_output());
  connection.respond(listener.requests[0].id, text_response("zero"));
  const std::string first = output();
  EXPECT_THAT(first, HasSubstr("\r\n\r\nzero" + std::string(kOk)));
  EXPECT_THAT(first, EndsWith("Transfer-Encoding: chunked\r\n\r\n2\r\non"));
  connection.append(listener.requests[1].id, base::Slice::unowned(std::string_view("e")));
  EXPECT_EQ(output(), "\r\n1\r\ne");
  connection.finish(listener.requests[1].id);
  EXPECT_EQ(output(), "\r\n0\r\n\r\n" + std::string(kOk) + "Content-Length: 3\r\n\r\ntwo");
  EXPECT_EQ(connection.open_requests(), 0U);
}

TEST_F(Http1Test, PausesBehindTooManyUnansweredRequests) {
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  ASSERT_TRUE(send(requests));
  EXPECT_THAT(listener.requests, SizeIs(16));
  EXPECT_FALSE(connection.wants_input());
  EXPECT_FALSE(connection.is_receiving());
  connection.respond(listener.requests[1].id, text_response(""));  // not the first: no room yet
  EXPECT_THAT(listener.requests, SizeIs(16));
  connection.respond(listener.requests[0].id, text_response(""));
  EXPECT_THAT(listener.requests, SizeIs(18));
  answer_with_path();
  for (std::size_t i = 2; i < 18; ++i) {
    connection.respond(listener.requests[i].id, text_response(""));
  }
  EXPECT_THAT(listener.requests, SizeIs(20));
  EXPECT_THAT(output(), EndsWith("/19"));
  EXPECT_TRUE(connection.wants_input());
}

TEST_F(Http1Test, BoundsWhatIsSentAhead) {
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_TRUE(send(requests));
  ASSERT_TRUE(send(std::string(options.max_buffered, 'x')));
  const auto over = send("x");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::ErrorCode::kLimit);
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_FALSE(connection.should_close());
    connection.respond(listener.requests[i].id, text_response(""));
  }
  EXPECT_THAT(output(), HasSubstr("HTTP/1.1 503"));
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http1Test, AnswersGoodRequestsBeforeABadOne) {
  ASSERT_FALSE(send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n"));
  ASSERT_THAT(listener.requests, SizeIs(1));
  EXPECT_FALSE(connection.has_output());
  EXPECT_TRUE(send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n"));
  connection.respond(listener.requests[0].id, text_response("good"));
  EXPECT_THAT(output(), HasSubstr("goodHTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(connection.should_close());
  EXPECT_THAT(listener.requests, SizeIs(1));
}

TEST_F(Http1Test, KeepsAliveByTheRules) {
  struct Row {
    std::string_view version;
    std::string_view connection;
    bool closes;
    std::string_view line;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"1.1", "", false, ""},
           {"1.1", "keep-alive", false, ""},
           {"1.1", "close", true, "Connection: close\r\n"},
           {"1.1", "TE, Close", true, "Connection: close\r\n"},
           {"1.0", "", true, "Connection: close\r\n"},
           {"1.0", "Keep-Alive", false, "Connection: keep-alive\r\n"},
           {"1.0", "keep-alive, close", true, "Connection: close\r\n"},
       }) {
    RecordingListener recorder;
    Http1Connection server(recorder, options, fixed_date());
    std::string request = "GET / HTTP/" + std::string(row.version) + "\r\nHost: h\r\n";
    if (!row.connection.empty()) request += "Connection: " + std::string(row.connection) + "\r\n";
    ASSERT_TRUE(server.receive(base::as_bytes(request + "\r\n")));
    server.respond(recorder.requests.at(0).id, text_response("x"));
    EXPECT_EQ(take_text(server),
              std::string(kOk) + "Content-Length: 1\r\n" + std::string(row.line) + "\r\nx");
    EXPECT_EQ(server.should_close(), row.closes);
  }
}

TEST_F(Http1Test, SendsNoBodyWhereNoneBelongs) {
  answer_with_path();
  ASSERT_TRUE(send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(output(), std::string(kOk) + "Content-Length: 4\r\n\r\n");
  listener.answer = [&](RequestId id, const Request&) {
    Response response = text_response("start");
    response.streaming = true;
    connection.respond(id, std::move(response));
    connection.append(id, base::Slice::unowned(std::string_view("more")));
    connection.finish(id);
  };
  ASSERT_TRUE(send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(output(), std::string(kOk) + "\r\n");
  for (const std::uint16_t status : {std::uint16_t{204}, std::uint16_t{304}}) {
    listener.answer = [&](RequestId id, const Request&) {
      Response response = text_response("ignored");
      response.status = status;
      connection.respond(id, std::move(response));
    };
    ASSERT_TRUE(send("GET /abc HTTP/1.1\r\nHost: h\r\n\r\n"));
    const std::string text = output();
    EXPECT_THAT(text, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(text, EndsWith("GMT\r\n\r\n"));
  }
  EXPECT_FALSE(connection.should_close());
}

TEST_F(Http1Test, StreamsToOldClientsUntilClose) {
  ASSERT_TRUE(send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  Response response = text_response("a");
  response.streaming = true;
  connection.respond(listener.requests[0].id, std::move(response));
  connection.append(listener.requests[0].id, base::Slice::unowned(std::string_view("b")));
  EXPECT_EQ(output(), std::string(kOk) + "Connection: close\r\n\r\nab");
  EXPECT_FALSE(connection.should_close());
  connection.finish(listener.requests[0].id);
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http1Test, StreamsBehindALengthThatIsKnown) {
  for (const std::string_view version : {"HTTP/1.1", "HTTP/1.0\r\nConnection: keep-alive"}) {
    listener.requests.clear();
    ASSERT_TRUE(send("GET /film " + std::string(version) + "\r\nHost: h\r\n\r\n"));
    Response response = text_response("");
    response.streaming = true;
    response.headers.add("Content-Length", "6");
    connection.respond(listener.requests.at(0).id, std::move(response));
    connection.append(listener.requests[0].id, base::Slice::unowned("one"));
    connection.append(listener.requests[0].id, base::Slice::unowned("two"));
    connection.finish(listener.requests[0].id);
    const std::string text = output();
    EXPECT_THAT(text, HasSubstr("Content-Length: 6\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("Transfer-Encoding")));
    EXPECT_THAT(text, EndsWith("\r\n\r\nonetwo"));
    EXPECT_FALSE(connection.should_close());
  }
  listener.requests.clear();
  ASSERT_TRUE(send("HEAD /film HTTP/1.1\r\nHost: h\r\n\r\n"));
  Response response = text_response("");
  response.streaming = true;
  response.headers.add("Content-Length", "6");
  connection.respond(listener.requests.at(0).id, std::move(response));
  EXPECT_THAT(output(), HasSubstr("Content-Length: 6\r\n"));
  EXPECT_EQ(connection.open_requests(), 0U);
}

TEST_F(Http1Test, EmptyAppendsDoNotEndAStream) {
  ASSERT_TRUE(send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  Response response;
  response.streaming = true;
  connection.respond(listener.requests[0].id, std::move(response));
  (void)output();
  connection.append(listener.requests[0].id, {});
  EXPECT_EQ(output(), "");
  connection.finish(listener.requests[0].id);
  EXPECT_EQ(output(), "0\r\n\r\n");
}

TEST_F(Http1Test, AbortEndsTheConnectionWithoutALastChunk) {
  ASSERT_TRUE(send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  Response response = text_response("abc");
  response.streaming = true;
  connection.respond(listener.requests[0].id, std::move(response));
  connection.abort(listener.requests[0].id);
  EXPECT_THAT(output(), EndsWith("\r\n3\r\nabc"));
  EXPECT_TRUE(connection.should_close());
  EXPECT_THAT(listener.cancelled, ElementsAre(listener.requests[1].id));
  connection.respond(listener.requests[1].id, text_response("nobody listens"));
  EXPECT_FALSE(connection.has_output());
}

TEST_F(Http1Test, CloseCancelsWhatIsNotCompletelyAnswered) {
  ASSERT_TRUE(
      send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
           "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
  connection.respond(listener.requests[1].id, text_response("complete"));
  connection.close();
  EXPECT_THAT(listener.cancelled, ElementsAre(listener.requests[0].id, listener.requests[2].id));
  EXPECT_EQ(connection.queued_bytes(), 0U);
  connection.close();
  EXPECT_THAT(listener.cancelled, SizeIs(2));
}

TEST_F(Http1Test, InvitesABodyThatWaits) {
  answer_with_path();
  ASSERT_TRUE(
      send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n"
           "\r\n"));
  EXPECT_EQ(output(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(connection.is_receiving());
  ASSERT_TRUE(send("a"));
  EXPECT_EQ(output(), "");
  ASSERT_TRUE(send("b"));
  EXPECT_THAT(output(), EndsWith("/p"));
  EXPECT_EQ(listener.requests[0].request.body.text(), "ab");
}

TEST_F(Http1Test, InvitesOnlyWhenItIsThatRequestsTurn) {
  ASSERT_TRUE(
      send("GET /held HTTP/1.1\r\nHost: h\r\n\r\nPOST /p HTTP/1.1\r\nHost: h\r\n"
           "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(connection.has_output());
  connection.respond(listener.requests[0].id, text_response("done"));
  EXPECT_THAT(output(), EndsWith("doneHTTP/1.1 100 Continue\r\n\r\n"));
}

TEST_F(Http1Test, RefusesALargeBodyBeforeInvitingIt) {
  ASSERT_FALSE(
      send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n"
           "Expect: 100-continue\r\n\r\n"));
  EXPECT_THAT(output(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(Http1Test, BodyLimitDependsOnUse) {
  listener.limit_for_uploads = 100'000;
  const std::string body(100'000, 'b');
  ASSERT_TRUE(send("PUT /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + body));
  ASSERT_THAT(listener.requests, SizeIs(1));
  EXPECT_EQ(listener.requests[0].request.body.text(), body);
  EXPECT_FALSE(send("PUT /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n"));
}

TEST_F(Http1Test, HandsOverToAnotherProtocol) {
  ASSERT_TRUE(
      send("GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n"
           "Upgrade: websocket\r\n\r\n\x81\x01"));
  ASSERT_THAT(listener.requests, SizeIs(1));
  EXPECT_TRUE(listener.requests[0].request.is_upgrade);
  EXPECT_FALSE(connection.wants_input());
  Response response = Response::with_status(101);
  response.headers.add("Upgrade", "websocket");
  connection.respond(listener.requests[0].id, std::move(response));
  EXPECT_EQ(output(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: Upgrade\r\n\r\n");
  EXPECT_TRUE(connection.is_upgraded());
  EXPECT_EQ(connection.take_unparsed(), (base::Bytes{0x81, 0x01}));
  EXPECT_FALSE(connection.should_close());
  EXPECT_FALSE(send("x"));
}

TEST_F(Http1Test, GoesOnWhenAnUpgradeIsDeclined) {
  ASSERT_TRUE(
      send("GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
           "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"));
  ASSERT_THAT(listener.requests, SizeIs(1));
  connection.respond(listener.requests[0].id, text_response("no"));
  ASSERT_THAT(listener.requests, SizeIs(2));
  EXPECT_EQ(listener.requests[1].request.path, "/next");
}

TEST_F(Http1Test, DrainsAfterWhatIsOpen) {
  ASSERT_TRUE(send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\n"));
  connection.drain();
  EXPECT_FALSE(connection.should_close());
  ASSERT_TRUE(send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(listener.requests, SizeIs(1));
  connection.respond(listener.requests[0].id, text_response("bye"));
  EXPECT_THAT(output(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(connection.should_close());

  Http1Connection idle(listener, options, fixed_date());
  idle.drain();
  EXPECT_TRUE(idle.should_close());
}

std::size_t allocated_bytes() {
#if __has_feature(address_sanitizer)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

TEST_F(Http1Test, AParkedRequestCostsLittleMemory) {
  struct : Connection::Listener {
    void on_request(RequestId, Request&&) override { ++count; }
    void on_cancelled(RequestId) override {}
    int count = 0;
  } parking;
  constexpr std::size_t kConnections = 1000;
  const std::string request =
      "GET /live/playlist.m3u8?_HLS_msn=100&_HLS_part=3 HTTP/1.1\r\nHost: h"
      "\r\nUser-Agent: " +
      std::string(200, 'u') + "\r\n\r\n";
  std::vector<std::unique_ptr<Http1Connection>> connections;
  connections.reserve(kConnections);
  const std::size_t before = allocated_bytes();
  for (std::size_t i = 0; i < kConnections; ++i) {
    connections.push_back(std::make_unique<Http1Connection>(parking, options, fixed_date()));
    const auto half = base::as_bytes(request).first(50);
    ASSERT_TRUE(connections.back()->receive(half));
    ASSERT_TRUE(connections.back()->receive(base::as_bytes(request).subspan(50)));
  }
  const std::size_t each = (allocated_bytes() - before) / kConnections;
  EXPECT_EQ(parking.count, 1000);
  EXPECT_LE(each, 512U);
  RecordProperty("bytes_per_parked_connection", static_cast<int>(each));
  for (const auto& parked : connections) parked->close();
}

}  // namespace
}  // namespace wire::http
