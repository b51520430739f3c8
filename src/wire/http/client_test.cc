#include "wire/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "wire/http/connection_test_support.h"
#include "wire/http/http1_connection.h"

namespace wire::http {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

struct Recorder : ResponseReader::Listener {
  struct Received {
    ResponseHead head;
    std::string body;
    bool is_complete = false;
    bool keeps_alive = false;
    bool operator==(const Received& other) const {
      return head.status == other.head.status && body == other.body &&
             is_complete == other.is_complete && keeps_alive == other.keeps_alive;
    }
  };
  std::vector<Received> responses;

  void on_head(const ResponseHead& head) override { responses.push_back({head, {}, false, false}); }
  void on_body(base::ByteSpan data) override { responses.back().body += base::as_text(data); }
  void on_complete(bool keeps_alive) override {
    responses.back().is_complete = true;
    responses.back().keeps_alive = keeps_alive;
  }
};

constexpr std::string_view kResponses =
    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nhello"
    "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"  // to HEAD
    "HTTP/1.1 206 Partial\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\n"
    "Trailer: t\r\n\r\n"
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
    "HTTP/1.0 200 OK\r\n\r\nuntil the end";

TEST(ResponseReader, BehavesTheSameHoweverInputIsSplit) {
  const base::ByteSpan all = base::as_bytes(kResponses);
  const auto run = [&](std::size_t cut, std::size_t piece) {
    Recorder recorder;
    ResponseReader reader(recorder);
    for (const Method method :
         {Method::kGet, Method::kHead, Method::kGet, Method::kGet, Method::kGet}) {
      reader.expect(method);
    }
    EXPECT_TRUE(reader.receive(all.first(cut)));
    for (std::size_t at = cut; at < all.size(); at += piece) {
      EXPECT_TRUE(reader.receive(all.subspan(at, std::min(piece, all.size() - at))));
    }
    EXPECT_EQ(reader.expected(), 1U);
    EXPECT_TRUE(reader.end_of_input());
    EXPECT_EQ(reader.expected(), 0U);
    return recorder.responses;
  };
  const auto whole = run(all.size(), 1);
  ASSERT_THAT(whole, SizeIs(5));
  EXPECT_EQ(whole[0].head.headers.get("x-one"), "1");
  EXPECT_EQ(whole[0].body, "hello");
  EXPECT_EQ(whole[1].body, "");
  EXPECT_EQ(whole[2].head.status, 206);
  EXPECT_EQ(whole[2].body, "abcdefg");
  EXPECT_EQ(whole[3].head.status, 304);
  EXPECT_EQ(whole[4].body, "until the end");
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(whole[i].is_complete);
    EXPECT_EQ(whole[i].keeps_alive, i != 4);
  }
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    ASSERT_EQ(run(cut, all.size()), whole) << cut;
  }
  EXPECT_EQ(run(0, 1), whole);
}

TEST(ResponseReader, RefusesBrokenResponses) {
  using enum base::ErrorCode;
  struct Row {
    base::ErrorCode code;
    std::string text;
  };
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 201; ++i) many += "a: b\r\n";
  for (const Row& row : std::initializer_list<Row>{
           {kUnsupported, "nonsense\r\n\r\n"},
           {kUnsupported, "HTTP/2.0 200 OK\r\n\r\n"},
           {kMalformed, "HTTP/1.1 20 OK\r\n\r\n"},
           {kMalformed, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
           {kMalformed, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"},
           {kMalformed,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"},
           {kLimit, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
           {kMalformed, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n\r\n"},
           {kLimit, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"},
           {kLimit, "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x')},
           {kLimit, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                        std::string(1001, 'x')},
           {kLimit, "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"},
           {kLimit, std::string(70'000, 'x')},
           {kLimit, many + "\r\n"},
           {kMalformed, "HTTP/1.1 204 No Content\r\n\r\nextra"},
           {kMalformed, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\nextra"},
       }) {
    for (const std::size_t piece : {row.text.size(), std::size_t{1}}) {
      Recorder recorder;
      ResponseReader reader(recorder, {.max_body = 1000});
      reader.expect(Method::kGet);
      base::Expected<void> result;
      for (std::size_t at = 0; at < row.text.size() && result; at += piece) {
        result = reader.receive(base::as_bytes(std::string_view(row.text).substr(at, piece)));
      }
      ASSERT_FALSE(result) << row.text.substr(0, 100);
      EXPECT_EQ(result.error().code, row.code) << result.error().message;
    }
  }
}

TEST(ResponseReader, TellsATruncatedResponseFromACleanEnd) {
  for (const std::string_view text :
       {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"}) {
    Recorder recorder;
    ResponseReader reader(recorder);
    reader.expect(Method::kGet);
    ASSERT_TRUE(reader.receive(base::as_bytes(text)));
    const auto end = reader.end_of_input();
    ASSERT_FALSE(end) << text;
    EXPECT_EQ(end.error().code, base::ErrorCode::kClosed);
  }
  Recorder recorder;
  ResponseReader idle(recorder);
  EXPECT_TRUE(idle.end_of_input());
  EXPECT_FALSE(idle.receive(base::as_bytes("H")));
}

TEST(Client, TalksToOurServer) {
  testing::RecordingListener listener;
  const ServerOptions options;
  Http1Connection server(listener, options, testing::fixed_date());
  listener.answer = [&](RequestId id, const Request& request) {
    Response response = testing::text_response(std::string(request.body.text()));
    response.streaming = request.path == "/stream";
    server.respond(id, std::move(response));
    server.finish(id);
  };
  Recorder recorder;
  ResponseReader reader(recorder);
  Headers headers;
  headers.add("X-One", "1");
  for (const auto& [method, target] :
       {std::pair{Method::kPost, "/a?b"}, std::pair{Method::kHead, "/"},
        std::pair{Method::kPut, "/stream"}}) {
    const base::ByteSpan body =
        method == Method::kHead ? base::ByteSpan() : base::as_bytes("content");
    reader.expect(method);
    const base::Bytes octets = serialise_request(method, target, "h:1", headers, body);
    base::Bytes in_pieces = serialise_request_head(method, target, "h:1", headers, body.size());
    in_pieces.insert(in_pieces.end(), body.begin(), body.end());
    EXPECT_EQ(in_pieces, octets);
    ASSERT_TRUE(server.receive(octets));
    ASSERT_TRUE(reader.receive(base::as_bytes(testing::take_text(server))));
  }
  ASSERT_THAT(recorder.responses, SizeIs(3));
  EXPECT_EQ(recorder.responses[0].body, "content");
  EXPECT_EQ(recorder.responses[1].body, "");
  EXPECT_EQ(recorder.responses[2].body, "content");
  EXPECT_EQ(listener.requests[0].request.query(), "b");
  EXPECT_EQ(listener.requests[0].request.host, "h:1");
  EXPECT_EQ(listener.requests[0].request.headers.get("x-one"), "1");
}

}  // namespace
}  // namespace wire::http
