#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "control/call.h"
#include "control/chat_gate.h"
#include "control/chat_journal.h"
#include "control/chat_reviewer.h"
#include "control/chat_tokens.h"
#include "control/event_bus.h"
#include "control/health/health_board.h"
#include "control/health/machine_load.h"
#include "control/http_server_test_support.h"
#include "control/live_board.h"
#include "control/platform.h"
#include "control/recording/recording_desk.h"
#include "control/secret_box.h"
#include "control/validation.h"
#include "control/viewer_gates.h"
#include "io/loop.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace control {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class EventHandlersTest : public io::test::SqlTest {
 protected:
  EventHandlersTest()
      : database_(open()), workers_(std::move(*io::SqlWorkers::create(*database_, {}))) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    CHECK(migrate_event_tables(**connection).has_value());
    RuleSettings configured{.name = "from-file",
                            .pattern = R"({"source": ["nobody"]})",
                            .targets = {{.id = "nats",
                                         .url = "nats://user:password@localhost:4222",
                                         .subject = "live.{channel}",
                                         .secret = {}}}};
    bus_ = std::move(*EventBus::create(loop_, *workers_, box_, home_, {configured}));
    gates_ = std::move(*ViewerGates::create(settings_, home_, *workers_, box_, board_));
    recordings_.emplace(RecordingDesk::Around{.settings = settings_,
                                              .sql = *workers_,
                                              .events = *bus_,
                                              .viewers = *gates_,
                                              .board = board_,
                                              .loop = loop_});
    platform_.reset(new Platform{.settings = settings_,
                                 .home = home_,
                                 .sql = *workers_,
                                 .secrets = box_,
                                 .board = board_,
                                 .events = *bus_,
                                 .viewers = *gates_,
                                 .limiter = limiter_,
                                 .chat_tokens = chat_tokens_,
                                 .journal = *journal_,
                                 .chat_above = chat_gate_,
                                 .recordings = *recordings_,
                                 .health = health_,
                                 .load = load_,
                                 .loop = loop_});
  }

  /// As the API does it: validated, in a transaction, followed up behind it.
  ApiObject call(std::string_view name, std::string_view input) {
    const Operation* operation = find_operation(name);
    CHECK(operation != nullptr);
    const auto handlers = event_handlers();
    const auto handler = std::ranges::find(handlers, name, &Handler::operation);
    CHECK(handler != handlers.end());
    const json::object body = json::parse(input).as_object();
    if (auto valid = validate(*operation->input, body); !valid) {
      return std::unexpected(valid.error());
    }
    ApiObject output;
    std::vector<std::move_only_function<void()>> after;
    (void)workers_->write_and_wait([&](io::SqlConnection& sql) -> base::Expected<void> {
      Call made{*operation, body, caller_, endpoints_, *platform_, sql, kNow};
      output = handler->run(made);
      after = std::move(made.after_commit);
      if (!output) return base::fail(base::ErrorCode::kInvalid, "undone");
      return {};
    });
    if (output) {
      for (auto& follow : after) follow();
    }
    return output;
  }
  std::string text(std::string_view name, std::string_view input) {
    const auto output = call(name, input);
    return output ? json::serialize(*output) : output.error().name + ": " + output.error().message;
  }
  void record(std::string_view event_name, std::string resource) {
    ASSERT_TRUE(workers_->write_and_wait([&](io::SqlConnection& sql) {
      return bus_->record(sql, {.detail_type = "IVS Stream State Change",
                                .resource = std::move(resource),
                                .time = kNow,
                                .detail = {{"event_name", event_name}}});
    }));
  }

  static constexpr base::WallTime kNow{1'700'000'000s};
  io::Loop loop_;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlWorkers> workers_;
  const SecretBox box_ = std::move(*SecretBox::open_or_create(folder() + "/key"));
  const Home home_{"local", "000000000000"};
  const Settings settings_;
  const AccessKey caller_;
  const Endpoints endpoints_;
  LiveBoard board_;
  std::unique_ptr<ViewerGates> gates_;
  std::optional<RecordingDesk> recordings_;
  HealthBoard health_{[] { return false; }};
  MachineLoad load_{"/"};
  RateLimiter limiter_;
  std::unique_ptr<EventBus> bus_;
  const ChatTokens chat_tokens_{box_};
  const std::unique_ptr<ChatJournal> journal_ = ChatJournal::create(loop_, *workers_, {});
  const std::unique_ptr<ChatReviewer> reviewer_ = std::move(*ChatReviewer::create(loop_, {}));
  ChatGate chat_gate_{home_, *workers_, chat_tokens_, *journal_, *reviewer_, 0};
  std::unique_ptr<Platform> platform_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(EventHandlersTest);

TEST_P(EventHandlersTest, RulesAndTargetsLiveAndDie) {
  EXPECT_EQ(text("PutEventRule", R"({"name": "r", "eventPattern": "{\"source\":[\"aws.ivs\"]}"})"),
            R"({"rule":{"name":"r","eventPattern":"{\"source\":[\"aws.ivs\"]}","enabled":true,)"
            R"("targets":[],"origin":"api","createTime":"2023-11-14T22:13:20Z"}})");
  const std::string with_target =
      text("PutEventTarget",
           R"({"ruleName": "r", "target": {"id": "t", "type": "WEBHOOK", "url": "https://h/x",
          "secret": "correct horse"}})");
  EXPECT_THAT(with_target, HasSubstr(R"({"id":"t","type":"WEBHOOK","url":"https://h/x"})"));
  EXPECT_THAT(text("GetEventRule", R"({"name": "r"})"), Not(HasSubstr("horse")));
  // Replacing a rule keeps its targets.
  EXPECT_THAT(text("PutEventRule", R"({"name": "r", "eventPattern": "{\"source\":[\"x\"]}",
                                       "enabled": false, "description": "d"})"),
              AllOf(HasSubstr("https://h/x"), HasSubstr("\"enabled\":false"), HasSubstr("\"d\"")));
  EXPECT_TRUE(call("DeleteEventTarget", R"({"ruleName": "r", "targetId": "t"})"));
  EXPECT_THAT(text("DeleteEventTarget", R"({"ruleName": "r", "targetId": "t"})"),
              HasSubstr("ResourceNotFoundException"));
  EXPECT_TRUE(call("DeleteEventRule", R"({"name": "r"})"));
  for (const auto* name : {"GetEventRule", "DeleteEventRule"}) {
    EXPECT_THAT(text(name, R"({"name": "r"})"), HasSubstr("ResourceNotFoundException"));
  }
}

TEST_P(EventHandlersTest, WrongInputIsRefused) {
  ASSERT_TRUE(call("PutEventRule", R"({"name": "r", "eventPattern": "{\"a\":[1]}"})"));
  const struct {
    std::string_view operation, input, says;
  } rows[] = {
      {"PutEventRule", R"({"name": "r", "eventPattern": "{\"a\":1}"})", "event pattern at a"},
      {"PutEventRule", R"({"name": "r r", "eventPattern": "{\"a\":[1]}"})", "Validation"},
      {"PutEventTarget", R"({"ruleName": "r", "target": {"id": "t", "type": "WEBHOOK"}})",
       "target.url is required"},
      {"PutEventTarget",
       R"({"ruleName": "r", "target": {"id": "t", "type": "WEBHOOK", "url": "nats://h"}})",
       "must start with http or https"},
      {"PutEventTarget",
       R"({"ruleName": "r", "target": {"id": "t", "type": "NATS", "url": "http://h"}})",
       "must start with nats or tls"},
      {"PutEventTarget",
       R"({"ruleName": "r", "target": {"id": "t", "type": "NATS", "url": "nats://h",
           "subject": "a b"}})",
       "a subject holds"},
      {"PutEventTarget",
       R"({"ruleName": "r", "target": {"id": "t", "type": "NATS", "url": "nats://***@h"}})",
       "anew"},
      {"PutEventTarget",
       R"({"ruleName": "no", "target": {"id": "t", "type": "WEBHOOK", "url": "http://h"}})",
       "ResourceNotFoundException"},
      {"TestEventPattern", R"({"eventPattern": "{}", "event": "{}"})", "cannot be empty"},
      {"TestEventPattern", R"({"eventPattern": "{\"a\":[1]}", "event": "[]"})", "JSON object"},
      {"ReplayDeadLetters", R"({"ids": ["x"]})", "no id of a dead letter"},
      {"PutEventRule", R"({"name": "from-file", "eventPattern": "{\"a\":[1]}"})", "Conflict"},
      {"DeleteEventRule", R"({"name": "from-file"})", "Conflict"},
      {"DeleteEventTarget", R"({"ruleName": "from-file", "targetId": "nats"})", "Conflict"},
      {"PutEventTarget",
       R"({"ruleName": "from-file", "target": {"id": "t", "type": "WEBHOOK", "url": "http://h"}})",
       "Conflict"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(text(row.operation, row.input), HasSubstr(std::string(row.says))) << row.input;
  }
  for (int i = 0; i < 6; ++i) {
    const std::string target = R"({"ruleName": "r", "target": {"id": "t)" + std::to_string(i) +
                               R"(", "type": "WEBHOOK", "url": "http://h"}})";
    EXPECT_EQ(call("PutEventTarget", target).has_value(), i < 5);
    EXPECT_EQ(call("PutEventTarget", target).has_value(), i < 5) << "replacing is no new one";
  }
}

