#include "wire/http/http2_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/connection_test_support.h"
#include "wire/http/http2_client_test_support.h"

namespace wire::http {
namespace {

using ::testing::ElementsAre;
using testing::fixed_date;
using testing::Http2Client;
using testing::RecordingListener;
using ::testing::SizeIs;
using testing::text_response;

constexpr std::uint32_t kEnhanceYourCalm = 11;
constexpr std::uint32_t kInternalError = 2;

struct Http2Test : ::testing::Test {
  RecordingListener listener;
  ServerOptions options;
  Http2Connection connection{listener, options, fixed_date()};
  Http2Client client;

  void answer_with_path() {
    listener.answer = [this](RequestId id, const Request& request) {
      connection.respond(id, text_response(request.path));
    };
  }
  void exchange() { client.exchange(connection); }
};

TEST_F(Http2Test, AnswersARequest) {
  const auto id =
      client.request("GET", "/a%20b?x=1", {{"x-one", "two"}, {"cookie", "a=1"}, {"cookie", "b=2"}});
  exchange();
  ASSERT_THAT(listener.requests, SizeIs(1));
  const Request& request = listener.requests[0].request;
  EXPECT_EQ(request.version, Version::k2);
  EXPECT_EQ(request.path, "/a b");
  EXPECT_EQ(request.query(), "x=1");
  EXPECT_EQ(request.host, "example.org");
  EXPECT_EQ(request.headers.get("X-One"), "two");
  EXPECT_EQ(request.headers.get("cookie"), "a=1; b=2");
  EXPECT_EQ(connection.open_requests(), 1U);
  EXPECT_FALSE(connection.has_output());

  Response response = text_response("hello");
  response.headers.add("ETag", "\"v\"");
  response.headers.add("Connection", "close");
  connection.respond(listener.requests[0].id, std::move(response));
  EXPECT_EQ(connection.open_requests(), 0U);
  EXPECT_EQ(connection.queued_bytes(), 5U);
  exchange();
  EXPECT_EQ(connection.queued_bytes(), 0U);
  const auto& answer = client.answer(id);
  EXPECT_TRUE(answer.is_complete);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_THAT(
      answer.fields,
      ElementsAre(std::pair{":status", "200"}, std::pair{"content-length", "5"},
                  std::pair{"content-type", "text/plain"},
                  std::pair{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}, std::pair{"etag", "\"v\""}));
}

TEST_F(Http2Test, BehavesTheSameHoweverInputIsSplit) {
  answer_with_path();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(client.request("POST", "/" + std::to_string(i), {}, std::string(1000, 'x')));
  }
  client.exchange(connection, 1);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(client.answer(ids[i]).body, "/" + std::to_string(i));
    EXPECT_EQ(listener.requests.at(i).request.body.size(), 1000U);
  }
}

