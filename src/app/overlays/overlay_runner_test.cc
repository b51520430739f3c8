// What is shown in place of what, and how often something is sent; time is the test's.
#include "app/overlays/overlay_runner.h"

#include <gtest/gtest.h>

#include <deque>

#include "app/overlays/overlay_schema.h"
#include "io/loop.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kChannel = "arn:aws:ivs:local:0:channel/Channel00001";

class FakeVoice final : public OverlayVoice {
 public:
  void put_metadata(const std::string&, const std::string& text,
                    std::move_only_function<void(control::OwnAnswer)> done) override {
    if (!errors.empty()) {
      const std::string error = errors.front();
      errors.pop_front();
      said.push_back("(" + error + ")");
      return done({.status = 400, .error = error, .message = "no"});
    }
    const auto unpacked = unpack_overlay(text);
    if (!unpacked) {
      said.push_back("raw");
    } else {
      said.push_back(unpacked->is_stop ? "stop" : std::string(to_string(unpacked->kind)));
    }
    done({});
  }
  void say(const std::string&, const json::object& speaker, const PollSignal& signal) override {
    said.push_back(std::string(speaker.at("userId").as_string()) + ":" +
                   signal.attributes.at(0).second);
  }
  std::string take() {
    std::string all;
    for (const std::string& each : said) all += each + " ";
    said.clear();
    return all;
  }
  std::vector<std::string> said;
  std::deque<std::string> errors;
};

class OverlayRunnerTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(migrate_overlays(*sql_).has_value());
    make();
  }
  void TearDown() override {
    runner_.reset();
    workers_.reset();
  }
  void make() {
    runner_.reset();
    workers_.reset();
    workers_ = std::move(*io::SqlWorkers::create(*database_, {}));
    desk_ = std::make_unique<PollDesk>(*workers_);
    ASSERT_TRUE(desk_->resume(*sql_).has_value());
    runner_ = std::make_unique<OverlayRunner>(OverlayRunner::Services{
        *workers_, loops_.at(0), feed_, *desk_, voice_, [this] { return now_; }});
    ASSERT_TRUE(runner_->resume(*sql_).has_value());
  }
  void settle() {
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(
          workers_->write_and_wait([](auto&) { return base::Expected<void>(); }).has_value());
      (void)loops_.at(0).run_once(milliseconds(1));
    }
  }
  void pass(milliseconds time) {
    now_ += time;
    runner_->tick(now_);
    settle();
  }
  std::string start(OverlayKind kind, json::object data) {
    OverlayForm form = read_overlay(kind, data);
    EXPECT_TRUE(form.problems.empty());
    OverlayRunner::Start wanted{.account = "owner",
                                .channel_arn = std::string(kChannel),
                                .kind = kind,
                                .data = form.data,
                                .duration = form.duration,
                                .metadata = {}};
    if (kind == OverlayKind::kPoll) {
      PollRecord poll;
      poll.id = "p" + std::to_string(++polls_);
      poll.account = "owner";
      poll.channel_arn = kChannel;
      poll.room_arn = "arn:aws:ivschat:local:0:room/Room00000001";
      poll.question = "Q";
      poll.options = {"a", "b"};
      poll.duration = form.duration;
      wanted.poll = poll;
      wanted.speaker = {{"userId", "anna"}, {"attributes", json::object()}};
    } else {
      wanted.metadata = pack_overlay(kind, form.data);
    }
    auto told = std::make_shared<std::string>("waits");
    runner_->start(std::move(wanted), [told](const Outcome<json::object>& outcome) {
      *told = outcome ? "started" : outcome.error().type;
    });
    settle();
    return *told;
  }
  std::string stop() {
    auto told = std::make_shared<std::string>("waits");
    runner_->stop("owner", std::string(kChannel), [told](const Outcome<void>& outcome) {
      *told = outcome ? "stopped" : outcome.error().type;
    });
    settle();
    return *told;
  }
  std::string active() {
    const json::value shown = runner_->active("owner");
    return shown.is_object() ? std::string(shown.at("kind").as_string()) : "nothing";
  }
  const json::object kNoticeData{{"title", "T"}, {"message", "M"}, {"duration", 5}};
  const json::object kPollData{
      {"question", "Q"}, {"answers", json::array{"a", "b"}}, {"duration", 10}};

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  io::LoopGroup loops_{1};
  FeedHub feed_;
  FakeVoice voice_;
  base::WallTime now_{seconds(1'800'000'000)};
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<PollDesk> desk_;
  std::unique_ptr<OverlayRunner> runner_;
  int polls_ = 0;
};
ROSTRUM_INSTANTIATE_SQL_TEST(OverlayRunnerTest);

TEST_P(OverlayRunnerTest, OneAtATimeAndExpiry) {
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  EXPECT_EQ(voice_.take(), "notice ");
  EXPECT_EQ(active(), "notice");
  pass(seconds(1));
  EXPECT_EQ(start(OverlayKind::kCelebration, {}), "started");
  EXPECT_EQ(active(), "celebration");
  EXPECT_EQ(voice_.take(), "celebration ");
  pass(milliseconds(9'999));
  EXPECT_EQ(active(), "celebration");
  pass(milliseconds(1));
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(voice_.take(), "");  // at the end nothing is sent
}

TEST_P(OverlayRunnerTest, PollsAndOthersReplaceEachOther) {
  EXPECT_EQ(start(OverlayKind::kProduct, {{"title", "T"},
                                          {"price", "1"},
                                          {"imageUrl", "https://example.org/i"},
                                          {"description", "D"}}),
            "started");
  pass(seconds(3'600));
  EXPECT_EQ(active(), "product");  // until it is stopped
  EXPECT_EQ(start(OverlayKind::kPoll, kPollData), "started");
  EXPECT_EQ(voice_.take(), "product stop anna:START_POLL ");
  EXPECT_EQ(active(), "poll");
  pass(milliseconds(100));
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  EXPECT_EQ(voice_.take(), "anna:END_POLL notice ");
  EXPECT_EQ(active(), "notice");
}

TEST_P(OverlayRunnerTest, PollsEndByThemselves) {
  EXPECT_EQ(start(OverlayKind::kPoll, kPollData), "started");
  pass(seconds(10));
  EXPECT_EQ(active(), "poll");
  pass(seconds(10));
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(voice_.take(), "anna:START_POLL anna:SEND_VOTE_STATS anna:HEART_BEAT anna:END_POLL ");
}

TEST_P(OverlayRunnerTest, Stopping) {
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  pass(milliseconds(100));
  EXPECT_EQ(stop(), "stopped");
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(start(OverlayKind::kPoll, kPollData), "started");
  EXPECT_EQ(stop(), "stopped");
  EXPECT_EQ(voice_.take(), "notice stop anna:START_POLL anna:END_POLL ");
  pass(milliseconds(100));
  voice_.errors = {"ChannelNotBroadcasting"};
  EXPECT_EQ(stop(), "stopped");
}

TEST_P(OverlayRunnerTest, NotMoreOftenThanOnceInATenthOfASecond) {
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  EXPECT_EQ(start(OverlayKind::kCelebration, {}), "waits");
  pass(milliseconds(99));
  EXPECT_EQ(voice_.take(), "notice ");
  pass(milliseconds(1));
  EXPECT_EQ(voice_.take(), "celebration ");
  EXPECT_EQ(active(), "celebration");
}

TEST_P(OverlayRunnerTest, TriesAgainWhenItWasTooMuch) {
  voice_.errors = {"ThrottlingException", "ThrottlingException"};
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "waits");
  pass(seconds(1));
  EXPECT_EQ(active(), "nothing");
  pass(seconds(1));
  EXPECT_EQ(active(), "notice");
  EXPECT_EQ(voice_.take(), "(ThrottlingException) (ThrottlingException) notice ");
  voice_.errors.assign(OverlayRunner::kAttempts, "ThrottlingException");
  pass(seconds(1));
  EXPECT_EQ(start(OverlayKind::kCelebration, {}), "waits");
  for (int i = 0; i < OverlayRunner::kAttempts; ++i) pass(seconds(1));
  EXPECT_TRUE(voice_.errors.empty());
  EXPECT_NE(active(), "celebration");
}

TEST_P(OverlayRunnerTest, Refusals) {
  voice_.errors = {"ChannelNotBroadcasting"};
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "NotLive");
  EXPECT_EQ(active(), "nothing");
  pass(milliseconds(100));
  voice_.errors = {"ValidationException"};
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "TooLarge");
  pass(milliseconds(100));
  voice_.errors = {"InternalServerException"};
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "Unexpected");
}

TEST_P(OverlayRunnerTest, NotTooManyWait) {
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  std::string last;
  for (std::size_t i = 0; i < OverlayRunner::kMaxSteps + 2; ++i) {
    last = start(OverlayKind::kCelebration, {});
  }
  EXPECT_EQ(last, "TooManyRequests");
}

TEST_P(OverlayRunnerTest, ClearedWhenTheStreamEnds) {
  EXPECT_EQ(start(OverlayKind::kPoll, kPollData), "started");
  runner_->clear("owner");
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(voice_.take(), "anna:START_POLL anna:END_POLL ");
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  runner_->clear("owner");
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(voice_.take(), "notice ");
}

TEST_P(OverlayRunnerTest, ARestartKnowsWhatIsShown) {
  EXPECT_EQ(start(OverlayKind::kNotice, kNoticeData), "started");
  settle();
  make();
  EXPECT_EQ(active(), "notice");
  pass(seconds(5));
  EXPECT_EQ(active(), "nothing");
  make();
  EXPECT_EQ(active(), "nothing");
  EXPECT_EQ(start(OverlayKind::kPoll, kPollData), "started");
  settle();
  make();
  runner_->set_speaker("owner", {{"userId", "anna"}});
  EXPECT_EQ(active(), "poll");
  (void)voice_.take();
  pass(seconds(20));
  EXPECT_EQ(voice_.take(), "anna:SEND_VOTE_STATS anna:END_POLL ");
}

TEST_P(OverlayRunnerTest, WhatClientsOfTheDemoPackIsKnown) {
  const auto send = [&](std::string text) {
    runner_->send("owner", std::string(kChannel), std::move(text), [](control::OwnAnswer) {});
    settle();
    pass(milliseconds(100));
  };
  send(pack_overlay(OverlayKind::kNotice, kNoticeData));
  EXPECT_EQ(active(), "notice");
  send("something else");
  EXPECT_EQ(active(), "notice");
  send(pack_stop());
  EXPECT_EQ(active(), "nothing");
}

}  // namespace
}  // namespace app