TEST_P(EventHandlersTest, RulesAreListedWithThoseOfTheConfiguration) {
  for (const char* name : {"a", "b", "z"}) {
    ASSERT_TRUE(call("PutEventRule",
                     std::string(R"({"name": ")") + name + R"(", "eventPattern": "{\"a\":[1]}"})"));
  }
  std::string names;
  std::string token;
  int pages = 0;
  do {
    const auto output = call(
        "ListEventRules",
        R"({"maxResults": 2)" + (token.empty() ? "" : R"(, "nextToken": ")" + token + "\"") + "}");
    ASSERT_TRUE(output);
    for (const auto& rule : output->at("rules").as_array()) {
      names += std::string(rule.at("name").as_string()) + ":" +
               std::string(rule.at("origin").as_string()) + " ";
    }
    token = output->contains("nextToken") ? std::string(output->at("nextToken").as_string()) : "";
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, "a:api b:api from-file:config z:api ");
  EXPECT_EQ(pages, 2);
  const std::string configured = text("GetEventRule", R"({"name": "from-file"})");
  EXPECT_THAT(configured, HasSubstr("nats://***@localhost:4222"));
  EXPECT_THAT(configured, Not(HasSubstr("password")));
}

TEST_P(EventHandlersTest, PasswordsOfNatsAreSealed) {
  ASSERT_TRUE(call("PutEventRule", R"({"name": "r", "eventPattern": "{\"a\":[1]}"})"));
  EXPECT_THAT(text("PutEventTarget",
                   R"({"ruleName": "r", "target": {"id": "t", "type": "NATS",
                       "url": "nats://u:p1@h1:4222,nats://u:p2@h2"}})"),
              HasSubstr(R"("url":"nats://***@h1:4222,nats://***@h2")"));
  workers_->read_and_wait([&](io::SqlConnection& sql) {
    EXPECT_EQ(sql.run("SELECT url FROM event_targets")->text(0, 0),
              "nats://***@h1:4222,nats://***@h2");
    const auto target = load_event_target(sql, box_, bus_->configured(), "r", "t");
    ASSERT_TRUE(target && *target);
    EXPECT_EQ((*target)->url, "nats://u:p1@h1:4222,nats://u:p2@h2");
  });
}

TEST_P(EventHandlersTest, PatternsCanBeTried) {
  EXPECT_EQ(text("TestEventPattern", R"({"eventPattern": "{\"a\":[1]}", "event": "{\"a\":1}"})"),
            R"({"result":true})");
  EXPECT_EQ(text("TestEventPattern", R"({"eventPattern": "{\"a\":[1]}", "event": "{\"a\":2}"})"),
            R"({"result":false})");
}

TEST_P(EventHandlersTest, EventsAreListedNewestFirst) {
  const std::string one = make_arn(home_, "channel", "abcdefghijkl");
  for (int i = 0; i < 5; ++i) record(std::to_string(i), i == 2 ? one : std::string());
  const auto page = call("ListEvents", R"({"maxResults": 3})");
  ASSERT_TRUE(page);
  const auto& events = page->at("events").as_array();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_THAT(std::string(events[0].at("event").as_string()), HasSubstr(R"("event_name":"4")"));
  const auto rest =
      call("ListEvents", json::serialize(json::object{{"nextToken", page->at("nextToken")}}));
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->at("events").as_array().size(), 2u);
  EXPECT_FALSE(rest->contains("nextToken"));
  const auto of_channel = call("ListEvents", R"({"channelArn": ")" + one + "\"}");
  ASSERT_TRUE(of_channel);
  EXPECT_EQ(of_channel->at("events").as_array().size(), 1u);
}

