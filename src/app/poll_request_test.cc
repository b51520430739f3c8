#include "app/poll_request.h"

#include <gtest/gtest.h>

#include <string>

#include "app/poll_reply.h"

namespace app {
namespace {

using wire::http::Method;
using wire::http::Request;

Request request(std::string_view target, std::string body, Method method = Method::kPost) {
  Request made;
  made.method = method;
  EXPECT_TRUE(made.set_target(target).has_value());
  made.body = base::Slice::take(std::move(body));
  return made;
}

// What a call wants, as one line.
std::string describe(const PollCall& call) {
  struct Words {
    std::string operator()(const PutAnswer& put) const {
      return "put " + put.poll_id + "|" + put.requestor_id + "|" + put.response;
    }
    std::string operator()(const GetRequestor& get) const { return "of " + get.requestor_id; }
    std::string operator()(const GetPoll& get) const { return "poll " + get.poll_id; }
    std::string operator()(const StreamPoll& stream) const { return "stream " + stream.poll_id; }
    std::string operator()(PollRefusal refusal) const {
      switch (refusal) {
        case PollRefusal::kPreflight:
          return "preflight";
        case PollRefusal::kFail:
          return "fail";
        case PollRefusal::kBroke:
          return "broke";
        case PollRefusal::kInternal:
          return "internal";
        case PollRefusal::kTooLarge:
          return "too large";
        case PollRefusal::kMethodNotAllowed:
          return "method";
        case PollRefusal::kNoPollId:
          return "no id";
      }
      return "?";
    }
  };
  return std::visit(Words{}, call);
}

std::string read(std::string_view target, std::string body, Method method = Method::kPost) {
  return describe(read_poll_request("/PROD", request(target, std::move(body), method)));
}

TEST(PollRequest, ReadsTheRoutesOfExistingPages) {
  const std::string long_id(kMaxPollId, 'p');
  const std::string long_answer(kMaxPollAnswer, 'a');
  const struct {
    std::string_view route;
    std::string body;
    std::string expected;
  } rows[] = {
      {"requestor-put",
       R"({"requestor_id":"Calm-otter-7","poll_id":"abc","type":"answer","response":"True"})",
       "put abc|Calm-otter-7|True"},
      // Values of any kind, as Python's str() has them.
      {"requestor-put", R"({"requestor_id":7,"poll_id":1.5,"type":"answer","response":true})",
       "put 1.5|7|True"},
      {"requestor-put", R"({"requestor_id":2.0,"poll_id":-3,"type":"answer","response":null})",
       "put -3|2.0|None"},
      {"requestor-put", R"({"requestor_id":"a","poll_id":"b","type":"answer","response":false})",
       "put b|a|False"},
      {"requestor-put", R"({"requestor_id":"a","poll_id":"b","type":"answer","response":""})",
       "put b|a|"},
      {"requestor-put",
       R"({"requestor_id":"a","poll_id":"b","type":"answer","response":"\u2019\ud83d\ude00"})",
       "put b|a|\u2019\U0001F600"},
      {"requestor-put",
       R"({"requestor_id":"a","poll_id":")" + long_id + R"(","type":"answer","response":")" +
           long_answer + R"("})",
       "put " + long_id + "|a|" + long_answer},
      {"requestor-put", R"({"type":"question"})", "fail"},
      {"requestor-put", R"({"type":7,"poll_id":"b"})", "fail"},
      {"requestor-put", R"({"requestor_id":"a","poll_id":"b","response":"c"})", "broke"},
      {"requestor-put", R"({"type":"answer","poll_id":"b","response":"c"})", "broke"},
      {"requestor-put", R"({"type":"answer","requestor_id":"a","response":"c"})", "broke"},
      {"requestor-put", R"({"type":"answer","requestor_id":"a","poll_id":"b"})", "broke"},
      {"requestor-put", R"({"type":"answer","requestor_id":"","poll_id":"b","response":"c"})",
       "broke"},
      {"requestor-put",
       R"({"type":"answer","requestor_id":"a\u0000","poll_id":"b","response":"c"})", "broke"},
      {"requestor-put",
       R"({"type":"answer","requestor_id":"a","poll_id":")" + long_id + R"(p","response":"c"})",
       "broke"},
      {"requestor-put",
       R"({"type":"answer","requestor_id":"a","poll_id":"b","response":")" + long_answer + R"(a"})",
       "broke"},
      {"requestor-put", "", "broke"},
      {"requestor-put", "{", "broke"},
      {"requestor-put", "[1]", "broke"},
      {"requestor-put", "\"answer\"", "broke"},
      {"requestor-put", "{\"type\":\"answer\",\"poll_id\":\"\xff\"}", "broke"},
      {"requestor-put", std::string(20, '[') + std::string(20, ']'), "broke"},
      {"requestor-put", std::string(kMaxPollBody + 1, ' '), "too large"},
      {"requestor-get", R"({"requestor_id":"a"})", "of a"},
      {"requestor-get", R"({"requestor_id":7})", "of 7"},
      {"requestor-get", R"({"poll_id":"a"})", "internal"},
      {"requestor-get", R"({"requestor_id":""})", "internal"},
      {"requestor-get", "", "internal"},
      {"requestor-get", "nonsense", "internal"},
      {"poll-get", R"({"poll_id":"a"})", "poll a"},
      {"poll-get", R"({"requestor_id":"a"})", "internal"},
      {"poll-get", "", "internal"},
      {"poll-get", "[]", "internal"},
      {"", R"({"poll_id":"a"})", "fail"},
      {"poll-get/", R"({"poll_id":"a"})", "fail"},
      {"poll", R"({"poll_id":"a"})", "fail"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(read("/PROD/" + std::string(row.route), row.body), row.expected)
        << row.route << " " << row.body;
  }
  EXPECT_EQ(read("/PROD", R"({"poll_id":"a"})"), "fail");
}

