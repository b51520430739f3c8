#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/app.h"
#include "io/io_test_support.h"
#include "io/loop.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace app {
namespace {

using io::test::drive;
using wire::http::Method;
using wire::http::Response;

std::string text_of(const Response& response) {
  std::string text;
  for (const base::Slice& slice : response.body) text += slice.text();
  return text;
}

std::string put_body(const std::string& poll, const std::string& requestor,
                     const std::string& answer) {
  return R"({"type":"answer","poll_id":")" + poll + R"(","requestor_id":")" + requestor +
         R"(","response":")" + answer + R"("})";
}

class PollResultsTest : public io::test::SqlTest {
 protected:
  void SetUp() override { start({}); }
  void start(PollSettings settings) {
    results_.reset();
    workers_.reset();
    if (database_ == nullptr) database_ = open();
    workers_ = std::move(*io::SqlWorkers::create(*database_, {}));
    auto created = PollResults::create(std::move(settings), *workers_, home_);
    ASSERT_TRUE(created.has_value()) << created.error().message;
    results_ = std::move(*created);
  }
  void TearDown() override {
    results_.reset();
    workers_.reset();
  }

  static PollRequest request(const std::string& target, std::string body,
                             Method method = Method::kPost, std::string address = "192.0.2.1") {
    PollRequest made{{}, std::move(address)};
    made.http.method = method;
    EXPECT_TRUE(made.http.set_target(target).has_value());
    made.http.body = base::Slice::take(std::move(body));
    return made;
  }
  // Asks and waits; "status body".
  std::string ask(PollRequest request) {
    std::optional<std::string> answer;
    results_->handle(std::move(request), [&](Response response) {
      answer = std::to_string(response.status) + " " + text_of(response);
    });
    EXPECT_TRUE(drive(home_, [&] { return answer.has_value(); }));
    return answer.value_or("");
  }
  std::string ask(const std::string& route, std::string body) {
    return ask(request("/PROD/" + route, std::move(body)));
  }

  io::Loop home_;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<PollResults> results_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(PollResultsTest);

TEST_P(PollResultsTest, AnswersAsTheTutorialsServiceDoes) {
  const struct {
    std::string route;
    std::string body;
    std::string answer;
  } rows[] = {
      {"poll-get", R"({"poll_id":"p"})", R"(200 {"state":"success","items":{},"responses":{}})"},
      {"requestor-get", R"({"requestor_id":"ann"})", R"(200 {"state":"success","items":{}})"},
      {"requestor-put", put_body("p", "ann", "True"), R"(200 {"state":"success"})"},
      {"requestor-put", put_body("p", "bob", "False"), R"(200 {"state":"success"})"},
      {"requestor-put", put_body("p", "ann", "False"), R"(200 {"state":"success"})"},
      {"requestor-put", put_body("q", "ann", "True"), R"(200 {"state":"success"})"},
      {"poll-get", R"({"poll_id":"p"})",
       R"(200 {"state":"success","items":{"bob":"False","ann":"False"},"responses":{"False":2}})"},
      {"requestor-get", R"({"requestor_id":"ann"})",
       R"(200 {"state":"success","items":{"q":"True","p":"False"}})"},
      {"requestor-put", R"({"type":"other"})", R"(500 {"state":"fail"})"},
      {"requestor-put", "", R"(200 {"state":"broke"})"},
      {"poll-get", "", R"(502 {"message":"Internal server error"})"},
      {"nothing", "", R"(500 {"state":"fail"})"},
      {"poll-live", "", R"(405 {"message":"the stream is read with GET"})"},
  };
  for (const auto& row : rows) EXPECT_EQ(ask(row.route, row.body), row.answer) << row.route;
  EXPECT_EQ(ask(request("/PROD/poll-get", "", Method::kOptions)), "200 ");
  EXPECT_TRUE(results_->handles("/PROD/poll-get"));
  EXPECT_FALSE(results_->handles("/"));
  EXPECT_EQ(results_->stream_of(request("/PROD/poll-live?poll_id=p", "", Method::kGet).http), "p");
  EXPECT_EQ(results_->stream_of(request("/PROD/poll-live?poll_id=p", "").http), std::nullopt);
}

TEST_P(PollResultsTest, WhatWasAcknowledgedIsThereAfterARestart) {
  EXPECT_EQ(ask("requestor-put", put_body("p", "ann", "True")), R"(200 {"state":"success"})");
  start({});
  EXPECT_EQ(ask("poll-get", R"({"poll_id":"p"})"),
            R"(200 {"state":"success","items":{"ann":"True"},"responses":{"True":1}})");
}

TEST_P(PollResultsTest, CanKeepVotersToItself) {
  PollSettings settings;
  settings.list_voters = false;
  settings.prefix = "/polls/v1";
  start(settings);
  EXPECT_EQ(ask(request("/polls/v1/requestor-put", put_body("p", "ann", "True"))),
            R"(200 {"state":"success"})");
  EXPECT_EQ(ask(request("/polls/v1/poll-get", R"({"poll_id":"p"})")),
            R"(200 {"state":"success","items":{},"responses":{"True":1}})");
}

TEST_P(PollResultsTest, AnAddressMayAskOnlySoOften) {
  PollSettings settings;
  settings.requests_per_second = 0.001;
  settings.burst = 2;
  start(settings);
  EXPECT_EQ(ask("requestor-put", put_body("p", "1", "x")), R"(200 {"state":"success"})");
  EXPECT_EQ(ask("requestor-put", put_body("p", "2", "x")), R"(200 {"state":"success"})");
  EXPECT_EQ(ask("requestor-put", put_body("p", "3", "x")),
            R"(429 {"message":"Too Many Requests"})");
  EXPECT_EQ(
      ask(request("/PROD/requestor-put", put_body("p", "3", "x"), Method::kPost, "192.0.2.2")),
      R"(200 {"state":"success"})");
}

// Many threads, many voters, one poll asked for all the time: nobody is lost, and whoever asks
// after an acknowledged vote sees it.
TEST_P(PollResultsTest, LosesNoVoteInACrowd) {
  constexpr int kThreads = 4;
  constexpr int kEach = 400;
  std::atomic<int> stored{0};
  std::atomic<int> listed{0};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = std::to_string(thread * kEach + i);
        results_->handle(
            request("/PROD/requestor-put", put_body("p", id, i % 3 == 0 ? "x" : "y")),
            [&, id](Response response) {
              if (text_of(response) != R"({"state":"success"})") return;
              ++stored;
              if (id.back() != '0') return;
              results_->handle(
                  request("/PROD/poll-get", R"({"poll_id":"p"})"), [&, id](Response content) {
                    const bool seen = text_of(content).find("\"" + id + "\":") != std::string::npos;
                    EXPECT_TRUE(seen) << id;
                    ++listed;
                  });
            });
      }
    });
  }
  EXPECT_TRUE(
      drive(home_, [&] { return stored == kThreads * kEach && listed == kThreads * kEach / 10; }));
  const std::string content = ask("poll-get", R"({"poll_id":"p"})");
  EXPECT_NE(content.find(R"("responses":{)"), std::string::npos);
  EXPECT_NE(content.find(R"("x":536)"), std::string::npos) << content.substr(content.size() - 60);
  EXPECT_NE(content.find(R"("y":1064)"), std::string::npos);
}

