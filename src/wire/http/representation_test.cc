#include "wire/http/representation.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "wire/http/cors.h"
#include "wire/http/gzip.h"
#include "wire/http/mime.h"

namespace wire::http {
namespace {

Request get_with(std::string_view name, std::string_view value) {
  Request request;
  request.headers.add(name, value);
  return request;
}

Response three_slices() {
  Response response = Response::with_body(200, "video/mp4", base::Slice::unowned("0123"));
  response.body.push_back(base::Slice::unowned("456"));
  response.body.push_back(base::Slice::unowned("789"));
  response.headers.add("ETag", "\"v1\"");
  return response;
}

std::string text_of(const Response& response) {
  std::string text;
  for (const base::Slice& slice : response.body) text += slice.text();
  return text;
}

TEST(Range, Table) {
  struct Row {
    std::string_view range;
    int status;
    std::string_view body;
    std::string_view content_range;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"bytes=0-0", 206, "0", "bytes 0-0/10"},
           {"bytes=2-5", 206, "2345", "bytes 2-5/10"},
           {"bytes=4-6", 206, "456", "bytes 4-6/10"},
           {"Bytes=3-", 206, "3456789", "bytes 3-9/10"},
           {"bytes= 3 - 4 ", 206, "34", "bytes 3-4/10"},
           {"bytes=9-100", 206, "9", "bytes 9-9/10"},
           {"bytes=0-99999999999999999999999", 206, "0123456789", "bytes 0-9/10"},
           {"bytes=-3", 206, "789", "bytes 7-9/10"},
           {"bytes=-30", 206, "0123456789", "bytes 0-9/10"},
           {"bytes=10-", 416, "", "bytes */10"},
           {"bytes=99999999999999999999999-", 416, "", "bytes */10"},
           {"bytes=-0", 416, "", "bytes */10"},
           {"bytes=5-4", 200, "0123456789", ""},
           {"bytes=0-1,3-4", 200, "0123456789", ""},
           {"bytes=", 200, "0123456789", ""},
           {"bytes=-", 200, "0123456789", ""},
           {"bytes=a-b", 200, "0123456789", ""},
           {"bytes=1", 200, "0123456789", ""},
           {"bytes=+1-2", 200, "0123456789", ""},
           {"bytes=--2", 200, "0123456789", ""},
           {"lines=0-1", 200, "0123456789", ""},
       }) {
    Response response = three_slices();
    apply_range(get_with("Range", row.range), response);
    EXPECT_EQ(response.status, row.status) << row.range;
    EXPECT_EQ(text_of(response), row.body) << row.range;
    EXPECT_EQ(response.headers.get("Content-Range"), row.content_range) << row.range;
    EXPECT_EQ(response.headers.get("Accept-Ranges"), "bytes");
  }
}

TEST(Range, ServesAllWhereItDoesNotApply) {
  Request head = get_with("Range", "bytes=0-1");
  head.method = Method::kHead;
  Response response = three_slices();
  apply_range(head, response);
  EXPECT_EQ(response.status, 200);

  for (const auto& [condition, status] :
       {std::pair{"\"v1\"", 206}, std::pair{"\"v2\"", 200}, std::pair{"W/\"v1\"", 200},
        std::pair{"Sun, 06 Nov 1994 08:49:37 GMT", 200}}) {
    Request request = get_with("Range", "bytes=0-1");
    request.headers.add("If-Range", condition);
    Response conditional = three_slices();
    apply_range(request, conditional);
    EXPECT_EQ(conditional.status, status) << condition;
  }

  Response missing = error_response(404, "Gone.");
  apply_range(get_with("Range", "bytes=0-1"), missing);
  EXPECT_EQ(missing.status, 404);
  Response empty = Response::with_status(200);
  apply_range(get_with("Range", "bytes=0-"), empty);
  EXPECT_EQ(empty.status, 416);
}