TEST(PollRequest, TakesEveryMethodAndTheStreamOnlyGet) {
  const std::string body = R"({"poll_id":"a"})";
  for (const Method method : {Method::kGet, Method::kPost, Method::kPut, Method::kDelete}) {
    EXPECT_EQ(read("/PROD/poll-get", body, method), "poll a");
  }
  EXPECT_EQ(read("/PROD/poll-get", body, Method::kOptions), "preflight");
  EXPECT_EQ(read("/PROD/anything", "", Method::kOptions), "preflight");
  EXPECT_EQ(read("/PROD/poll-live?poll_id=a%20%E2%82%AC", "", Method::kGet), "stream a €");
  EXPECT_EQ(read("/PROD/poll-live?poll_id=a", "", Method::kPost), "method");
  EXPECT_EQ(read("/PROD/poll-live", "", Method::kGet), "no id");
  EXPECT_EQ(read("/PROD/poll-live?poll_id=", "", Method::kGet), "no id");
  EXPECT_EQ(read("/PROD/poll-live?poll_id=%FF", "", Method::kGet), "no id");
  EXPECT_EQ(read("/PROD/poll-live?poll_id=" + std::string(kMaxPollId + 1, 'a'), "", Method::kGet),
            "no id");
}

TEST(PollRequest, KnowsItsPaths) {
  EXPECT_TRUE(is_poll_path("/PROD", "/PROD/poll-get"));
  EXPECT_TRUE(is_poll_path("/PROD", "/PROD/unknown"));
  EXPECT_TRUE(is_poll_path("/PROD", "/PROD"));
  EXPECT_FALSE(is_poll_path("/PROD", "/PRODUCTS"));
  EXPECT_FALSE(is_poll_path("/PROD", "/prod/poll-get"));
  EXPECT_FALSE(is_poll_path("/PROD", "/"));
  EXPECT_TRUE(is_poll_path("", "/poll-get"));
  EXPECT_FALSE(is_poll_path("", "/unknown"));
  EXPECT_FALSE(is_poll_path("", "/"));
}

std::string text_of(const wire::http::Response& response) {
  std::string text;
  for (const base::Slice& slice : response.body) text += slice.text();
  return text;
}

TEST(PollReply, SaysWhatPagesKnow) {
  const struct {
    wire::http::Response response;
    std::uint16_t status;
    std::string_view body;
    bool any_origin;
  } rows[] = {
      {success_reply(), 200, R"({"state":"success"})", true},
      {refusal_reply(PollRefusal::kFail), 500, R"({"state":"fail"})", true},
      {refusal_reply(PollRefusal::kBroke), 200, R"({"state":"broke"})", true},
      {refusal_reply(PollRefusal::kInternal), 502, R"({"message":"Internal server error"})", false},
      {items_reply(requestor_body({})), 200, R"({"state":"success","items":{}})", true},
      {items_reply(poll_body({}, {})), 200, R"({"state":"success","items":{},"responses":{}})",
       true},
      {items_reply(requestor_body({{"p2", "True"}, {"p1", "a \"b\"\n"}})), 200,
       R"({"state":"success","items":{"p2":"True","p1":"a \"b\"\u000a"}})", true},
      {items_reply(poll_body({{"z", "True"}, {"a", "<b>"}}, {{"True", 1}, {"<b>", 1}})), 200,
       R"({"state":"success","items":{"z":"True","a":"<b>"},"responses":{"True":1,"<b>":1}})",
       true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.response.status, row.status);
    EXPECT_EQ(text_of(row.response), row.body);
    EXPECT_EQ(row.response.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(row.response.headers.get("Access-Control-Allow-Origin"), row.any_origin ? "*" : "");
  }
}

TEST(PollReply, LetsThePageSendItsStrayField) {
  const auto response = refusal_reply(PollRefusal::kPreflight);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body_size(), 0U);
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Methods"),
            "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Headers"),
            "Content-Type,Authorization,X-Amz-Date,X-Api-Key,X-Amz-Security-Token,"
            "access-control-allow-origin");
}

TEST(PollReply, AnEventIsOneLineOfData) {
  EXPECT_EQ(
      counts_event("p\n1", {{"Maybe\r\n", 2}, {"True", 40}}).text(),
      "data: {\"poll_id\":\"p\\u000a1\",\"responses\":{\"Maybe\\u000d\\u000a\":2,\"True\":40},"
      "\"total\":42}\n\n");
  EXPECT_EQ(counts_event("p", {}).text(),
            "data: {\"poll_id\":\"p\",\"responses\":{},\"total\":0}\n\n");
}

}  // namespace
}  // namespace app
