#include "app/core/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace app {
namespace {

using testing::HasSubstr;
using wire::http::Method;
using Type = Field::Type;
using Need = Field::Need;

Outcome<Answer> nothing(Call&) {
  return Answer::nothing();
}

constexpr Field kOption[] = {{"text", Type::kText, Need::kRequired, 1, 40}};
constexpr Field kWord[] = {{"word", Type::kText, Need::kRequired, 1, 5}};
constexpr Field kInput[] = {
    {"title", Type::kText, Need::kRequired, 1, 24, "What it is called"},
    {"kind", Type::kText, Need::kOptional, 0, 0, {}, "quiz|poll"},
    {"duration", Type::kInteger, Need::kOptional, 5, 30},
    {"share", Type::kNumber, Need::kOptional, 0, 1},
    {"isOpen", Type::kBoolean},
    {"options", Type::kList, Need::kOptional, 2, 5, {}, {}, kOption},
    {"words", Type::kTexts, Need::kOptional, 0, 3, {}, {}, kWord},
    {"free", Type::kObject},
};
constexpr Field kQuery[] = {{"limit", Type::kInteger, Need::kOptional, 1, 100},
                            {"live", Type::kBoolean},
                            {"q", Type::kText, Need::kRequired, 1, 10}};
constexpr Route kRoutes[] = {
    {.method = Method::kGet, .path = "/v1/channels", .input = kQuery, .run = nothing},
    {.method = Method::kGet, .path = "/v1/channels/{name}", .run = nothing},
    {.method = Method::kPut, .path = "/v1/channels/{name}/follow", .run = nothing},
    {.method = Method::kGet, .path = "/v1/channels/featured", .run = nothing},
    {.method = Method::kPost,
     .path = "/v1/things",
     .access = Access::kModerator,
     .summary = "Makes a thing",
     .input = kInput,
     .run = nothing,
     .group = "Things"},
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() { router_.add(kRoutes); }
  Router router_;
};

TEST_F(RouterTest, FindsByMethodAndPath) {
  const auto channel = router_.find(Method::kGet, "/v1/channels/Ann");
  ASSERT_TRUE(channel);
  EXPECT_EQ(channel->route, &kRoutes[1]);
  ASSERT_EQ(channel->captures.size(), 1U);
  EXPECT_EQ(channel->captures[0].first, "name");
  EXPECT_EQ(channel->captures[0].second, "Ann");
  EXPECT_EQ(router_.find(Method::kHead, "/v1/channels/Ann")->route, &kRoutes[1]);
  EXPECT_EQ(router_.find(Method::kPut, "/v1/channels/Ann/follow")->route, &kRoutes[2]);
}

TEST_F(RouterTest, WordsComeBeforeNames) {
  EXPECT_EQ(router_.find(Method::kGet, "/v1/channels/featured")->route, &kRoutes[3]);
}

TEST_F(RouterTest, OthersAreNotFound) {
  for (const std::string& path :
       {std::string("/v1"), std::string("/v1/channels/"), std::string("/v1/channels//follow"),
        std::string("/v1/channels/a/b"), std::string(""), std::string("v1/channels"),
        "/v1/channels/" + std::string(201, 'a')}) {
    EXPECT_FALSE(router_.find(Method::kGet, path)) << path;
  }
  EXPECT_FALSE(router_.find(Method::kDelete, "/v1/channels/Ann"));
  EXPECT_TRUE(router_.knows_path("/v1/channels/Ann"));
  EXPECT_FALSE(router_.knows_path("/v1/nothing"));
}

wire::http::Request with_body(std::string_view body) {
  wire::http::Request request;
  request.method = Method::kPost;
  request.body = base::Slice::take(std::string(body));
  return request;
}

TEST_F(RouterTest, InputIsCheckedAndPruned) {
  const auto read = read_input(
      kRoutes[4], with_body(R"({"title":"Äpfel","kind":"quiz","duration":5.0,"share":0.5,)"
                            R"("isOpen":true,"options":[{"text":"a","more":1},{"text":"b"}],)"
                            R"("words":["x"],"free":{"any":[1]},"unknown":1,"":null})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(boost::json::serialize(*read),
            R"({"title":"Äpfel","kind":"quiz","duration":5,"share":5E-1,"isOpen":true,)"
            R"("options":[{"text":"a"},{"text":"b"}],"words":["x"],"free":{"any":[1]}})");
}

TEST_F(RouterTest, WhatDoesNotFitIsNamed) {
  const struct {
    std::string_view body, field, says;
  } rows[] = {
      {"{}", "title", "required"},
      {R"({"title":null})", "title", "required"},
      {R"({"title":""})", "title", "empty"},
      {R"({"title":"1234567890123456789012345"})", "title", "24 characters"},
      {"{\"title\":\"a\\u0000b\"}", "title", "zero octet"},
      {R"({"title":7})", "title", "a text"},
      {R"({"title":"a","kind":"quizz"})", "kind", "quiz|poll"},
      {R"({"title":"a","duration":31})", "duration", "between 5 and 30"},
      {R"({"title":"a","duration":5.5})", "duration", "whole number"},
      {R"({"title":"a","duration":1e300})", "duration", "whole number"},
      {R"({"title":"a","share":2})", "share", "between 0 and 1"},
      {R"({"title":"a","isOpen":1})", "isOpen", "true or false"},
      {R"({"title":"a","options":[{"text":"a"}]})", "options", "2 to 5"},
      {R"({"title":"a","options":[{"text":"a"},7]})", "options", "objects"},
      {R"({"title":"a","options":[{"text":"a"},{}]})", "options.text", "required"},
      {R"({"title":"a","words":["longer"]})", "words", "5 characters"},
      {R"({"title":"a","words":[1]})", "words", "texts"},
      {R"({"title":"a","free":[]})", "free", "an object"},
      {R"(["a"])", "", "JSON object"},
      {R"({"title")", "", "valid JSON"},
  };
  for (const auto& row : rows) {
    const auto read = read_input(kRoutes[4], with_body(row.body));
    ASSERT_FALSE(read) << row.body;
    EXPECT_EQ(read.error().status, 400);
    EXPECT_EQ(read.error().field, row.field) << row.body;
    EXPECT_THAT(read.error().message, HasSubstr(row.says)) << row.body;
  }
}

TEST_F(RouterTest, DeepInputIsRefused) {
  std::string body = R"({"title":"a","free":)";
  for (int i = 0; i < 100; ++i) body += R"({"a":)";
  const auto read = read_input(kRoutes[4], with_body(body));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().type, "Malformed");
}

TEST_F(RouterTest, QueriesBecomeValues) {
  wire::http::Request request;
  ASSERT_TRUE(request.set_target("/v1/channels?q=a%20b&limit=7&live=true&more=1"));
  const auto read = read_input(kRoutes[0], request);
  ASSERT_TRUE(read);
  EXPECT_EQ(boost::json::serialize(*read), R"({"limit":7,"live":true,"q":"a b"})");
  for (const std::string_view target :
       {"/v1/channels", "/v1/channels?q=a&limit=x", "/v1/channels?q=a&limit=101",
        "/v1/channels?q=a&live=maybe", "/v1/channels?q=%FF"}) {
    wire::http::Request other;
    ASSERT_TRUE(other.set_target(target));
    EXPECT_FALSE(read_input(kRoutes[0], other)) << target;
  }
}

TEST_F(RouterTest, TheDocumentSaysTheSame) {
  const auto document = openapi(router_, "Test", "1");
  const std::string text = boost::json::serialize(document);
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  const auto& post = document.at("paths").at("/v1/things").at("post").as_object();
  EXPECT_EQ(post.at("x-access").as_string(), "moderator");
  EXPECT_EQ(post.at("tags").at(0).as_string(), "Things");
  const auto& schema =
      post.at("requestBody").at("content").at("application/json").at("schema").as_object();
  EXPECT_EQ(boost::json::serialize(schema.at("required")), R"(["title"])");
  EXPECT_EQ(boost::json::serialize(schema.at("properties").at("kind")),
            R"({"type":"string","enum":["quiz","poll"]})");
  EXPECT_EQ(boost::json::serialize(schema.at("properties").at("duration")),
            R"({"type":"integer","minimum":5,"maximum":30})");
  const auto& follow = document.at("paths").at("/v1/channels/{name}/follow").at("put").as_object();
  EXPECT_EQ(follow.at("parameters").at(0).at("in").as_string(), "path");
  EXPECT_THAT(text, HasSubstr("rostrum_session"));
}

}  // namespace
}  // namespace app