TEST_P(PollResultsTest, AVoteThatCannotBeStoredIsNotAcknowledged) {
  auto broken = std::move(*database_->connect());
  ASSERT_TRUE(broken->run("DROP TABLE poll_votes").has_value());
  EXPECT_EQ(ask("requestor-put", put_body("p", "ann", "True")), R"(200 {"state":"broke"})");
  EXPECT_EQ(ask("poll-get", R"({"poll_id":"p"})"), R"(502 {"message":"Internal server error"})");
  EXPECT_EQ(ask("requestor-get", R"({"requestor_id":"ann"})"),
            R"(502 {"message":"Internal server error"})");
}

TEST_P(PollResultsTest, ShowsCountsToViewersAsTheyChange) {
  const auto feed = results_->feed(home_);
  std::vector<std::string> ann;
  std::vector<std::string> bob;
  const auto token = feed->add("p", [&](const base::Slice& event) {
    ann.emplace_back(event.text());
    return true;
  });
  ASSERT_TRUE(token.has_value());
  ASSERT_TRUE(drive(home_, [&] { return ann.size() == 1; }));
  EXPECT_EQ(ann[0], "data: {\"poll_id\":\"p\",\"responses\":{},\"total\":0}\n\n");

  (void)ask("requestor-put", put_body("p", "1", "x"));
  ASSERT_TRUE(drive(home_, [&] { return ann.size() == 2; }));
  EXPECT_EQ(ann[1], "data: {\"poll_id\":\"p\",\"responses\":{\"x\":1},\"total\":1}\n\n");
  ASSERT_TRUE(feed->add("p",
                        [&](const base::Slice& event) {
                          bob.emplace_back(event.text());
                          return true;
                        })
                  .has_value());
  EXPECT_EQ(bob, std::vector<std::string>{ann[1]}) << "the present state, at once";

  // Nothing new is not shown; other polls neither.
  (void)ask("requestor-put", put_body("p", "1", "x"));
  (void)ask("requestor-put", put_body("other", "1", "x"));
  (void)ask("requestor-put", put_body("p", "2", "y"));
  ASSERT_TRUE(drive(home_, [&] { return bob.size() == 2; }));
  EXPECT_EQ(bob[1], "data: {\"poll_id\":\"p\",\"responses\":{\"x\":1,\"y\":1},\"total\":2}\n\n");

  feed->remove(*token);
  feed->remove(*token);
  (void)ask("requestor-put", put_body("p", "3", "y"));
  ASSERT_TRUE(drive(home_, [&] { return bob.size() == 3; }));
  EXPECT_EQ(ann.size(), 3U);
}