TEST_P(EventHandlersTest, DeadLettersAreListedReplayedAndDeleted) {
  ASSERT_TRUE(
      call("PutEventRule", R"({"name": "r", "eventPattern": "{\"source\":[\"aws.ivs\"]}"})"));
  ASSERT_TRUE(call("PutEventTarget", R"({"ruleName": "r", "target": {"id": "t", "type": "WEBHOOK",
                                         "url": "http://localhost:1"}})"));
  for (int i = 0; i < 3; ++i) record(std::to_string(i), "");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(workers_->write_and_wait([&](io::SqlConnection& sql) -> base::Expected<void> {
      auto first = event_store::first_of(sql, {"r", "t", ""}, 1);
      if (!first) return base::fail(first.error());
      auto dead = event_store::apply(sql,
                                     {.key = {"r", "t", ""},
                                      .next = LaneResult::Next::kDead,
                                      .failed = first->front().id,
                                      .attempts = 7,
                                      .reason = "because"},
                                     kNow);
      if (!dead) return base::fail(dead.error());
      return {};
    }));
  }
  const auto page = call("ListDeadLetters", R"({"maxResults": 2})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->at("deadLetters").as_array().size(), 2u);
  const auto& letter = page->at("deadLetters").at(0).as_object();
  EXPECT_EQ(letter.at("ruleName").as_string(), "r");
  EXPECT_EQ(letter.at("targetId").as_string(), "t");
  EXPECT_EQ(letter.at("reason").as_string(), "because");
  EXPECT_EQ(letter.at("attempts").as_int64(), 7);
  EXPECT_THAT(std::string(letter.at("event").as_string()), HasSubstr(R"("event_name":"0")"));
  EXPECT_EQ(text("ListDeadLetters", R"({"ruleName": "other"})"), R"({"deadLetters":[]})");
  const std::string id(letter.at("id").as_string());
  EXPECT_EQ(text("ReplayDeadLetters", R"({"ids": [")" + id + R"(", "999", ")" + id + R"("]})"),
            R"({"replayed":1})");
  EXPECT_EQ(text("DeleteDeadLetters", R"({"ruleName": "other"})"), R"({"deleted":0})");
  EXPECT_EQ(text("DeleteDeadLetters", R"({"ruleName": "r"})"), R"({"deleted":2})");
  EXPECT_EQ(text("ListDeadLetters", "{}"), R"({"deadLetters":[]})");
  workers_->read_and_wait(
      [&](io::SqlConnection& sql) { EXPECT_EQ(*event_store::backlog(sql), 1); });
}

}  // namespace
}  // namespace control
