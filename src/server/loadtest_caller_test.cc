#include "server/loadtest_caller.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "io/connection.h"
#include "io/listener.h"
#include "io/system.h"
#include "server/loadtest.h"

namespace server::loadtest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr base::WallTime kTime{std::chrono::microseconds(1'793'000'123'456'789)};
const wire::aws::Credentials kCredentials{"AKIATEST", "secret", {}};
const Target kTarget{.scheme = "http", .host = "127.0.0.1", .port = 8080, .path = "/"};

/// Answers one request after another of one connection with the answers it was given, then closes.
/// A request's end is the brace that closes its input.
class OneConnection final : private io::Connection::Handler {
 public:
  OneConnection(io::Loop& loop, std::vector<std::string> answers)
      : answers_(std::move(answers)),
        listener_(loop, std::move(io::bind_tcp("127.0.0.1", 0, 1)->front()),
                  [this, &loop](io::Socket socket) {
                    ++accepted;
                    connection_ = io::Connection::plain(loop, std::move(socket), *this);
                  }) {}
  std::uint16_t port() const { return listener_.local_port(); }

  int accepted = 0;
  std::vector<std::string> inputs;

 private:
  void on_data(base::ByteSpan data) override {
    text_ += base::as_text(data);
    if (!text_.ends_with('}') || inputs.size() == answers_.size()) return;
    connection_->write(base::Slice::copy_of(base::as_bytes(answers_[inputs.size()])));
    inputs.push_back(text_.substr(text_.rfind('{')));
    text_.clear();
  }
  void on_closed(const base::Error&) override { connection_.reset(); }

  const std::vector<std::string> answers_;
  io::Listener listener_;
  std::unique_ptr<io::Connection> connection_;
  std::string text_;
};

std::string answer(std::string_view status, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

CallPattern pattern(std::string_view operation, std::string input,
                    std::vector<std::string> values = {}) {
  return *CallPattern::create(*control::find_operation(operation), std::move(input),
                              std::move(values));
}

std::string text_of(const CallPattern& pattern, std::uint64_t number) {
  const auto octets = pattern.request(number, kTarget, kCredentials, "local", kTime);
  return std::string(base::as_text(octets->span()));
}

TEST(CallPattern, SignsTheOperationWithItsInput) {
  const std::string text = text_of(pattern("GetChannel", R"({"arn":"a"})"), 1);
  EXPECT_THAT(text, testing::StartsWith("POST /GetChannel HTTP/1.1\r\n"));
  EXPECT_THAT(text, HasSubstr("Host: 127.0.0.1:8080\r\n"));
  EXPECT_THAT(text, HasSubstr("Credential=AKIATEST/20261026/local/ivs/aws4_request"));
  EXPECT_THAT(text, testing::EndsWith("\r\n\r\n{\"arn\":\"a\"}"));
  EXPECT_THAT(text_of(pattern("ListAccessKeys", "{}"), 1), HasSubstr("/local/rostrum/"));
}

TEST(CallPattern, PutsNumbersAndValuesInPlace) {
  const CallPattern numbered = pattern("CreateChannel", R"({"name":"c{n}"})");
  EXPECT_THAT(text_of(numbered, 1), HasSubstr(R"({"name":"c1"})"));
  EXPECT_THAT(text_of(numbered, 20), HasSubstr(R"({"name":"c20"})"));
  const CallPattern listed = pattern("GetChannel", R"({"arn":"{n}"})", {"x", "y"});
  EXPECT_THAT(text_of(listed, 1), HasSubstr(R"({"arn":"x"})"));
  EXPECT_THAT(text_of(listed, 2), HasSubstr(R"({"arn":"y"})"));
  EXPECT_THAT(text_of(listed, 3), HasSubstr(R"({"arn":"x"})"));
  EXPECT_THAT(text_of(pattern("ListTagsForResource", R"({"resourceArn":"a/{n}"})"), 7),
              testing::StartsWith("GET /tags/a%2F7 HTTP/1.1\r\n"));
}

TEST(CallPattern, RefusesWhatIsNoInput) {
  for (const char* input : {"", "[]", "{", R"("text")"}) {
    const auto refused = CallPattern::create(*control::find_operation("GetChannel"), input, {});
    ASSERT_FALSE(refused) << input;
    EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalid);
  }
  EXPECT_FALSE(CallPattern::create(*control::find_operation("ListTagsForResource"), "{}", {}));
}

TEST(LoadCaller, NamesErrors) {
  EXPECT_EQ(error_name(404, R"({"__type":"ResourceNotFoundException","message":"m"})"),
            "ResourceNotFoundException");
  EXPECT_EQ(error_name(502, "<html>"), "status 502");
  EXPECT_EQ(error_name(500, R"({"__type":1})"), "status 500");
}

TEST(LoadCaller, CallsAgainOnOneConnectionUntilItsLastNumber) {
  io::Loop loop;
  OneConnection server(
      loop, {answer("200 OK", "{}"), answer("429 Slow", R"({"__type":"ThrottlingException"})"),
             answer("200 OK", "{}")});
  const Target target{.scheme = "http", .host = "127.0.0.1", .port = server.port(), .path = "/"};
  const CallPattern calls = pattern("CreateChannel", R"({"name":"c{n}"})");
  CallFigures figures;
  LoadCaller caller(loop,
                    {.target = &target,
                     .tls = nullptr,
                     .pattern = &calls,
                     .credentials = &kCredentials,
                     .region = "local",
                     .source = std::nullopt,
                     .first = 1,
                     .stride = 2,
                     .last = 6},
                    figures);
  EXPECT_EQ(figures.open, 3);
  EXPECT_FALSE(figures.is_complete());
  caller.start(io::Loop::precise_now());
  for (int i = 0; i < 1000 && !figures.is_complete(); ++i) (void)loop.run_once(100ms);
  EXPECT_TRUE(figures.is_complete());
  EXPECT_EQ(server.accepted, 1);
  EXPECT_THAT(server.inputs,
              ElementsAre(R"({"name":"c1"})", R"({"name":"c3"})", R"({"name":"c5"})"));
  EXPECT_EQ(figures.answers, 2);
  EXPECT_EQ(figures.failures.total(), 1);
  EXPECT_TRUE(figures.failures.kinds().contains("ThrottlingException"));
  EXPECT_EQ(figures.latency.count(), 2);
}

TEST(CallFigures, AreCompleteWhenAllWorkersAre) {
  CallFigures sum;
  EXPECT_FALSE(sum.is_complete());
  CallFigures one;
  one.bounded = true;
  one.answers = 2;
  sum.merge(one);
  EXPECT_TRUE(sum.is_complete());
  one.open = 1;
  sum.merge(one);
  EXPECT_FALSE(sum.is_complete());
  EXPECT_EQ(sum.answers, 4);
}

TEST(LoadApi, SaysWhatIsWrongWithItsArguments) {
  ApiOptions good;
  good.url = "http://127.0.0.1:1";
  good.input = R"({"arn":"a"})";
  good.access_key_id = "id";
  good.secret_access_key = "secret";
  struct Row {
    const char* said;
    std::function<void(ApiOptions&)> spoil;
  };
  const Row rows[] = {
      {"http or https", [](ApiOptions& o) { o.url = "rtmp://127.0.0.1/app"; }},
      {"no operation Fly", [](ApiOptions& o) { o.operation = "Fly"; }},
      {"access key", [](ApiOptions& o) { o.secret_access_key.clear(); }},
      {"JSON object", [](ApiOptions& o) { o.input = "[1]"; }},
      {"at least 1", [](ApiOptions& o) { o.count = 0; }},
      {"no process", [](ApiOptions& o) { o.server_process = 4'000'000'000; }},
      {"duration", [](ApiOptions& o) { o.duration = "soon"; }},
      {"cannot", [](ApiOptions& o) { o.values_file = "/nonexistent/values"; }},
  };
  for (const Row& row : rows) {
    ApiOptions options = good;
    row.spoil(options);
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_api(options), 2) << row.said;
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr(row.said));
  }
}

TEST(System, TellsTheCpuTimeOfAProcess) {
  const auto before = io::cpu_time_of(static_cast<std::uint32_t>(::getpid()));
  ASSERT_TRUE(before);
  const auto own = io::thread_cpu_time();
  while (io::thread_cpu_time() - own < std::chrono::milliseconds(5)) {
  }
  const auto after = io::cpu_time_of(static_cast<std::uint32_t>(::getpid()));
  ASSERT_TRUE(after);
  EXPECT_GE(*after - *before, std::chrono::milliseconds(5));
  EXPECT_EQ(io::cpu_time_of(0).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(io::cpu_time_of(4'000'000'000).error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace server::loadtest
