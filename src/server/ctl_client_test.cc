#include "server/ctl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>

#include "server/channel_command.h"
#include "server/ctl_options.h"
#include "server/rule_command.h"

namespace server::ctl {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const control::Operation& operation(std::string_view name) {
  return *control::find_operation(name);
}

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

/// Answers what the test queued, and remembers what it was asked.
class FakeClient final : public Client {
 public:
  Result<json::object> call(const control::Operation& called, const json::object& input) override {
    calls.push_back(std::string(called.name) + " " + json::serialize(input));
    if (answers.empty()) return std::unexpected(Failure{kConnectionFailed, "no more answers"});
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void will_answer(std::string_view text) { answers.emplace_back(object(text)); }
  void will_fail(std::string_view error) {
    answers.emplace_back(
        std::unexpected(Failure{kApiFailed, std::string(error) + ": no", std::string(error)}));
  }

  void pause(std::chrono::milliseconds time) override { pauses.push_back(time); }

  std::vector<std::chrono::milliseconds> pauses;
  std::vector<std::string> calls;
  std::deque<Result<json::object>> answers;
};

TEST(CtlClient, PlacesMembersWhereTheModelSays) {
  struct Row {
    std::string_view operation;
    std::string_view input;
    std::string_view target;
    std::string_view body;
  };
  const Row rows[] = {
      {"CreateChannel", R"({"name":"a"})", "/CreateChannel", R"({"name":"a"})"},
      {"ListChannels", "{}", "/ListChannels", "{}"},
      {"ListTagsForResource", R"({"resourceArn":"arn:aws:ivs:local:0:channel/a"})",
       "/tags/arn%3Aaws%3Aivs%3Alocal%3A0%3Achannel%2Fa", ""},
      {"TagResource", R"({"resourceArn":"a/b","tags":{"x":"y"}})", "/tags/a%2Fb",
       R"({"tags":{"x":"y"}})"},
      {"UntagResource", R"({"resourceArn":"a","tagKeys":["x y","ä&="]})",
       "/tags/a?tagKeys=x%20y&tagKeys=%C3%A4%26%3D", ""},
      {"UntagResource", R"({"resourceArn":"a"})", "/tags/a", ""},
  };
  for (const Row& row : rows) {
    const auto text = write_call(operation(row.operation), object(row.input));
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(text->target, row.target);
    EXPECT_EQ(text->body, row.body);
  }
  const auto missing = write_call(operation("TagResource"), object(R"({"tags":{}})"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().exit_code, kWrongUse);
  EXPECT_EQ(missing.error().message, "resourceArn is required, as text");
}

TEST(CtlClient, ReadsAnswersAndErrors) {
  EXPECT_EQ(json::serialize(*read_answer(200, "", R"({"a":1})")), R"({"a":1})");
  EXPECT_TRUE(read_answer(204, "", "")->empty());
  struct Row {
    std::uint16_t status;
    std::string_view type;
    std::string_view body;
    int exit_code;
    std::string_view message;
    std::string_view error;
  };
  const Row rows[] = {
      {400, "ValidationException", R"({"message":"arn is required"})", kApiFailed,
       "ValidationException: arn is required", "ValidationException"},
      {400, "ValidationException:http://x/", R"({"exceptionMessage":"m"})", kApiFailed,
       "ValidationException: m", "ValidationException"},
      {404, "", R"({"__type":"ResourceNotFoundException","message":"none"})", kApiFailed,
       "ResourceNotFoundException: none", "ResourceNotFoundException"},
      {502, "", "<html>\nBad Gateway", kConnectionFailed,
       "the answer is not one of the API: status 502 <html>", ""},
      {404, "", R"({"message":"no such page"})", kConnectionFailed,
       R"(the answer is not one of the API: status 404 {"message":"no such page"})", ""},
      {200, "", "[]", kConnectionFailed, "the answer is not one of the API: status 200 []", ""},
  };
  for (const Row& row : rows) {
    const auto answer = read_answer(row.status, row.type, row.body);
    ASSERT_FALSE(answer) << row.body;
    EXPECT_EQ(answer.error().exit_code, row.exit_code) << row.body;
    EXPECT_EQ(answer.error().message, row.message);
    EXPECT_EQ(answer.error().error, row.error);
  }
}

TEST(CtlClient, JoinsPages) {
  FakeClient client;
  client.will_answer(R"({"channels":[{"arn":"a"},{"arn":"b"}],"nextToken":"t1"})");
  client.will_answer(R"({"channels":[],"nextToken":"t2"})");
  client.will_answer(R"({"channels":[{"arn":"c"}]})");
  std::vector<std::size_t> counts;
  const auto all = client.call_all(operation("ListChannels"), object(R"({"maxResults":2})"),
                                   [&](std::size_t count) { counts.push_back(count); });
  ASSERT_TRUE(all);
  EXPECT_EQ(json::serialize(*all), R"({"channels":[{"arn":"a"},{"arn":"b"},{"arn":"c"}]})");
  EXPECT_THAT(counts, ElementsAre(2, 2, 3));
  EXPECT_THAT(client.calls, ElementsAre(R"(ListChannels {"maxResults":2})",
                                        R"(ListChannels {"maxResults":2,"nextToken":"t1"})",
                                        R"(ListChannels {"maxResults":2,"nextToken":"t2"})"));
}

TEST(CtlClient, PagesThatDoNotEndAreAnError) {
  FakeClient client;
  client.will_answer(R"({"channels":[],"nextToken":"t"})");
  client.will_answer(R"({"channels":[],"nextToken":"t"})");
  EXPECT_EQ(client.call_all(operation("ListChannels"), {}).error().message,
            "the list does not end");
  client.will_answer(R"({"channels":[{}],"nextToken":"t"})");
  client.will_fail("AccessDeniedException");
  EXPECT_EQ(client.call_all(operation("ListChannels"), {}).error().error, "AccessDeniedException");
  EXPECT_TRUE(client.pauses.empty());
}

TEST(CtlClient, WaitsWhenItIsTooFast) {
  FakeClient client;
  client.will_fail("ThrottlingException");
  client.will_fail("ThrottlingException");
  client.will_answer(R"({"channels":[{"arn":"a"}]})");
  ASSERT_TRUE(client.call_all(operation("ListChannels"), {}));
  EXPECT_THAT(client.pauses, ElementsAre(200ms, 400ms));
  for (int i = 0; i < 10; ++i) client.will_fail("ThrottlingException");
  EXPECT_EQ(client.call_all(operation("ListChannels"), {}).error().error, "ThrottlingException");
  EXPECT_EQ(client.answers.size(), 4U);
}

TEST(CtlClient, RefusesEndpointsThatAreNone) {
  for (const std::string_view endpoint : {"", "localhost:8080", "ftp://a", "http://a/?b=c"}) {
    const auto client = Client::create({.endpoint = std::string(endpoint)});
    ASSERT_FALSE(client) << endpoint;
    EXPECT_EQ(client.error().exit_code, kWrongUse);
  }
}

TEST(CtlOptions, TakesCredentialsFromOnePlace) {
  struct Row {
    std::vector<std::string> words;
    Environment environment;
    std::string_view id;
    std::string_view secret;
    std::string_view token;
  };
  const Environment aws = {
      {"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "AS"}, {"AWS_SESSION_TOKEN", "AT"}};
  Environment both = aws;
  both.insert(both.end(), {{"ROSTRUM_ACCESS_KEY_ID", "R"}, {"ROSTRUM_SECRET_ACCESS_KEY", "RS"}});
  const Row rows[] = {
      {{}, aws, "A", "AS", "AT"},
      {{}, both, "R", "RS", ""},
      {{"--access-key-id", "F", "--secret-access-key=FS"}, both, "F", "FS", ""},
      {{"--access-key-id", "F"}, both, "F", "RS", ""},
  };
  const std::vector<Flag> flags = client_flags();
  for (const Row& row : rows) {
    const auto access = access_from(*parse_words(row.words, flags), row.environment);
    ASSERT_TRUE(access) << access.error().message;
    EXPECT_EQ(access->access_key_id, row.id);
    EXPECT_EQ(access->secret_access_key, row.secret);
    EXPECT_EQ(access->session_token, row.token);
    EXPECT_EQ(access->endpoint, "http://127.0.0.1:8080");
    EXPECT_EQ(access->region, "local");
  }
  const auto none = access_from(
      Words{}, {{"ROSTRUM_ENDPOINT", "http://h"}, {"ROSTRUM_DATA_DIR", "/nonexistent/folder"}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().exit_code, kWrongUse);
  EXPECT_THAT(none.error().message, HasSubstr("rostrum key create"));
  const auto half = access_from(Words{}, {{"ROSTRUM_ACCESS_KEY_ID", "R"}});
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().message, "the access key's secret is missing");
}

TEST(ChannelCommand, FindsChannelsByArnNameOrId) {
  FakeClient client;
  EXPECT_EQ(*find_channel(client, "arn:x"), "arn:x");
  EXPECT_TRUE(client.calls.empty());

  client.will_answer(R"({"channels":[{"arn":"arn:named"}]})");
  EXPECT_EQ(*find_channel(client, "n"), "arn:named");

  client.will_answer(R"({"channels":[{"arn":"arn:1"},{"arn":"arn:2"}]})");
  EXPECT_EQ(find_channel(client, "n").error().message,
            "several channels are named n; say which:\n  arn:1\n  arn:2");

  client.calls.clear();
  client.will_answer(R"({"channels":[]})");
  client.will_answer(R"({"channels":[{"arn":"arn:aws:ivs:r:1:channel/zzz"}]})");
  client.will_answer(R"({"channel":{}})");
  EXPECT_EQ(*find_channel(client, "abc"), "arn:aws:ivs:r:1:channel/abc");
  EXPECT_EQ(client.calls.back(), R"(GetChannel {"arn":"arn:aws:ivs:r:1:channel/abc"})");

  client.will_fail("ValidationException");  // no name at all
  client.will_answer(R"({"channels":[{"arn":"arn:aws:ivs:r:1:channel/zzz"}]})");
  client.will_fail("ValidationException");
  EXPECT_EQ(find_channel(client, "a b").error().message, "no channel has the name or id a b");

  client.will_fail("AccessDeniedException");
  EXPECT_EQ(find_channel(client, "abc").error().error, "AccessDeniedException");
}

const Verb& verb(std::span<const Verb> verbs, std::string_view name) {
  return *std::ranges::find(verbs, name, &Verb::name);
}

Result<CommandOutput> run(Client& client, const Verb& wanted,
                          const std::vector<std::string>& given) {
  const std::vector<Flag> flags = flags_of(wanted);
  const auto words = parse_words(given, flags);
  EXPECT_TRUE(words) << words.error().message;
  return wanted.run(client, *words, Output::kTable);
}

TEST(ChannelCommand, RotatesTheKey) {
  FakeClient client;
  client.will_answer(R"({"streamKeys":[{"arn":"arn:old"}]})");
  client.will_answer("{}");
  client.will_answer(R"({"streamKey":{"value":"sk_new","arn":"arn:new"}})");
  const auto done = run(client, verb(channel_verbs(), "rotate-key"), {"arn:c"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "sk_new\n");
  EXPECT_THAT(client.calls, ElementsAre(R"(ListStreamKeys {"channelArn":"arn:c"})",
                                        R"(DeleteStreamKey {"arn":"arn:old"})",
                                        R"(CreateStreamKey {"channelArn":"arn:c"})"));
}

TEST(ChannelCommand, SaysThatAChannelHasNoKey) {
  FakeClient client;
  client.will_answer(R"({"streamKeys":[]})");
  EXPECT_THAT(run(client, verb(channel_verbs(), "key"), {"arn:c"}).error().message,
              HasSubstr("rotate-key"));
}

TEST(ChannelCommand, ListsWhoIsLive) {
  FakeClient client;
  client.will_answer(R"({"channels":[
      {"arn":"arn:1","name":"a","type":"STANDARD","latencyMode":"LOW","authorized":true},
      {"arn":"arn:2","name":"","type":"BASIC","latencyMode":"NORMAL","authorized":false}]})");
  client.will_answer(R"({"streams":[{"channelArn":"arn:1","viewerCount":7}]})");
  EXPECT_EQ(run(client, verb(channel_verbs(), "list"), {})->output,
            "name  state    viewers  type      latency  access   arn\n"
            "a     live     7        STANDARD  LOW      private  arn:1\n"
            "-     offline  -        BASIC     NORMAL   public   arn:2\n");
}

TEST(RuleCommand, PutsRuleAndTarget) {
  FakeClient client;
  client.will_answer("{}");
  client.will_answer(R"({"rule":{"name":"r"}})");
  const auto done = run(client, verb(rule_verbs(), "put"),
                        {"r", "--pattern", "{}", "--url", "https://h/", "--secret", "12345678"});
  ASSERT_TRUE(done);
  EXPECT_THAT(
      client.calls,
      ElementsAre(R"(PutEventRule {"name":"r","eventPattern":"{}","enabled":true})",
                  R"(PutEventTarget {"ruleName":"r","target":{"id":"main","type":"WEBHOOK",)"
                  R"("url":"https://h/","secret":"12345678"}})"));
  EXPECT_EQ(done->output, "name  r\n");
}

TEST(RuleCommand, RefusesHalfATargetAndNoPattern) {
  FakeClient client;
  EXPECT_EQ(run(client, verb(rule_verbs(), "put"), {"r", "--pattern", "{}", "--secret", "x"})
                .error()
                .message,
            "--secret needs --url");
  EXPECT_THAT(run(client, verb(rule_verbs(), "put"), {"r"}).error().message,
              HasSubstr("--pattern is required"));
  EXPECT_TRUE(client.calls.empty());
}

TEST(RuleCommand, TestsPatterns) {
  FakeClient client;
  client.will_answer(R"({"result":false})");
  const auto no = run(client, verb(rule_verbs(), "test"), {"--pattern", "{}", "--event", "{}"});
  EXPECT_EQ(no->exit_code, 1);
  EXPECT_EQ(no->output, "the event does not match\n");
  client.will_answer(R"({"result":true})");
  EXPECT_EQ(
      run(client, verb(rule_verbs(), "test"), {"--pattern", "{}", "--event", "{}"})->exit_code, 0);
}

}  // namespace
}  // namespace server::ctl
