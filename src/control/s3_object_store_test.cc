#include "control/s3_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "control/http_server_test_support.h"
#include "io/io_test_support.h"
#include "wire/aws/authorization.h"
#include "wire/aws/sigv4.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Incoming = test::HttpServer::Incoming;

constexpr std::string_view kSecret = "Sekr1t/Of+Tests";
constexpr base::WallTime kNow{std::chrono::seconds(1'777'777'777)};

class S3ObjectStoreTest : public ::testing::Test {
 protected:
  S3ObjectStoreTest() : server_(loop_) {
    server_.answer = [this](const Incoming& incoming) {
      expect_signed(incoming.request);
      respond(incoming);
    };
    open(settings());
  }
  S3Settings settings() const {
    std::string url = server_.url("/");
    url.pop_back();
    return {.endpoint = url,
            .region = "eu-central-1",
            .access_key_id = "AKIATEST",
            .secret_access_key = std::string(kSecret)};
  }
  void open(S3Settings settings) {
    store_.reset();
    auto opened = open_s3_object_store(loop_, std::move(settings), {}, [] { return kNow; });
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  static void expect_signed(const wire::http::Request& request) {
    const auto parsed = wire::aws::parse_authorization(request);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_TRUE(parsed->content_sha256.has_value());
    EXPECT_EQ(parsed->access_key_id, "AKIATEST");
    const auto key = wire::aws::derive_signing_key(kSecret, parsed->date, "eu-central-1", "s3");
    const auto verified = wire::aws::verify(*parsed, request, key,
                                            {.service = "s3",
                                             .region = "eu-central-1",
                                             .path_style = wire::aws::PathStyle::kAsReceived},
                                            kNow);
    EXPECT_TRUE(verified.has_value()) << verified.error().message;
  }

  template <class Result, class Begin>
  base::Expected<Result> wait(Begin begin) {
    std::optional<base::Expected<Result>> answer;
    const auto pending = begin([&](base::Expected<Result> result) { answer = std::move(result); });
    EXPECT_FALSE(answer.has_value());
    CHECK(io::test::drive(loop_, [&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  base::Expected<void> put(std::string bucket, std::string key, std::vector<base::Slice> content) {
    return wait<void>([&](auto done) {
      return store_->put({.name = {bucket, key}, .content = content, .content_type = "text/plain"},
                         std::move(done));
    });
  }
  base::Expected<base::Slice> get(io::GetObject object) {
    return wait<base::Slice>(
        [&](auto done) { return store_->get(std::move(object), std::move(done)); });
  }
  base::Expected<io::ObjectInfo> head(std::string key) {
    return wait<io::ObjectInfo>(
        [&](auto done) { return store_->head({"bucket", key}, std::move(done)); });
  }
  base::Expected<io::ObjectPage> list(io::ListObjects which) {
    return wait<io::ObjectPage>(
        [&](auto done) { return store_->list(std::move(which), std::move(done)); });
  }
  base::Expected<void> remove(std::string key) {
    return wait<void>([&](auto done) { return store_->remove({"bucket", key}, std::move(done)); });
  }
  const wire::http::Request& last() const { return server_.requests.back(); }

  io::Loop loop_;
  test::HttpServer server_;
  std::function<void(const Incoming&)> respond = [](const Incoming& incoming) {
    incoming.respond(200);
  };
  std::unique_ptr<io::ObjectStore> store_;
};

base::Slice slice(std::string text) {
  return base::Slice::take(std::move(text));
}

TEST_F(S3ObjectStoreTest, Puts) {
  ASSERT_TRUE(put("bucket", "a b/\xc3\xa4+%2F/~c.gz", {slice("one "), slice(""), slice("two")}));
  EXPECT_EQ(last().method, wire::http::Method::kPut);
  EXPECT_EQ(last().target, "/bucket/a%20b/%C3%A4%2B%252F/~c.gz");
  EXPECT_EQ(last().body.text(), "one two");
  EXPECT_EQ(last().headers.get("Content-Type"), "text/plain");
  ASSERT_TRUE(put("bucket", "empty", {}));
  EXPECT_EQ(last().headers.get("Content-Length"), "0");
  EXPECT_EQ(server_.accepted, 1);  // the connection is kept
}

TEST_F(S3ObjectStoreTest, SendsTheSessionToken) {
  S3Settings with_token = settings();
  with_token.session_token = "to/ken==";
  open(with_token);
  ASSERT_TRUE(put("bucket", "k", {slice("x")}));
  EXPECT_EQ(last().headers.get("X-Amz-Security-Token"), "to/ken==");
}

TEST_F(S3ObjectStoreTest, GetsParts) {
  const std::string content = "0123456789";
  bool has_ranges = true;
  respond = [&](const Incoming& incoming) {
    std::uint64_t first = 0, last = content.size() - 1;
    const std::string range(incoming.request.headers.get("Range"));
    if (range.empty() || !has_ranges) return incoming.respond(200, content);
    const int read = std::sscanf(range.c_str(), "bytes=%lu-%lu", &first, &last);
    ASSERT_GE(read, 1);
    if (first >= content.size())
      return incoming.respond(416, "<Error><Code>InvalidRange</Code></Error>");
    incoming.respond(206, content.substr(first, last - first + 1));
  };
  const struct {
    std::uint64_t offset;
    std::optional<std::uint64_t> length;
    std::string_view content;
  } rows[] = {{0, {}, "0123456789"},
              {0, 4, "0123"},
              {4, 3, "456"},
              {8, 10, "89"},
              {10, 1, ""},
              {99, {}, ""},
              {7, {}, "789"},
              {0, 0, ""},
              {9, 1, "9"},
              {0, ~std::uint64_t{0}, "0123456789"},
              {~std::uint64_t{0}, ~std::uint64_t{0}, ""}};
  for (const bool ranges : {true, false}) {  // some proxies leave them away
    has_ranges = ranges;
    for (const auto& row : rows) {
      SCOPED_TRACE(row.content);
      const auto got = get({.name = {"bucket", "k"}, .offset = row.offset, .length = row.length});
      ASSERT_TRUE(got) << got.error().message;
      EXPECT_EQ(got->text(), row.content);
    }
  }
  EXPECT_EQ(get({.name = {"bucket", "k"}, .max_size = 9}).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(get({.name = {"bucket", "k"}, .max_size = 10}));
  has_ranges = true;
  EXPECT_EQ(get({.name = {"bucket", "k"}, .length = 10, .max_size = 9}).error().code,
            ErrorCode::kLimit);
}

TEST_F(S3ObjectStoreTest, WhatIsMuchIsHashedElsewhere) {
  const std::string half(700'000, 'x');
  ASSERT_TRUE(put("bucket", "k", {slice(half), slice("middle"), slice(half)}));
  EXPECT_EQ(last().body.text(), half + "middle" + half);
  bool called = false;
  (void)store_->put({.name = {"bucket", "other"}, .content = {slice(half)}},
                    [&](base::Expected<void>) { called = true; });  // given up at once
  ASSERT_TRUE(put("bucket", "k", {slice(half)}));
  EXPECT_FALSE(called);
  EXPECT_EQ(server_.requests.size(), 2U);
}

TEST_F(S3ObjectStoreTest, ReadsLargeObjectsInPieces) {
  // What is asked for has bounds, whatever the object's size.
  respond = [](const Incoming& incoming) {
    const std::string range(incoming.request.headers.get("Range"));
    auto response = wire::http::Response::with_body(206, "video/mp4", slice("abc"));
    response.headers.add("Content-Range", "bytes 5000000000-5000000002/9000000000");
    incoming.respond(std::move(response));
  };
  const std::uint64_t offset = 5'000'000'000;
  EXPECT_EQ(get({.name = {"bucket", "k"}, .offset = offset, .length = 3})->text(), "abc");
  EXPECT_EQ(last().headers.get("Range"), "bytes=5000000000-5000000002");
  EXPECT_EQ(get({.name = {"bucket", "k"}, .offset = offset, .max_size = 4})->text(), "abc");
  EXPECT_EQ(last().headers.get("Range"), "bytes=5000000000-5000000004");
  EXPECT_EQ(get({.name = {"bucket", "k"}, .offset = 7, .length = 3}).error().code,
            ErrorCode::kMalformed);
}

TEST_F(S3ObjectStoreTest, TooLargeObjectsAreNotTakenIn) {
  respond = [](const Incoming& incoming) { incoming.respond(200, std::string(200'000, 'x')); };
  EXPECT_EQ(get({.name = {"bucket", "k"}, .max_size = 100'000}).error().code, ErrorCode::kLimit);
}

TEST_F(S3ObjectStoreTest, LooksAtObjects) {
  respond = [](const Incoming& incoming) {
    auto response = wire::http::Response::with_body(200, "text/plain", slice("12345"));
    response.headers.add("Last-Modified", "Wed, 12 Oct 2009 17:50:00 GMT");
    incoming.respond(std::move(response));
  };
  const auto info = head("k");
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(last().method, wire::http::Method::kHead);
  EXPECT_EQ(info->key, "k");
  EXPECT_EQ(info->size, 5U);
  EXPECT_EQ(base::to_rfc3339(info->modified_at), "2009-10-12T17:50:00Z");
  respond = [](const Incoming& incoming) { incoming.respond(404); };
  EXPECT_EQ(head("k").error().code, ErrorCode::kNotFound);
}

TEST_F(S3ObjectStoreTest, Lists) {
  respond = [](const Incoming& incoming) {
    incoming.respond(200,
                     "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a/b &amp; c"
                     "</Key><Size>7</Size><LastModified>2013-09-17T18:07:53.000Z</LastModified>"
                     "</Contents></ListBucketResult>");
  };
  const auto page = list({.bucket = "bucket", .prefix = "a/", .after = "a/a&+ ", .limit = 1});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(last().target, "/bucket?list-type=2&max-keys=1&prefix=a%2F&start-after=a%2Fa%26%2B%20");
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].key, "a/b & c");
  EXPECT_EQ(page->objects[0].size, 7U);
  EXPECT_EQ(page->next, "a/b & c");
  respond = [](const Incoming& incoming) { incoming.respond(200, "<html>Welcome!</html>"); };
  EXPECT_EQ(list({.bucket = "bucket"}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(last().target, "/bucket?list-type=2&max-keys=1000");
}

TEST_F(S3ObjectStoreTest, Removes) {
  respond = [](const Incoming& incoming) { incoming.respond(204); };
  EXPECT_TRUE(remove("a/b"));
  EXPECT_EQ(last().method, wire::http::Method::kDelete);
  EXPECT_EQ(last().target, "/bucket/a/b");
  respond = [](const Incoming& incoming) {
    incoming.respond(404, "<Error><Code>NoSuchKey</Code></Error>");
  };
  EXPECT_TRUE(remove("a/b"));
  respond = [](const Incoming& incoming) {
    incoming.respond(404, "<Error><Code>NoSuchBucket</Code></Error>");
  };
  EXPECT_EQ(remove("a/b").error().code, ErrorCode::kNotFound);
}

TEST_F(S3ObjectStoreTest, BucketsInTheHostName) {
  S3Settings virtual_host = settings();
  virtual_host.style = S3Settings::Style::kVirtualHost;
  // The bucket "127" makes it an address that leads here without a name server.
  virtual_host.endpoint = "http://0.0.1:" + std::to_string(server_.port());
  open(virtual_host);
  for (const std::string bucket : {"with.dots", "Large", "under_score"}) {
    EXPECT_EQ(put(bucket, "k", {}).error().code, ErrorCode::kInvalid);
  }
  const auto written = put("127", "a/b", {slice("x")});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(last().host, "127.0.0.1:" + std::to_string(server_.port()));
  EXPECT_EQ(last().target, "/a/b");
  ASSERT_FALSE(list({.bucket = "127"}));  // the answer is no list
  EXPECT_EQ(last().target, "/?list-type=2&max-keys=1000");
}

TEST_F(S3ObjectStoreTest, ErrorsOfTheStore) {
  const struct {
    std::uint16_t status;
    std::string body;
    ErrorCode code;
    std::string_view message;
  } rows[] = {
      {403, "<Error><Code>AccessDenied</Code><Message>No</Message></Error>",
       ErrorCode::kUnauthorized, "the store answered 403 AccessDenied"},
      {403, "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4</StringToSign></Error>",
       ErrorCode::kUnauthorized, "the store answered 403 SignatureDoesNotMatch"},
      {404, "<Error><Code>NoSuchBucket</Code></Error>", ErrorCode::kNotFound,
       "the store answered 404 NoSuchBucket"},
      {503, "<Error><Code>SlowDown</Code></Error>", ErrorCode::kLimit,
       "the store answered 503 SlowDown"},
      {500, "oops", ErrorCode::kIo, "the store answered 500"},
      {301, "<Error><Code>PermanentRedirect</Code></Error>", ErrorCode::kInvalid,
       "the store answered 301 PermanentRedirect"},
  };
  for (const auto& row : rows) {
    respond = [&](const Incoming& incoming) { incoming.respond(row.status, row.body); };
    const auto written = put("bucket", "k", {slice("x")});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, row.code) << row.status;
    EXPECT_EQ(written.error().message, row.message);
    EXPECT_EQ(get({.name = {"bucket", "k"}}).error().code, row.code);
    EXPECT_EQ(list({.bucket = "bucket"}).error().code, row.code);
  }
}

TEST_F(S3ObjectStoreTest, AStoreThatIsAway) {
  respond = [](const Incoming& incoming) { incoming.hang_up(); };
  const auto cut = put("bucket", "secret-key", {slice("x")});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kClosed);
  EXPECT_THAT(cut.error().message, Not(HasSubstr("secret-key")));
  server_.stop_listening();
  server_.hang_up_all();
  EXPECT_FALSE(put("bucket", "k", {slice("x")}));
}

TEST_F(S3ObjectStoreTest, AStoreThatNeverAnswers) {
  S3Settings impatient = settings();
  impatient.timeout = 1s;
  open(impatient);
  respond = [](const Incoming&) {};
  EXPECT_EQ(put("bucket", "k", {slice("x")}).error().code, ErrorCode::kTimeout);
}

TEST_F(S3ObjectStoreTest, RefusesNamesThatCannotBe) {
  for (const std::string key : {"", "/a", "a//b", "../a", "a\nb"}) {
    EXPECT_EQ(put("bucket", key, {}).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(get({.name = {"bucket", key}}).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(head(key).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(remove(key).error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(put("a/b", "k", {}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(list({.bucket = "b", .limit = 0}).error().code, ErrorCode::kInvalid);
  const std::string huge(io::ObjectStore::kMaxObject + 1, 'x');
  EXPECT_EQ(put("bucket", "k", {slice(huge)}).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(S3ObjectStoreTest, WhoGivesUpHearsNothing) {
  bool called = false;
  const auto note = [&](base::Expected<void>) { called = true; };
  auto good = store_->put({.name = {"bucket", "k"}, .content = {}}, note);
  auto bad = store_->put({.name = {"bucket", ""}, .content = {}}, note);
  good.reset();
  bad.reset();
  ASSERT_TRUE(put("bucket", "other", {}));
  EXPECT_FALSE(called);
  // An answer may destroy its own handle, and begin something else.
  bool second = false;
  std::unique_ptr<io::ObjectStore::Pending> pending;
  for (const std::string key : {"", "k"}) {
    second = false;
    pending = store_->remove({"bucket", key}, [&](base::Expected<void>) {
      pending = store_->remove({"bucket", "k"}, [&](base::Expected<void>) { second = true; });
    });
    ASSERT_TRUE(io::test::drive(loop_, [&] { return second; }));
    pending.reset();
  }
}

TEST(S3SettingsTest, AreChecked) {
  const S3Settings good{.endpoint = "https://s3.example.org",
                        .access_key_id = "id",
                        .secret_access_key = "se/cr+et="};
  EXPECT_TRUE(check_s3_settings(good));
  const auto with = [&](auto change) {
    S3Settings settings = good;
    change(settings);
    const auto checked = check_s3_settings(settings);
    EXPECT_FALSE(checked);
    return checked ? "" : checked.error().message;
  };
  EXPECT_THAT(with([](auto& s) { s.endpoint = "s3.example.org"; }), HasSubstr("endpoint"));
  EXPECT_THAT(with([](auto& s) { s.endpoint = "https://h/path"; }), HasSubstr("endpoint"));
  EXPECT_THAT(with([](auto& s) { s.endpoint = "https://user:pa55@h"; }), Not(HasSubstr("pa55")));
  EXPECT_THAT(with([](auto& s) { s.region = ""; }), HasSubstr("region"));
  EXPECT_THAT(with([](auto& s) { s.region = "a/b"; }), HasSubstr("region"));
  EXPECT_THAT(with([](auto& s) { s.access_key_id = "a/b"; }), HasSubstr("access_key_id"));
  EXPECT_THAT(with([](auto& s) { s.access_key_id = ""; }), HasSubstr("access_key_id"));
  const std::string secret = with([](auto& s) { s.secret_access_key = "hush hush"; });
  EXPECT_THAT(secret, HasSubstr("secret_access_key"));
  EXPECT_THAT(secret, Not(HasSubstr("hush")));
  EXPECT_THAT(with([](auto& s) { s.session_token = "a\nb"; }), HasSubstr("session_token"));
  EXPECT_THAT(with([](auto& s) { s.timeout = 0s; }), HasSubstr("timeout"));
  EXPECT_THAT(with([](auto& s) { s.upload.part = 0; }), HasSubstr("upload"));
  EXPECT_THAT(with([](auto& s) { s.upload.at_once = 17; }), HasSubstr("upload"));
  EXPECT_THAT(with([](auto& s) { s.upload.attempts = 0; }), HasSubstr("upload"));
}

}  // namespace
}  // namespace control
