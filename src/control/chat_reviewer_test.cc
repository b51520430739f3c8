#include "control/chat_reviewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/check.h"
#include "control/http_server_test_support.h"
#include "control/webhook.h"
#include "io/loop.h"

namespace control {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using base::ErrorCode;
using Incoming = test::HttpServer::Incoming;

constexpr std::string_view kUri = "arn:aws:lambda:eu-west-1:123456789012:function:check";

chat::ReviewRequest request(std::string handler = std::string(kUri)) {
  return {.handler = std::move(handler),
          .room_arn = "arn:aws:ivschat:local:000000000000:room/roomAAAAAAAA",
          .message_id = "messageAAAAA",
          .content = "héllo \"you\"",
          .attributes = {{"color", "red"}},
          .user_id = "alice",
          .user_attributes = {{"name", "Alice"}},
          .address = "203.0.113.5"};
}

class ChatReviewerTest : public ::testing::Test {
 protected:
  ChatReviewer& make(ReviewHandler handler, std::size_t max_under_way = 1'000) {
    auto reviewer = ChatReviewer::create(
        loop_, {.handlers = {{"check", std::move(handler)}},
                .max_under_way = max_under_way,
                .now = [] { return base::WallTime(std::chrono::seconds(1'700'000'000)); }});
    CHECK(reviewer.has_value());
    reviewer_ = std::move(*reviewer);
    return *reviewer_;
  }
  ChatReviewer& make() { return make({.url = server_.url("/review"), .timeout = 10s}); }

  using Result = std::optional<base::Expected<chat::ReviewResult>>;
  void ask(Result& result, chat::ReviewRequest asked = request()) {
    reviewer_->review(std::move(asked), loop_,
                      [&result](base::Expected<chat::ReviewResult> answer) {
                        EXPECT_FALSE(result);
                        result = std::move(answer);
                      });
    EXPECT_FALSE(result);
  }
  base::Expected<chat::ReviewResult> wait(Result& result) {
    const auto deadline = io::Loop::precise_now() + 10s;
    while (!result && io::Loop::precise_now() < deadline) (void)loop_.run_once(20ms);
    if (!result) return base::fail(ErrorCode::kInvalid, "the test gave up");
    return *result;
  }
  base::Expected<chat::ReviewResult> review(chat::ReviewRequest asked = request()) {
    Result result;
    ask(result, std::move(asked));
    return wait(result);
  }
  void answer_with(std::uint16_t status, std::string body) {
    server_.answer = [status, body](const Incoming& in) { in.respond(status, body); };
  }
  ChatReviewer::Failures failures(std::string_view uri = kUri) {
    const auto found = reviewer_->failures().find(uri);
    return found == reviewer_->failures().end() ? ChatReviewer::Failures{} : found->second;
  }

  io::Loop loop_;
  test::HttpServer server_{loop_};
  std::unique_ptr<ChatReviewer> reviewer_;
};

TEST_F(ChatReviewerTest, AsksAsTheServiceWould) {
  make({.url = server_.url("/review?x=1"), .secret = "It is a secret", .timeout = 10s});
  answer_with(200, R"({"ReviewResult":"ALLOW","Content":"hello","Attributes":{"checked":"yes"}})");
  const auto result = review();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->allowed);
  EXPECT_EQ(result->content, "hello");
  EXPECT_EQ(result->attributes, (chat::Attributes{{"checked", "yes"}}));
  ASSERT_EQ(server_.requests.size(), 1U);
  const wire::http::Request& got = server_.requests.front();
  EXPECT_EQ(got.method, wire::http::Method::kPost);
  EXPECT_EQ(got.target, "/review?x=1");
  EXPECT_EQ(got.headers.get("content-type"), "application/json");
  EXPECT_EQ(got.headers.get("rostrum-timestamp"), "1700000000");
  EXPECT_EQ(got.headers.get("rostrum-signature"),
            webhook_signature("It is a secret", "1700000000", got.body.text()));
  const json::value expected = {
      {"Content", "héllo \"you\""},
      {"MessageId", "messageAAAAA"},
      {"RoomArn", "arn:aws:ivschat:local:000000000000:room/roomAAAAAAAA"},
      {"Attributes", {{"color", "red"}}},
      {"Sender",
       {{"UserId", "alice"}, {"Attributes", {{"name", "Alice"}}}, {"Ip", "203.0.113.5"}}}};
  EXPECT_EQ(json::parse(got.body.text()), expected);
  EXPECT_EQ(failures().invocations, 0U);
  EXPECT_EQ(failures().invalid_responses, 0U);
}

TEST_F(ChatReviewerTest, KeepsItsConnections) {
  make();
  answer_with(200, R"({"ReviewResult":"ALLOW","Content":"a"})");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(review());
  EXPECT_EQ(server_.accepted, 1);
}

TEST_F(ChatReviewerTest, WithoutASecretNothingIsSigned) {
  make();
  answer_with(200, R"({"ReviewResult":"DENY","Attributes":{"Reason":"rude","x":"y"}})");
  const auto result = review();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->allowed);
  EXPECT_EQ(result->reason, "rude");
  EXPECT_TRUE(result->attributes.empty());
  EXPECT_TRUE(server_.requests.front().headers.get("rostrum-signature").empty());
}

TEST_F(ChatReviewerTest, FailuresAreCounted) {
  make();
  answer_with(500, "{}");
  auto result = review();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  answer_with(302, R"({"ReviewResult":"ALLOW"})");
  EXPECT_FALSE(review());
  answer_with(200, "yes");
  result = review();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
  answer_with(200, R"({"ReviewResult":"ALLOW","Content":")" + std::string(70'000, 'x') + "\"}");
  EXPECT_FALSE(review()) << "too long";
  server_.answer = [](const Incoming& in) { in.hang_up(); };
  EXPECT_FALSE(review());
  server_.stop_listening();
  server_.hang_up_all();
  EXPECT_FALSE(review());
  EXPECT_EQ(failures().invocations, 5U);
  EXPECT_EQ(failures().invalid_responses, 1U);
}

TEST_F(ChatReviewerTest, UnknownFunctionsAreErrors) {
  make();
  const std::string other = "arn:aws:lambda:eu-west-1:123456789012:function:other";
  const auto result = review(request(other));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(failures(other).invocations, 1U);
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(ChatReviewerTest, ALateAnswerIsNone) {
  make({.url = server_.url(), .timeout = 20ms});
  server_.answer = [](const Incoming&) {};
  const auto result = review();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(failures().invocations, 1U);
}

TEST_F(ChatReviewerTest, SoManyAtOnceAndNoMore) {
  make({.url = server_.url(), .timeout = 10s}, 2);
  std::vector<Incoming> waiting;
  server_.answer = [&](const Incoming& in) { waiting.push_back(in); };
  Result first;
  Result second;
  Result third;
  ask(first);
  ask(second);
  ask(third);
  const auto refused = wait(third);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  const auto deadline = io::Loop::precise_now() + 10s;
  while (waiting.size() < 2 && io::Loop::precise_now() < deadline) (void)loop_.run_once(20ms);
  ASSERT_EQ(waiting.size(), 2U);
  for (const Incoming& in : waiting) in.respond(200, R"({"ReviewResult":"ALLOW"})");
  EXPECT_TRUE(wait(first));
  EXPECT_TRUE(wait(second));
}

TEST_F(ChatReviewerTest, EveryoneIsAnsweredWhenItStops) {
  make();
  server_.answer = [](const Incoming&) {};
  Result waiting;
  ask(waiting);
  const auto deadline = io::Loop::precise_now() + 10s;
  while (server_.requests.empty() && io::Loop::precise_now() < deadline) {
    (void)loop_.run_once(20ms);
  }
  reviewer_->stop();
  auto result = wait(waiting);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kClosed);
  EXPECT_EQ(review().error().code, ErrorCode::kClosed);
  Result late;
  ask(late);
  reviewer_.reset();
  EXPECT_EQ(wait(late).error().code, ErrorCode::kClosed);
}

TEST(ChatReview, NamesOfFunctions) {
  const struct {
    std::string_view arn;
    std::string_view name;
  } rows[] = {{kUri, "check"},
              {"arn:aws:lambda:us-east-1:000000000000:function:a-b_c:live", "a-b_c"},
              {"arn:aws-cn:lambda:cn-north-1:000000000000:function:x:1", "x"},
              {"arn:aws:lambda:us-east-1:000000000000:function:a:b:c", ""},
              {"arn:aws:lambda:us-east-1:000000000000:layer:a", ""},
              {"arn:aws:sqs:us-east-1:000000000000:function:a", ""},
              {"arn:aws:lambda:us-east-1:000000000000:function:", ""},
              {"arn:aws:lambda:us-east-1:000000000000:function", ""},
              {"function:a", ""},
              {"", ""}};
  for (const auto& row : rows) EXPECT_EQ(function_of(row.arn), row.name) << row.arn;
}

TEST(ChatReview, Answers) {
  const std::string big(1'025, 'x');
  const struct {
    std::string body;
    bool is_good;
  } rows[] = {
      {R"({"ReviewResult":"ALLOW","Content":"x","Attributes":{}})", true},
      {R"({"ReviewResult":"ALLOW"})", true},
      {R"({"ReviewResult":"ALLOW","Content":null,"Attributes":null,"More":[1]})", true},
      {R"({"ReviewResult":"DENY","Content":""})", true},
      {R"({"ReviewResult":"DENY"})", true},
      {R"({"ReviewResult":"ALLOW","Content":""})", false},
      {R"({"ReviewResult":"ALLOW","Content":5})", false},
      {R"({"ReviewResult":"allow","Content":"x"})", false},
      {R"({"ReviewResult":true})", false},
      {R"({"Content":"x"})", false},
      {R"({"ReviewResult":"ALLOW","Attributes":{"a":1}})", false},
      {R"({"ReviewResult":"ALLOW","Attributes":["a"]})", false},
      {R"({"ReviewResult":"ALLOW","Attributes":{"a":")" + big + "\"}}", false},
      {R"(["ALLOW"])", false},
      {"\xff", false},
      {R"({"ReviewResult":"ALLOW"} x)", false},
      {R"({"ReviewResult":[[[[[[[[[[]]]]]]]]]]})", false},
      {"", false},
  };
  for (const auto& row : rows) {
    const auto result = read_review(row.body, request());
    EXPECT_EQ(result.has_value(), row.is_good) << row.body;
    if (!result) EXPECT_EQ(result.error().code, ErrorCode::kMalformed);
  }
  const auto untouched = read_review(R"({"ReviewResult":"ALLOW"})", request());
  EXPECT_EQ(untouched->content, request().content);
  EXPECT_EQ(untouched->attributes, request().attributes);
}

TEST(ChatReview, HandlersAreChecked) {
  io::Loop loop;
  for (const std::string_view url : {"", "ftp://h/", "h", "http://"}) {
    const auto made =
        ChatReviewer::create(loop, {.handlers = {{"check", {.url = std::string(url)}}}});
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(made.error().message, ::testing::HasSubstr("check"));
  }
  EXPECT_FALSE(ChatReviewer::create(
      loop, {.handlers = {{"check", {.url = "http://h/", .timeout = base::Duration::zero()}}}}));
}

}  // namespace
}  // namespace control
