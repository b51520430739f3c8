// What an HTTP/1.1 server must refuse, by status: smuggling, limits, disorder (RFC 9112).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/connection_test_support.h"
#include "wire/http/http1_connection.h"

namespace wire::http {
namespace {

using testing::fixed_date;
using ::testing::HasSubstr;
using testing::RecordingListener;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::take_text;

TEST(Http1Refusals, WhatOthersCouldReadDifferently) {
  const ServerOptions options;
  struct Row {
    int status;
    std::string_view text;
  };
  const std::string long_target = "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string long_line = "GET /" + std::string(17000, 'a');
  const std::string long_field =
      "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(16384, 'a') + "\r\n\r\n";
  std::string many_fields = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 100; ++i) many_fields += "a: b\r\n";
  many_fields += "\r\n";
  const std::string long_extension =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
      std::string(9000, 'x') + "\r\na\r\n0\r\n\r\n";
  const std::string long_trailer =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " +
      std::string(9000, 'x') + "\r\n\r\n";
  for (const Row& row : std::initializer_list<Row>{
           {400,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked"
            "\r\n\r\n0\r\n\r\n"},
           {400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4"
            "\r\n\r\n0\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x4\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\nabcd"},
           {501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
           {501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n"},
           {501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n"},
           {501, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\x0b chunked\r\n\r\n"},
           {400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"},
           {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n"},
           {400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "11111111111111111\r\n"},
           {400,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"},
           {400, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\n\r\na\r\n"},
           {413, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n"},
           {413,
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "ffffffff\r\n" /* and then more than the limit, below */},
           {400, "GET / HTTP/1.1\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
           {400, "GET /../x HTTP/1.1\r\nHost: h\r\n\r\n"},
           {400, "GET * HTTP/1.1\r\nHost: h\r\n\r\n"},
           {505, "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: h\r\n: c\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n"},
           {400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\nc: d\r\n\r\n"},
           {400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
           {400, "GET /\r\n\r\n"},
           {400, "\x16\x03\x01\x02\r\n\r\n"},
           {505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
           {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
           {501, "BREW / HTTP/1.1\r\nHost: h\r\n\r\n"},
           {501, "get / HTTP/1.1\r\nHost: h\r\n\r\n"},
           {405, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"},
           {405, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
           {417, "GET / HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\n\r\n"},
           {414, long_target},
           {414, long_line},
           {431, long_field},
           {431, many_fields},
           {400, long_extension},
           {400, long_trailer},
       }) {
    for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, std::size_t{7}}) {
      RecordingListener recorder;
      Http1Connection server(recorder, options, fixed_date());
      bool failed = false;
      const std::string text = row.status == 413 ? std::string(row.text) + std::string(70000, 'x')
                                                 : std::string(row.text);
      for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size())) {
        if (!server.receive(base::as_bytes(std::string_view(text).substr(at, piece))))
          failed = true;
      }
      const std::string answer = take_text(server);
      EXPECT_TRUE(failed) << text.substr(0, 200);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(row.status) + ' '))
          << text.substr(0, 200) << " in pieces of " << piece;
      EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
      EXPECT_TRUE(server.should_close());
      EXPECT_THAT(recorder.requests, SizeIs(0));
    }
  }
}

}  // namespace
}  // namespace wire::http
