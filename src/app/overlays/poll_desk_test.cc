// Polls and time: what is counted, what is due when, and what a restart finds.
#include "app/overlays/poll_desk.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <future>
#include <latch>

#include "app/overlays/overlay_schema.h"
#include "base/guarded.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const base::WallTime kStart{seconds(1'800'000'000)};

class PollDeskTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    auto connection = database_->connect();
    ASSERT_TRUE(connection.has_value());
    sql_ = std::move(*connection);
    ASSERT_TRUE(migrate_overlays(*sql_).has_value());
    start();
  }
  // As after a restart of the server.
  void start() {
    desk_.reset();
    workers_.reset();
    workers_ = std::move(*io::SqlWorkers::create(*database_, {}));
    desk_ = std::make_unique<PollDesk>(*workers_);
    ASSERT_TRUE(desk_->resume(*sql_).has_value());
  }
  static PollRecord poll_of(std::string id, std::string account = "owner") {
    PollRecord poll;
    poll.id = std::move(id);
    poll.account = account;
    poll.channel_arn = "arn:aws:ivs:local:0:channel/Channel00001";
    poll.room_arn = "arn:aws:ivschat:local:0:room/room-of-" + account;
    poll.question = "Tea or coffee?";
    poll.options = {"Tea", "Coffee", "Water"};
    poll.duration = seconds(15);
    poll.started_at = kStart;
    poll.expires_at = kStart + seconds(15);
    poll.closes_at = kStart + seconds(13);
    return poll;
  }
  void open_poll(PollRecord poll) {
    std::promise<bool> opened;
    desk_->open(std::move(poll),
                [&](const Outcome<void>& done) { opened.set_value(done.has_value()); });
    ASSERT_TRUE(opened.get_future().get());
  }
  Outcome<PollView> vote(std::string voter, std::size_t choice, base::WallTime now = kStart,
                         std::string address = {}) {
    std::promise<Outcome<PollView>> told;
    desk_->vote({.account = "owner",
                 .poll = "p1",
                 .voter = std::move(voter),
                 .address = std::move(address),
                 .choice = choice},
                now, [&](Outcome<PollView> counted) { told.set_value(std::move(counted)); });
    return told.get_future().get();
  }
  std::string refusal(const Outcome<PollView>& outcome) {
    return outcome ? "counted" : outcome.error().type;
  }
  static std::string kinds(const std::vector<PollDesk::Due>& all) {
    std::string text;
    for (const PollDesk::Due& due : all) {
      for (const PollSignal& signal : due.signals) text += signal.attributes.at(0).second + " ";
      if (due.feed) text += due.is_over ? "over " : "feed ";
    }
    return text;
  }
  // Everything that was written before is done.
  void settle() {
    ASSERT_TRUE(workers_->write_and_wait([](auto&) { return base::Expected<void>(); }));
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<PollDesk> desk_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(PollDeskTest);

TEST_P(PollDeskTest, OneVoteEach) {
  EXPECT_EQ(refusal(vote("a:1", 0)), "Closed");
  open_poll(poll_of("p1"));
  const auto counted = vote("a:1", 1);
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->counts, (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(counted->choice, 1U);
  EXPECT_EQ(refusal(vote("a:1", 0)), "AlreadyVoted");
  EXPECT_EQ(refusal(vote("v:1", 2)), "counted");
  EXPECT_EQ(refusal(vote("a:2", 3)), "Invalid");
  EXPECT_EQ(desk_->find("owner", "a:1")->choice, 1U);
  EXPECT_FALSE(desk_->find("owner", "a:9")->choice.has_value());
  EXPECT_FALSE(desk_->find("other", "a:1").has_value());
}

TEST_P(PollDeskTest, ClosesTwoSecondsBeforeTheEnd) {
  open_poll(poll_of("p1"));
  EXPECT_EQ(refusal(vote("a:1", 0, kStart + seconds(13) - milliseconds(1))), "counted");
  EXPECT_EQ(refusal(vote("a:2", 0, kStart + seconds(13))), "Closed");
}

TEST_P(PollDeskTest, WhatIsDueWhen) {
  open_poll(poll_of("p1"));
  EXPECT_EQ(kinds(desk_->tick(kStart)), "feed ");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(100))), "");
  (void)vote("a:1", 0);
  // Counts at most four times a second, statistics once a second.
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(200))), "");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(250))), "feed ");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(1000))), "SEND_VOTE_STATS ");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(3999))), "");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(4000))), "HEART_BEAT ");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(8000))), "HEART_BEAT ");
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(12000))), "HEART_BEAT ");
  const auto result = desk_->tick(kStart + seconds(15));
  EXPECT_EQ(kinds(result), "SEND_VOTE_STATS feed ");
  EXPECT_EQ(result.at(0).feed->at("state"), "result");
  EXPECT_EQ(result.at(0).feed->at("winner"), 0);
  EXPECT_EQ(kinds(desk_->tick(kStart + milliseconds(24'999))), "HEART_BEAT ");
  EXPECT_EQ(kinds(desk_->tick(kStart + seconds(25))), "END_POLL over ");
  EXPECT_FALSE(desk_->find("owner", {}).has_value());
  settle();
  EXPECT_TRUE(desk_->is_idle());
  const auto kept = find_poll(*sql_, "p1");
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->state, PollState::kClosed);
  EXPECT_EQ((*kept)->counts, (std::vector<std::int64_t>{1, 0, 0}));
}

TEST_P(PollDeskTest, HiddenCountsAreHiddenFromEverybodyUntilTheEnd) {
  PollRecord poll = poll_of("p1");
  poll.is_hidden = true;
  open_poll(poll);
  const auto counted = vote("a:1", 0);
  ASSERT_TRUE(counted.has_value());
  EXPECT_FALSE(boost::json::serialize(counted->json()).contains("votes"));
  const auto early = desk_->tick(kStart + seconds(5));
  EXPECT_EQ(kinds(early), "HEART_BEAT feed ");
  EXPECT_FALSE(boost::json::serialize(*early.at(0).feed).contains("votes"));
  for (const auto& [name, value] : early.at(0).signals.at(0).attributes) {
    if (name == "updatedVotes") {
      EXPECT_FALSE(value.contains(R"("count":1)")) << value;
    }
  }
  const auto end = desk_->tick(kStart + seconds(15));
  EXPECT_EQ(kinds(end), "SEND_VOTE_STATS HEART_BEAT feed ");
  EXPECT_TRUE(boost::json::serialize(*end.at(0).feed).contains(R"("votes":1)"));
}

TEST_P(PollDeskTest, TiesAndNobody) {
  open_poll(poll_of("p1"));
  (void)vote("a:1", 0);
  (void)vote("a:2", 2);
  const auto tie = desk_->tick(kStart + seconds(15));
  EXPECT_EQ(tie.at(0).feed->at("isTie"), true);
  EXPECT_FALSE(tie.at(0).feed->contains("winner"));
  open_poll(poll_of("p2", "second"));
  const auto nobody = desk_->tick(kStart + seconds(15));
  ASSERT_EQ(nobody.size(), 1U);
  EXPECT_EQ(nobody.at(0).feed->at("isTie"), false);
  EXPECT_FALSE(nobody.at(0).feed->contains("winner"));
}

TEST_P(PollDeskTest, StoppedAtOnceWithoutAResult) {
  open_poll(poll_of("p1"));
  (void)vote("a:1", 2);
  const auto stopped = desk_->stop("owner");
  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(kinds({*stopped}), "END_POLL over ");
  EXPECT_FALSE(desk_->find("owner", {}).has_value());
  EXPECT_FALSE(desk_->stop("owner").has_value());
  EXPECT_EQ(refusal(vote("a:2", 0)), "Closed");
  // Known here until its end is in the database.
  EXPECT_EQ(desk_->unsaved("owner").at(0).counts, (std::vector<std::int64_t>{0, 0, 1}));
  EXPECT_EQ(kinds(desk_->tick(kStart)), "");
  settle();
  EXPECT_TRUE(desk_->unsaved("owner").empty());
  const auto kept = find_poll(*sql_, "p1");
  EXPECT_EQ((*kept)->state, PollState::kClosed);
  EXPECT_EQ((*kept)->counts, (std::vector<std::int64_t>{0, 0, 1}));
}

TEST_P(PollDeskTest, ARestartGoesOn) {
  open_poll(poll_of("p1"));
  (void)vote("a:1", 1);
  (void)vote("v:2", 1);
  start();
  const auto view = desk_->find("owner", "a:1");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->counts, (std::vector<std::int64_t>{0, 2, 0}));
  EXPECT_EQ(view->choice, 1U);
  EXPECT_EQ(refusal(vote("a:1", 0)), "AlreadyVoted");
  EXPECT_EQ(refusal(vote("a:3", 0)), "counted");
  (void)desk_->tick(kStart + seconds(15));
  settle();
  start();
  EXPECT_EQ(desk_->find("owner", {})->state, PollState::kResult);
  EXPECT_EQ(kinds(desk_->tick(kStart + seconds(60))), "END_POLL over ");
  settle();
  start();
  EXPECT_TRUE(desk_->is_idle());
}

TEST_P(PollDeskTest, VisitorsOfOneAddressAreLimited) {
  open_poll(poll_of("p1"));
  for (int i = 0; i < PollDesk::kMaxVisitors; ++i) {
    ASSERT_EQ(refusal(vote("v:" + std::to_string(i), 0, kStart, "192.0.2.1")), "counted");
  }
  EXPECT_EQ(refusal(vote("v:x", 0, kStart, "192.0.2.1")), "TooManyRequests");
  EXPECT_EQ(refusal(vote("v:y", 0, kStart, "192.0.2.2")), "counted");
  EXPECT_EQ(refusal(vote("a:z", 0)), "counted");
}

TEST_P(PollDeskTest, TenThousandAtOnceAreCountedExactly) {
  open_poll(poll_of("p1"));
  constexpr int kVoters = 10'000;
  std::latch answered(2 * kVoters);
  base::Guarded<int> counted;
  // Everybody twice, from several threads.
  std::vector<std::future<void>> crowd;
  for (int part = 0; part < 4; ++part) {
    crowd.push_back(std::async(std::launch::async, [&, part] {
      for (int i = part % 2; i < kVoters; i += 2) {
        desk_->vote({.account = "owner",
                     .poll = "p1",
                     .voter = "a:" + std::to_string(i),
                     .address = {},
                     .choice = static_cast<std::size_t>(i % 3)},
                    kStart, [&](const Outcome<PollView>& told) {
                      if (told) counted.with([](int& sum) { ++sum; });
                      answered.count_down();
                    });
      }
    }));
  }
  crowd.clear();
  answered.wait();
  EXPECT_EQ(counted.with([](int sum) { return sum; }), kVoters);
  EXPECT_EQ(desk_->find("owner", {})->counts, (std::vector<std::int64_t>{3334, 3333, 3333}));
  const auto rows = sql_->run("SELECT COUNT(*) FROM app_poll_votes");
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->integer(0, 0), kVoters);
}

TEST_P(PollDeskTest, RoomsAndErasure) {
  open_poll(poll_of("p1"));
  EXPECT_EQ(desk_->in_room("room-of-owner")->id, "p1");
  EXPECT_FALSE(desk_->in_room("elsewhere").has_value());
  (void)vote("a:2", 0);
  ASSERT_TRUE(erase_overlays(*sql_, "2").has_value());
  auto ballots = ballots_of(*sql_, "p1", {}, 10);
  EXPECT_TRUE(ballots->empty());
  (void)vote("a:3", 0);
  ASSERT_TRUE(erase_overlays(*sql_, "owner").has_value());
  desk_->forget("owner");
  EXPECT_FALSE((*find_poll(*sql_, "p1")).has_value());
  EXPECT_FALSE(desk_->in_room("room-of-owner").has_value());
  EXPECT_TRUE(desk_->is_idle());
}

}  // namespace
}  // namespace app
