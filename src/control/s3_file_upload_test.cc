#include "control/s3_file_upload.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/check.h"
#include "control/http_server_test_support.h"
#include "io/files.h"
#include "io/io_test_support.h"
#include "wire/aws/sigv4.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using wire::http::Method;
using Incoming = test::HttpServer::Incoming;

constexpr std::string_view kSecret = "Sekr1t/Of+Tests";
constexpr base::WallTime kNow{std::chrono::seconds(1'777'777'777)};

// What a store does with uploads; a test looks at each request first and may answer it otherwise.
class S3FileUploadTest : public ::testing::Test {
 protected:
  S3FileUploadTest() : folder_(io::TemporaryDirectory::create()), server_(loop_) {
    server_.answer = [this](const Incoming& incoming) {
      expect_signed(incoming.request);
      log_.push_back(name_of(incoming.request));
      if (!instead || !instead(log_.back(), incoming)) serve(incoming);
    };
    open({.single = 10, .part = 10, .at_once = 2, .memory = 100, .attempts = 3, .pause = 1ms});
  }
  void open(const S3Settings::Upload& upload) {
    store_.reset();
    std::string url = server_.url("/");
    url.pop_back();
    auto opened = open_s3_object_store(loop_,
                                       {.endpoint = url,
                                        .access_key_id = "AKIATEST",
                                        .secret_access_key = std::string(kSecret),
                                        .upload = upload},
                                       {}, [] { return kNow; });
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  static void expect_signed(const wire::http::Request& request) {
    const auto parsed = wire::aws::parse_authorization(request);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_TRUE(parsed->content_sha256.has_value());
    const auto key = wire::aws::derive_signing_key(kSecret, parsed->date, "us-east-1", "s3");
    const auto verified = wire::aws::verify(
        *parsed, request, key,
        {.service = "s3", .region = "us-east-1", .path_style = wire::aws::PathStyle::kAsReceived},
        kNow);
    EXPECT_TRUE(verified.has_value()) << verified.error().message;
  }

  // "PUT 2" of a part, "POST complete"...
  static std::string name_of(const wire::http::Request& request) {
    const std::string method(request.method_text());
    if (request.method == Method::kPut) {
      return method + " " + request.query_parameter("partNumber").value_or("whole");
    }
    if (request.method == Method::kPost) {
      return method + (request.query_parameter("uploadId") ? " complete" : " create");
    }
    if (request.method == Method::kDelete) {
      return method + " " + request.query_parameter("uploadId").value_or("object");
    }
    return method;
  }
  void serve(const Incoming& incoming) {
    const wire::http::Request& request = incoming.request;
    switch (request.method) {
      case Method::kGet:
        return incoming.respond(200, "<ListMultipartUploadsResult/>");
      case Method::kPost:
        if (!request.query_parameter("uploadId")) {
          return incoming.respond(200,
                                  "<InitiateMultipartUploadResult><UploadId>id/+1</UploadId>"
                                  "</InitiateMultipartUploadResult>");
        }
        EXPECT_EQ(request.query_parameter("uploadId"), "id/+1");
        completion_ = std::string(request.body.text());
        return incoming.respond(200, "\n <CompleteMultipartUploadResult/>");
      case Method::kPut: {
        const std::string part = request.query_parameter("partNumber").value_or("");
        parts_[part] = std::string(request.body.text());
        auto response = wire::http::Response::with_status(200);
        response.headers.add("ETag", "\"tag&" + part + "\"");
        return incoming.respond(std::move(response));
      }
      default:
        return incoming.respond(204);
    }
  }
  // Says no to requests of that name.
  void refuse(std::string name, std::uint16_t status, std::string code, int times = 1000) {
    instead = [=](const std::string& asked, const Incoming& incoming) mutable {
      if (asked != name || times-- <= 0) return false;
      incoming.respond(status, "<Error><Code>" + code + "</Code></Error>");
      return true;
    };
  }

  std::string file_with(std::string_view content, const std::string& name = "file") {
    std::string path = folder_->path() + "/" + name;
    CHECK(io::write_file_atomic(path, base::as_bytes(content), 0600).has_value());
    return path;
  }
  base::Expected<void> put_file(const std::string& path, const std::string& key = "a b/k") {
    std::optional<base::Expected<void>> answer;
    const auto pending =
        store_->put_file({.name = {"bucket", key}, .path = path, .content_type = "video/mp2t"},
                         [&](base::Expected<void> result) { answer = std::move(result); });
    EXPECT_FALSE(answer.has_value());
    CHECK(io::test::drive(loop_, [&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  // Waits for requests that nobody is told the end of.
  void expect_soon(const std::string& name) {
    EXPECT_TRUE(io::test::drive(loop_, [&] { return std::ranges::count(log_, name) > 0; })) << name;
  }

  io::Loop loop_;
  base::Expected<io::TemporaryDirectory> folder_;
  test::HttpServer server_;
  std::function<bool(const std::string&, const Incoming&)> instead;
  std::vector<std::string> log_;
  std::map<std::string, std::string> parts_;
  std::string completion_;
  std::unique_ptr<io::ObjectStore> store_;
};

TEST_F(S3FileUploadTest, SmallFilesGoInOnePiece) {
  for (const std::string content : {"", "0123456789"}) {
    log_.clear();
    ASSERT_TRUE(put_file(file_with(content)));
    EXPECT_THAT(log_, ElementsAre("PUT whole"));
    EXPECT_EQ(parts_[""], content);
    EXPECT_EQ(server_.requests.back().target, "/bucket/a%20b/k");
    EXPECT_EQ(server_.requests.back().headers.get("Content-Type"), "video/mp2t");
  }
  // Whoever calls knows how often that is worth it.
  refuse("PUT whole", 503, "SlowDown", 1);
  EXPECT_EQ(put_file(file_with("x")).error().code, ErrorCode::kLimit);
}

TEST_F(S3FileUploadTest, LargeFilesGoInParts) {
  ASSERT_TRUE(put_file(file_with("0123456789abcdefghijABCDE")));
  ASSERT_EQ(log_.size(), 6U);
  EXPECT_EQ(log_[0], "GET");
  EXPECT_EQ(server_.requests[0].target, "/bucket?prefix=a%20b%2Fk&uploads=");
  EXPECT_EQ(log_[1], "POST create");
  EXPECT_EQ(server_.requests[1].target, "/bucket/a%20b/k?uploads=");
  EXPECT_EQ(server_.requests[1].headers.get("Content-Type"), "video/mp2t");
  EXPECT_EQ(log_[5], "POST complete");
  const std::map<std::string, std::string> parts = {
      {"1", "0123456789"}, {"2", "abcdefghij"}, {"3", "ABCDE"}};
  EXPECT_EQ(parts_, parts);
  std::string expected = "<CompleteMultipartUpload>";
  for (int i = 1; i <= 3; ++i) {
    expected +=
        fmt::format("<Part><PartNumber>{}</PartNumber><ETag>\"tag&amp;{}\"</ETag></Part>", i, i);
  }
  EXPECT_EQ(completion_, expected + "</CompleteMultipartUpload>");
}

TEST_F(S3FileUploadTest, WhatACrashHasLeftIsTakenBackFirst) {
  instead = [](const std::string& name, const Incoming& incoming) {
    if (name != "GET") return false;
    incoming.respond(200,
                     "<ListMultipartUploadsResult>"
                     "<Upload><Key>a b/k</Key><UploadId>old1</UploadId></Upload>"
                     "<Upload><Key>a b/k2</Key><UploadId>of another</UploadId></Upload>"
                     "<Upload><Key>a b/k</Key><UploadId>old2</UploadId></Upload>"
                     "</ListMultipartUploadsResult>");
    return true;
  };
  // An id with a space is none: such a list is not believed.
  ASSERT_TRUE(put_file(file_with("0123456789abc")));
  EXPECT_EQ(std::ranges::count(log_, "DELETE old1"), 0);

  instead = [](const std::string& name, const Incoming& incoming) {
    if (name != "GET") return false;
    incoming.respond(200,
                     "<ListMultipartUploadsResult>"
                     "<Upload><Key>a b/k</Key><UploadId>old1</UploadId></Upload>"
                     "<Upload><Key>a b/k2</Key><UploadId>another</UploadId></Upload>"
                     "<Upload><Key>a b/k</Key><UploadId>old2</UploadId></Upload>"
                     "</ListMultipartUploadsResult>");
    return true;
  };
  ASSERT_TRUE(put_file(file_with("0123456789abc")));
  expect_soon("DELETE old1");
  expect_soon("DELETE old2");
  EXPECT_EQ(std::ranges::count(log_, "DELETE another"), 0);

  for (const std::uint16_t status :
       {std::uint16_t{403}, std::uint16_t{501}}) {  // some do without such lists
    refuse("GET", status, "No");
    EXPECT_TRUE(put_file(file_with("0123456789abc")));
  }
  log_.clear();
  refuse("GET", 500, "InternalError");
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kIo);
  EXPECT_THAT(log_, ElementsAre("GET"));
}

TEST_F(S3FileUploadTest, PartsAreTriedAgain) {
  int refused = 0, cut = 0;
  instead = [&](const std::string& name, const Incoming& incoming) {
    if (name == "PUT 1" && refused++ < 2) {
      incoming.respond(503, "<Error><Code>SlowDown</Code></Error>");
      return true;
    }
    if (name == "PUT 2" && cut++ < 1) {
      incoming.hang_up();
      return true;
    }
    return false;
  };
  ASSERT_TRUE(put_file(file_with("0123456789abcdefghijABCDE")));
  EXPECT_EQ(std::ranges::count(log_, "PUT 1"), 3);
  EXPECT_GE(std::ranges::count(log_, "PUT 2"), 2);
  EXPECT_EQ(std::ranges::count(log_, "PUT 3"), 1);
  EXPECT_EQ(std::ranges::count(log_, "GET"), 1);
}

TEST_F(S3FileUploadTest, WhatFailsIsTakenBack) {
  const struct {
    std::string step;
    std::uint16_t status;
    std::string code;
    int attempts;
    ErrorCode expected;
  } rows[] = {
      {"PUT 2", 503, "SlowDown", 3, ErrorCode::kLimit},
      {"PUT 2", 403, "AccessDenied", 1, ErrorCode::kUnauthorized},
      {"PUT 2", 404, "NoSuchUpload", 1, ErrorCode::kIo},
      {"POST complete", 400, "InvalidPart", 3, ErrorCode::kIo},
      {"POST complete", 400, "InvalidPartOrder", 1, ErrorCode::kInvalid},
      {"POST complete", 200, "InternalError", 3, ErrorCode::kIo},
      {"POST complete", 200, "AccessDenied", 1, ErrorCode::kUnauthorized},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.step + " " + row.code);
    log_.clear();
    refuse(row.step, row.status, row.code);
    const auto result = put_file(file_with("0123456789abc"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, row.expected);
    EXPECT_THAT(result.error().message, HasSubstr(row.code));
    EXPECT_EQ(std::ranges::count(log_, row.step), row.attempts);
    expect_soon("DELETE id/+1");
  }
  log_.clear();
  refuse("POST create", 403, "AccessDenied");
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kUnauthorized);
  EXPECT_THAT(log_, ElementsAre("GET", "POST create"));
  instead = [](const std::string& name, const Incoming& incoming) {
    if (name == "POST create") incoming.respond(200, "<html>Welcome!</html>");
    return name == "POST create";
  };
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kMalformed);
  instead = [](const std::string& name, const Incoming& incoming) {
    if (name == "PUT 1") incoming.respond(200);
    return name == "PUT 1";
  };
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kMalformed);  // no ETag
}

// The store has put the parts together, and its answer was lost.
TEST_F(S3FileUploadTest, AnEndWhoseAnswerWasLostIsLookedAt) {
  int completed = 0;
  std::string size = "13", etag = "\"0123-2\"";
  instead = [&](const std::string& name, const Incoming& incoming) {
    if (name == "POST complete") {
      if (completed++ == 0) {
        incoming.hang_up();
      } else {
        incoming.respond(404, "<Error><Code>NoSuchUpload</Code></Error>");
      }
      return true;
    }
    if (name == "HEAD") {
      auto response = wire::http::Response::with_body(
          200, "video/mp2t", base::Slice::take(std::string(std::stoul(size), 'x')));
      response.headers.add("ETag", etag);
      incoming.respond(std::move(response));
      return true;
    }
    return false;
  };
  ASSERT_TRUE(put_file(file_with("0123456789abc")));
  EXPECT_THAT(log_, ::testing::Contains("HEAD"));
  ASSERT_TRUE(put_file(file_with("x")));  // behind whatever is still to be sent
  EXPECT_EQ(std::ranges::count(log_, "DELETE id/+1"), 0);
  // What is there is an older one.
  size = "12";
  completed = 0;
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kIo);
  size = "13", etag = "\"0123\"";
  completed = 0;
  EXPECT_EQ(put_file(file_with("0123456789abc")).error().code, ErrorCode::kIo);
}

TEST_F(S3FileUploadTest, WhoGivesUpHearsNothingAndLeavesNothing) {
  for (const std::string step : {"PUT 1", "POST complete"}) {
    log_.clear();
    bool called = false;
    instead = [&](const std::string& name, const Incoming&) { return name == step; };
    auto pending = store_->put_file({.name = {"bucket", "k"}, .path = file_with("0123456789abc")},
                                    [&](base::Expected<void>) { called = true; });
    expect_soon(step);
    pending.reset();
    expect_soon("DELETE id/+1");
    EXPECT_FALSE(called);
  }
  // Whoever hears of the end may begin the next.
  instead = nullptr;
  bool second = false;
  std::unique_ptr<io::ObjectStore::Pending> pending;
  const auto begin = [&](auto done) {
    return store_->put_file({.name = {"bucket", "k"}, .path = folder_->path() + "/file"},
                            std::move(done));
  };
  pending = begin([&](base::Expected<void>) {
    pending = begin([&](base::Expected<void> result) { second = result.has_value(); });
  });
  EXPECT_TRUE(io::test::drive(loop_, [&] { return second; }));
}

TEST_F(S3FileUploadTest, FilesThatCannotBePut) {
  EXPECT_EQ(put_file(folder_->path() + "/missing").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(put_file(folder_->path()).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(put_file(file_with("x"), "../k").error().code, ErrorCode::kInvalid);
  const std::string large = file_with("", "large");
  std::filesystem::resize_file(large, io::ObjectStore::kMaxFile + 1);
  EXPECT_EQ(put_file(large).error().code, ErrorCode::kLimit);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(S3FileUploadTest, AFileThatChangesIsNotPut) {
  const std::string path = file_with("0123456789abcdefghijABCDEFGHIJlast");
  instead = [&](const std::string& name, const Incoming&) {
    if (name == "PUT 1") std::filesystem::resize_file(path, 15);
    return false;
  };
  EXPECT_EQ(put_file(path).error().code, ErrorCode::kConflict);
  expect_soon("DELETE id/+1");
  EXPECT_EQ(std::ranges::count(log_, "POST complete"), 0);
}

TEST_F(S3FileUploadTest, AllFilesTogetherStayWithinTheBound) {
  open({.single = 10, .part = 10, .at_once = 2, .memory = 20, .attempts = 1, .pause = 1ms});
  std::vector<std::function<void()>> held;
  std::size_t most = 0;
  instead = [&](const std::string& name, const Incoming& incoming) {
    if (!name.starts_with("PUT")) return false;
    held.push_back([this, &client = incoming.client, id = incoming.id, request = incoming.request] {
      serve({client, id, request});
    });
    most = std::max(most, held.size());
    return true;
  };
  std::vector<std::string> ends;
  std::vector<std::unique_ptr<io::ObjectStore::Pending>> pending;
  const auto begin = [&](const std::string& key, std::size_t size) {
    pending.push_back(
        store_->put_file({.name = {"bucket", key}, .path = file_with(io::test::pattern(size), key)},
                         [&, key](base::Expected<void> result) {
                           ends.push_back(key + (result ? "" : ": " + result.error().message));
                         }));
  };
  begin("long", 300);
  begin("short", 25);
  begin("small", 5);
  while (ends.size() < 3) {
    ASSERT_TRUE(io::test::drive(loop_, [&] { return !held.empty() || ends.size() == 3; }));
    if (held.empty()) break;
    const auto next = std::move(held.front());
    held.erase(held.begin());
    next();
  }
  EXPECT_LE(most, 2U);
  EXPECT_EQ(ends.back(), "long");  // nobody waits for all of the others
  EXPECT_EQ(std::ranges::count_if(log_, [](auto& name) { return name.starts_with("PUT"); }), 34);
}

TEST_F(S3FileUploadTest, SmallFilesGoManyAtOnce) {
  open({.single = 10, .part = 10, .at_once = 2, .memory = 45, .attempts = 1, .pause = 1ms});
  std::vector<std::function<void()>> held;
  instead = [&](const std::string&, const Incoming& incoming) {
    held.push_back([this, &client = incoming.client, id = incoming.id, request = incoming.request] {
      serve({client, id, request});
    });
    return true;
  };
  int ended = 0;
  std::vector<std::unique_ptr<io::ObjectStore::Pending>> pending;
  for (int i = 0; i < 10; ++i) {
    pending.push_back(store_->put_file(
        {.name = {"bucket", std::to_string(i)}, .path = file_with("012345678")},
        [&](base::Expected<void> result) { ended += result.has_value() ? 1 : 0; }));
  }
  ASSERT_TRUE(io::test::drive(loop_, [&] { return held.size() == 5; }));
  (void)loop_.run_once(20ms);
  EXPECT_EQ(held.size(), 5U);
  while (ended < 10) {
    ASSERT_TRUE(io::test::drive(loop_, [&] { return !held.empty() || ended == 10; }));
    if (held.empty()) break;
    const auto next = std::move(held.back());
    held.pop_back();
    next();
  }
}

TEST(S3PartSizeTest, FewPartsInLittleMemory) {
  constexpr std::uint64_t kMiB = 1 << 20;
  constexpr std::uint64_t kGiB = 1024 * kMiB;
  EXPECT_EQ(s3_part_size(17 * kMiB, 8 * kMiB), 8 * kMiB);
  EXPECT_EQ(s3_part_size(7 * kGiB, 8 * kMiB), 8 * kMiB);
  for (const std::uint64_t size : {8 * kGiB + 1, 20 * kGiB, 31 * kGiB}) {
    const std::uint64_t part = s3_part_size(size, 8 * kMiB);
    EXPECT_LE((size + part - 1) / part, 1000U);
    EXPECT_LE(part, 32 * kMiB);
  }
  EXPECT_EQ(s3_part_size(io::ObjectStore::kMaxFile, 8 * kMiB), 32 * kMiB);
  EXPECT_EQ(s3_part_size(kGiB, 1), 1'073'742U);
}

}  // namespace
}  // namespace control