TEST_F(Http2Test, ReferencesBodiesInsteadOfCopying) {
  client.request("GET", "/part");
  exchange();
  const base::Slice part = base::Slice::take(std::string(60'000, 'p'));
  connection.respond(listener.requests.at(0).id, Response::with_body(200, "video/mp4", part));
  std::vector<base::Slice> out;
  connection.take_output(out);
  std::size_t referenced = 0;
  std::size_t framing = 0;
  for (const base::Slice& slice : out) {
    const bool inside = slice.data() >= part.data() && slice.data() < part.data() + part.size();
    (inside ? referenced : framing) += slice.size();
  }
  EXPECT_EQ(referenced, part.size());
  EXPECT_LT(framing, 250U);
  EXPECT_THAT(out, SizeIs(8));  // four frames, each with a header before it
}

TEST_F(Http2Test, RespectsTheBudgetAndTheWindow) {
  Http2Client narrow(10'000);
  narrow.request("GET", "/");
  narrow.exchange(connection);
  connection.respond(listener.requests.at(0).id, text_response(std::string(25'000, 'n')));
  std::vector<base::Slice> out;
  connection.take_output(out);
  EXPECT_EQ(connection.queued_bytes(), 15'000U);
  EXPECT_FALSE(connection.has_output());
  for (const base::Slice& slice : out) ASSERT_TRUE(narrow.receive(slice.span()));
  narrow.exchange(connection);
  EXPECT_EQ(narrow.answer(1).body, std::string(25'000, 'n'));
  EXPECT_TRUE(narrow.answer(1).is_complete);
}

TEST_F(Http2Test, AnswersAThousandRequestsOutOfOrder) {
  std::size_t answered = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::int32_t> ids;
    for (int i = 0; i < 50; ++i) ids.push_back(client.request("GET", "/" + std::to_string(i)));
    exchange();
    ASSERT_THAT(listener.requests, SizeIs(answered + 50));
    for (std::size_t i = 50; i-- > 0;) {
      const auto& [id, request] = listener.requests[answered + i];
      connection.respond(id, text_response(request.path + std::string(i * 100, '.')));
    }
    exchange();
    for (std::size_t i = 0; i < 50; ++i) {
      const auto& answer = client.answer(ids[i]);
      EXPECT_TRUE(answer.is_complete);
      EXPECT_EQ(answer.body, "/" + std::to_string(i) + std::string(i * 100, '.'));
    }
    answered += 50;
  }
  EXPECT_EQ(connection.open_requests(), 0U);
  EXPECT_FALSE(connection.should_close());
}

TEST_F(Http2Test, StreamsAsDataComes) {
  const auto id = client.request("GET", "/live");
  exchange();
  Response response = text_response("one ");
  response.streaming = true;
  connection.respond(listener.requests.at(0).id, std::move(response));
  exchange();
  EXPECT_EQ(client.answer(id).body, "one ");
  EXPECT_EQ(client.answer(id).fields.count("content-length"), 0U);
  connection.append(listener.requests[0].id, base::Slice::unowned("two "));
  connection.append(listener.requests[0].id, {});
  connection.append(listener.requests[0].id, base::Slice::unowned("three"));
  exchange();
  EXPECT_EQ(client.answer(id).body, "one two three");
  EXPECT_FALSE(client.answer(id).is_complete);
  EXPECT_EQ(connection.open_requests(), 1U);
  connection.finish(listener.requests[0].id);
  exchange();
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_THAT(listener.cancelled, SizeIs(0));
}

TEST_F(Http2Test, TellsOfCancelledRequests) {
  const auto held = client.request("GET", "/held");
  const auto streaming = client.request("GET", "/streaming");
  const auto other = client.request("GET", "/other");
  exchange();
  Response response = text_response("x");
  response.streaming = true;
  connection.respond(listener.requests.at(1).id, std::move(response));
  exchange();
  client.reset(held);
  client.reset(streaming);
  exchange();
  EXPECT_THAT(listener.cancelled, ElementsAre(listener.requests[0].id, listener.requests[1].id));
  connection.respond(listener.requests[0].id, text_response("nobody"));
  connection.append(listener.requests[1].id, base::Slice::unowned("nobody"));
  connection.finish(listener.requests[1].id);
  EXPECT_EQ(connection.queued_bytes(), 0U);
  connection.respond(listener.requests[2].id, text_response("still here"));
  exchange();
  EXPECT_EQ(client.answer(other).body, "still here");
}

TEST_F(Http2Test, AbortResetsTheStream) {
  const auto streaming = client.request("GET", "/streaming");
  const auto unanswered = client.request("GET", "/unanswered");
  exchange();
  Response response = text_response("x");
  response.streaming = true;
  connection.respond(listener.requests.at(0).id, std::move(response));
  connection.abort(listener.requests[0].id);
  connection.abort(listener.requests[1].id);
  exchange();
  EXPECT_EQ(client.answer(streaming).reset_code, kInternalError);
  EXPECT_EQ(client.answer(unanswered).reset_code, kInternalError);
  EXPECT_THAT(listener.cancelled, SizeIs(0));
}

TEST_F(Http2Test, SendsNoBodyWhereNoneBelongs) {
  listener.answer = [&](RequestId id, const Request& request) {
    Response response = text_response("12345");
    if (request.path == "/304") response.status = 304;
    if (request.path == "/stream") response.streaming = true;
    connection.respond(id, std::move(response));
  };
  const auto head = client.request("HEAD", "/");
  const auto head_stream = client.request("HEAD", "/stream");
  const auto not_modified = client.request("GET", "/304");
  exchange();
  EXPECT_EQ(client.answer(head).fields["content-length"], "5");
  for (const auto id : {head, head_stream, not_modified}) {
    EXPECT_TRUE(client.answer(id).is_complete);
    EXPECT_EQ(client.answer(id).body, "");
  }
  EXPECT_EQ(connection.open_requests(), 0U);
}

TEST_F(Http2Test, RefusesByStatus) {
  struct Row {
    std::string status;
    std::string method;
    std::string path;
    Http2Client::Fields fields;
    std::string body;
  };
  Http2Client::Fields many;
  for (int i = 0; i < 101; ++i) many.emplace_back("x-" + std::to_string(i), "y");
  for (const Row& row : std::initializer_list<Row>{
           {"400", "GET", "/../x", {}, ""},
           {"414", "GET", "/" + std::string(8192, 'a'), {}, ""},
           {"431", "GET", "/", {{"x-long", std::string(16'384, 'a')}}, ""},
           {"431", "GET", "/", many, ""},
           {"501", "BREW", "/", {}, ""},
           {"405", "TRACE", "/", {}, ""},
           {"413", "POST", "/", {}, std::string(65'537, 'b')},
           {"413", "POST", "/", {{"content-length", "65537"}}, std::string(65'537, 'b')},
       }) {
    const auto id = client.request(row.method, row.path, row.fields, row.body);
    exchange();
    EXPECT_EQ(client.answer(id).fields[":status"], row.status);
    EXPECT_TRUE(client.answer(id).is_complete);
    EXPECT_THAT(listener.requests, SizeIs(0));
  }
  answer_with_path();
  const auto good = client.request("POST", "/", {}, std::string(65'536, 'b'));
  exchange();
  EXPECT_EQ(client.answer(good).body, "/");
  EXPECT_FALSE(connection.is_receiving());
}

TEST_F(Http2Test, LimitsConcurrentRequests) {
  exchange();  // the client reads the settings
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 150; ++i) ids.push_back(client.request("GET", "/"));
  exchange();
  EXPECT_THAT(listener.requests, SizeIs(options.max_streams));
  answer_with_path();
  for (std::size_t i = 0; i < options.max_streams; ++i) {
    connection.respond(listener.requests[i].id, text_response("x"));
  }
  exchange();
  EXPECT_THAT(listener.requests, SizeIs(150));
}

TEST_F(Http2Test, EndsRapidResets) {
  for (std::uint32_t i = 0; i < 300 && !connection.should_close(); ++i) {
    const auto id = client.request("GET", "/");
    const std::string request = client.take_output();
    (void)connection.receive(base::as_bytes(request));
    client.reset(id);
    const std::string reset = client.take_output();
    const auto result = connection.receive(base::as_bytes(reset));
    ASSERT_EQ(result.has_value(), i < options.max_resets) << i;
    if (!result) {
      EXPECT_EQ(result.error().code, base::ErrorCode::kLimit);
      break;
    }
  }
  EXPECT_THAT(listener.cancelled, SizeIs(options.max_resets + 1));
  exchange();
  EXPECT_TRUE(client.got_goaway());
  EXPECT_EQ(client.goaway_code(), kEnhanceYourCalm);
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http2Test, EndsPingFloods) {
  bool failed = false;
  for (int i = 0; i < 1000 && !failed; ++i) {
    client.ping();
    const std::string text = client.take_output();
    failed = !connection.receive(base::as_bytes(text));
  }
  EXPECT_TRUE(failed);
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http2Test, RefusesOtherProtocols) {
  EXPECT_FALSE(connection.receive(base::as_bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http2Test, DrainsAfterWhatIsOpen) {
  const auto id = client.request("GET", "/");
  exchange();
  connection.drain();
  exchange();
  EXPECT_TRUE(client.got_goaway());
  EXPECT_FALSE(connection.should_close());
  connection.respond(listener.requests.at(0).id, text_response("bye"));
  exchange();
  EXPECT_EQ(client.answer(id).body, "bye");
  EXPECT_TRUE(connection.should_close());
}

TEST_F(Http2Test, CloseCancelsWhatIsNotCompletelyAnswered) {
  client.request("GET", "/0");
  client.request("GET", "/1");
  exchange();
  connection.respond(listener.requests.at(0).id, text_response("complete"));
  connection.close();
  EXPECT_THAT(listener.cancelled, ElementsAre(listener.requests[1].id));
  EXPECT_EQ(connection.queued_bytes(), 0U);
  EXPECT_FALSE(connection.has_output());
}

TEST(Http2Preface, IsRecognised) {
  const base::ByteSpan preface = base::as_bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore");
  for (std::size_t size = 0; size < 24; ++size) {
    EXPECT_EQ(looks_like_http2(preface.first(size)), Http2Preface::kNeedMore);
  }
  EXPECT_EQ(looks_like_http2(preface.first(24)), Http2Preface::kYes);
  EXPECT_EQ(looks_like_http2(preface), Http2Preface::kYes);
  EXPECT_EQ(looks_like_http2(base::as_bytes("PRINT")), Http2Preface::kNo);
  EXPECT_EQ(looks_like_http2(base::as_bytes("G")), Http2Preface::kNo);
}

}  // namespace
}  // namespace wire::http