TEST(Range, OfBodiesThatAreMadeWhileTheyAreSent) {
  Request request;
  const auto asked = [&](std::string range, std::string condition) {
    request.headers = {};
    request.headers.add("Range", range);
    if (!condition.empty()) request.headers.add("If-Range", condition);
    const auto wanted = wanted_range(request, "\"a\"", 10'000'000'000);
    return wanted ? content_range(*wanted, 10'000'000'000) : "all";
  };
  EXPECT_EQ(asked("bytes=9999999999-", ""), "bytes 9999999999-9999999999/10000000000");
  EXPECT_EQ(asked("bytes=-1", "\"a\""), "bytes 9999999999-9999999999/10000000000");
  EXPECT_EQ(asked("bytes=0-", "\"b\""), "all");
  EXPECT_EQ(asked("bytes=10000000000-", ""), "bytes */10000000000");
  EXPECT_EQ(asked("bytes=0-1,3-4", ""), "all");
  request.method = Method::kHead;
  EXPECT_EQ(wanted_range(request, "", 5), std::nullopt);
}

TEST(IfNoneMatch, Table) {
  struct Row {
    std::string_view condition;
    bool matches;
  };
  for (const Row& row : std::initializer_list<Row>{{"\"v1\"", true},
                                                   {"W/\"v1\"", true},
                                                   {"\"a\", \"v1\"", true},
                                                   {"*", true},
                                                   {"\"v2\"", false},
                                                   {"v1", false},
                                                   {"", false}}) {
    Response response = three_slices();
    EXPECT_EQ(apply_if_none_match(get_with("If-None-Match", row.condition), response), row.matches)
        << row.condition;
    EXPECT_EQ(response.status, row.matches ? 304 : 200);
    EXPECT_EQ(response.body.empty(), row.matches);
    EXPECT_EQ(response.headers.get("ETag"), "\"v1\"");
  }
  Request post = get_with("If-None-Match", "*");
  post.method = Method::kPost;
  Response response = three_slices();
  EXPECT_FALSE(apply_if_none_match(post, response));
}

TEST(ContentCoding, Table) {
  using enum ContentCoding;
  struct Row {
    std::string_view accept;
    ContentCoding best_of_both;
    ContentCoding best_of_gzip;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"", kIdentity, kIdentity},
           {"gzip, deflate, br", kBrotli, kGzip},
           {"gzip", kGzip, kGzip},
           {"GZIP", kGzip, kGzip},
           {"br;q=0.5, gzip;q=0.8", kGzip, kGzip},
           {"br;q=0, gzip;q=0.001", kGzip, kGzip},
           {"br;q=0.0, gzip;q=0", kIdentity, kIdentity},
           {"*", kBrotli, kGzip},
           {"*;q=0.1, br;q=0", kGzip, kGzip},
           {"identity", kIdentity, kIdentity},
           {"gzip ; q=1.000", kGzip, kGzip},
           {"gzip;q=", kGzip, kGzip},
           {"br;Q=0.2,gzip;q=0.19", kBrotli, kGzip},
       }) {
    const Request request = get_with("Accept-Encoding", row.accept);
    EXPECT_EQ(choose_coding(request, {kGzip, kBrotli}), row.best_of_both) << row.accept;
    EXPECT_EQ(choose_coding(request, {kGzip}), row.best_of_gzip) << row.accept;
    EXPECT_EQ(choose_coding(request, {}), kIdentity);
  }
}

std::string gunzip(base::ByteSpan data, std::size_t expected) {
  std::string out(expected + 1, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  base::Bytes input(data.begin(), data.end());
  base::Bytes output(expected + 1);
  stream.next_in = input.data();
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = output.data();
  stream.avail_out = static_cast<uInt>(output.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(inflateEnd(&stream), Z_OK);
  return std::string(base::as_text(base::ByteSpan(output).first(stream.total_out)));
}

TEST(Gzip, RoundTrip) {
  std::string playlist;
  for (int i = 0; i < 200; ++i) playlist += "#EXTINF:2.000,\nsegment" + std::to_string(i) + ".ts\n";
  for (const std::string& text : {std::string(), std::string("x"), playlist}) {
    for (const int level : {1, 6, 9}) {
      const base::Bytes coded = gzip(base::as_bytes(text), level);
      EXPECT_EQ(gunzip(coded, text.size()), text);
      EXPECT_EQ(gzip(base::as_bytes(text), level), coded);
    }
  }
  EXPECT_LT(gzip(base::as_bytes(playlist), 6).size(), playlist.size() / 4);
}

TEST(Cors, AnswersPreflightAndOpensResponses) {
  Request request = get_with("Origin", "https://elsewhere.example");
  request.method = Method::kOptions;
  EXPECT_FALSE(is_preflight(request));
  request.headers.add("Access-Control-Request-Method", "GET");
  EXPECT_TRUE(is_preflight(request));
  const CorsPolicy policy;
  const Response preflight = preflight_response(policy);
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Methods"), policy.methods);
  EXPECT_EQ(preflight.headers.get("Access-Control-Max-Age"), "86400");
  Response response = three_slices();
  allow_any_origin(policy, response);
  allow_any_origin(policy, response);
  EXPECT_EQ(response.headers.size(), 4U);
  EXPECT_EQ(response.headers.get("Access-Control-Expose-Headers"), policy.exposed_fields);
}

TEST(Mime, ByExtension) {
  EXPECT_EQ(content_type_for("/a/live.m3u8"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(content_type_for("part.M4S"), "video/mp4");
  EXPECT_EQ(content_type_for("/assets/app.3f2a.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type_for("/a.js/b"), "application/octet-stream");
  EXPECT_EQ(content_type_for("/.ts/"), "application/octet-stream");
  EXPECT_EQ(content_type_for(""), "application/octet-stream");
}

}  // namespace
}  // namespace wire::http