TEST_P(PollResultsTest, UpdatesAreFewHoweverManyVote) {
  const auto feed = results_->feed(home_);
  std::vector<base::MonotonicTime> shown;
  std::string newest;
  ASSERT_TRUE(feed->add("p",
                        [&](const base::Slice& event) {
                          shown.push_back(io::Loop::precise_now());
                          newest = event.text();
                          return true;
                        })
                  .has_value());
  std::atomic<int> stored{0};
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 50; ++i) {
      results_->handle(
          request("/PROD/requestor-put", put_body("p", std::to_string(round * 50 + i), "x")),
          [&](Response) { ++stored; });
    }
    ASSERT_TRUE(drive(home_, [&] { return stored == (round + 1) * 50; }));
  }
  ASSERT_TRUE(drive(home_, [&] { return newest.find("\"total\":600}") != std::string::npos; }));
  const auto span = shown.back() - shown.front();
  EXPECT_LE(shown.size(), 2 + static_cast<std::size_t>(span / std::chrono::milliseconds(200)));
}

TEST_P(PollResultsTest, WhoIsBehindGetsTheNewestLater) {
  const auto feed = results_->feed(home_);
  bool takes = false;
  int offered = 0;
  std::vector<std::string> taken;
  ASSERT_TRUE(feed->add("p",
                        [&](const base::Slice& event) {
                          ++offered;
                          if (takes) taken.emplace_back(event.text());
                          return takes;
                        })
                  .has_value());
  ASSERT_TRUE(drive(home_, [&] { return offered >= 2; }));
  (void)ask("requestor-put", put_body("p", "1", "x"));
  const int before = offered;
  ASSERT_TRUE(drive(home_, [&] { return offered >= before + 3; }));
  takes = true;
  ASSERT_TRUE(drive(home_, [&] { return !taken.empty(); }));
  EXPECT_EQ(taken[0], "data: {\"poll_id\":\"p\",\"responses\":{\"x\":1},\"total\":1}\n\n");
}

TEST_P(PollResultsTest, ViewersMayLeaveWhileTheyAreShown) {
  const auto feed = results_->feed(home_);
  std::vector<std::uint64_t> tokens;
  int shown = 0;
  for (int i = 0; i < 3; ++i) {
    const auto token = feed->add("p", [&](const base::Slice&) {
      ++shown;
      for (const std::uint64_t each : tokens) feed->remove(each);
      return shown % 2 == 0;
    });
    tokens.push_back(*token);
  }
  ASSERT_TRUE(drive(home_, [&] { return shown == 1; }));
  (void)ask("requestor-put", put_body("p", "1", "x"));
  // A later viewer sees the change, so the earlier ones would have, too.
  bool seen = false;
  ASSERT_TRUE(feed->add("p",
                        [&](const base::Slice& event) {
                          seen = seen || event.text().find("\"total\":1}") != std::string::npos;
                          return true;
                        })
                  .has_value());
  ASSERT_TRUE(drive(home_, [&] { return seen; }));
  EXPECT_EQ(shown, 1);
}

TEST_P(PollResultsTest, OnlySoManyPollsAreWatched) {
  const auto feed = results_->feed(home_);
  const auto ignore = [](const base::Slice&) { return true; };
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(feed->add(std::to_string(i), ignore).has_value());
  EXPECT_EQ(feed->add("one more", ignore).error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(feed->add("7", ignore).has_value());
}

// Viewers on loops of their own threads, while votes come from another.
TEST_P(PollResultsTest, ReachesEveryLoop) {
  io::LoopGroup loops(2);
  std::vector<std::unique_ptr<PollFeed>> feeds;
  std::atomic<int> complete{0};
  for (std::size_t i = 0; i < loops.size(); ++i) {
    feeds.push_back(results_->feed(loops.at(i)));
    for (int viewer = 0; viewer < 20; ++viewer) {
      ASSERT_TRUE(feeds.back()
                      ->add("p",
                            [&](const base::Slice& event) {
                              if (event.text().find("\"total\":100}") != std::string::npos) {
                                ++complete;
                              }
                              return true;
                            })
                      .has_value());
    }
  }
  loops.start();
  for (int i = 0; i < 100; ++i) {
    results_->handle(request("/PROD/requestor-put", put_body("p", std::to_string(i), "x")),
                     [](Response) {});
  }
  EXPECT_TRUE(drive(home_, [&] { return complete == 40; }));
  loops.stop_and_join();
  feeds.clear();
}

// Whatever is under way when the service ends is left alone.
TEST_P(PollResultsTest, MayEndInTheMiddle) {
  auto feed = results_->feed(home_);
  (void)feed->add("p", [](const base::Slice&) { return true; });
  for (int i = 0; i < 50; ++i) {
    results_->handle(request("/PROD/requestor-put", put_body("p", std::to_string(i), "x")),
                     [](Response) {});
    results_->handle(request("/PROD/poll-get", R"({"poll_id":"p"})"), [](Response) {});
  }
  (void)home_.run_once(std::chrono::milliseconds(0));
  feed.reset();
  results_.reset();
  workers_.reset();
  bool reached = false;
  home_.post([&] { reached = true; });
  EXPECT_TRUE(drive(home_, [&] { return reached; }));
}

}  // namespace
}  // namespace app
