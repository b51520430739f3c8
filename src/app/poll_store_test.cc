#include "app/poll_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

#include "io/sql_test_support.h"

namespace app {
namespace {

using base::WallTime;
using namespace std::chrono_literals;

class PollStoreTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(migrate_polls(*sql_).has_value());
    ASSERT_TRUE(migrate_polls(*sql_).has_value()) << "a second start changes nothing";
  }

  std::vector<bool> write(const std::vector<PollVote>& votes, PollLimits limits = {100, 100, 10}) {
    EXPECT_TRUE(sql_->begin(true).has_value());
    auto taken = write_votes(*sql_, limits, votes);
    EXPECT_TRUE(taken.has_value()) << taken.error().message;
    EXPECT_TRUE(sql_->commit().has_value());
    return *taken;
  }
  PollVote vote(std::string poll, std::string requestor, std::string response) {
    clock_ += 1us;
    return {std::move(poll), std::move(requestor), std::move(response), clock_};
  }
  ExpiryStep expire(WallTime before, std::int64_t most) {
    EXPECT_TRUE(sql_->begin(true).has_value());
    auto step = expire_votes(*sql_, before, most);
    EXPECT_TRUE(step.has_value());
    EXPECT_TRUE(sql_->commit().has_value());
    return *step;
  }
  std::int64_t voters(const std::string& poll) {
    const auto rows = sql_->run("SELECT voters FROM polls WHERE poll_id = $1", {poll});
    return rows->empty() ? -1 : rows->integer(0, 0);
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  WallTime clock_{std::chrono::hours(1000)};
};
ROSTRUM_INSTANTIATE_SQL_TEST(PollStoreTest);

TEST_P(PollStoreTest, AnUnknownPollOrPersonHasNothing) {
  EXPECT_TRUE(read_requestor(*sql_, "nobody")->empty());
  EXPECT_TRUE(read_counts(*sql_, "nothing")->empty());
  const auto content = read_poll(*sql_, "nothing", true);
  EXPECT_TRUE(content->items.empty());
  EXPECT_TRUE(content->counts.empty());
}

TEST_P(PollStoreTest, OneVoteEachAndTheLastWins) {
  EXPECT_EQ(write({vote("p", "ann", "True"), vote("p", "bob", "False"), vote("p", "cid", "True"),
                   vote("q", "ann", "Maybe")}),
            std::vector<bool>(4, true));
  // Changed within one write, and back.
  EXPECT_EQ(write({vote("p", "ann", "False"), vote("p", "bob", "True"), vote("p", "bob", "False"),
                   vote("p", "cid", "True")}),
            std::vector<bool>(4, true));
  const auto content = *read_poll(*sql_, "p", true);
  EXPECT_EQ(content.items, (PollItems{{"cid", "True"}, {"bob", "False"}, {"ann", "False"}}));
  EXPECT_EQ(content.counts, (std::vector<AnswerCount>{{"True", 1}, {"False", 2}}));
  EXPECT_EQ(*read_counts(*sql_, "p"), (std::vector<AnswerCount>{{"False", 2}, {"True", 1}}));
  EXPECT_EQ(*read_counts(*sql_, "q"), (std::vector<AnswerCount>{{"Maybe", 1}}));
  EXPECT_EQ(voters("p"), 3);
  const auto quiet = *read_poll(*sql_, "p", false);
  EXPECT_TRUE(quiet.items.empty());
  EXPECT_EQ(quiet.counts, (std::vector<AnswerCount>{{"False", 2}, {"True", 1}}));
}

TEST_P(PollStoreTest, AnAnswerThatNobodyGivesAnyMoreGoes) {
  write({vote("p", "ann", "True")});
  write({vote("p", "ann", "False")});
  EXPECT_EQ(*read_counts(*sql_, "p"), (std::vector<AnswerCount>{{"False", 1}}));
}

TEST_P(PollStoreTest, ListsTheFiveNewestAnswersOfAPerson) {
  for (const char* poll : {"1", "2", "3", "4", "5", "6"}) {
    write({vote(poll, "ann", std::string("answer ") + poll), vote(poll, "bob", "other")});
  }
  EXPECT_EQ(*read_requestor(*sql_, "ann"), (PollItems{{"6", "answer 6"},
                                                      {"5", "answer 5"},
                                                      {"4", "answer 4"},
                                                      {"3", "answer 3"},
                                                      {"2", "answer 2"}}));
  write({vote("1", "ann", "again")});  // the time of an answer is that of its last change
  EXPECT_EQ(read_requestor(*sql_, "ann")->front(),
            (std::pair<std::string, std::string>("1", "again")));
}

TEST_P(PollStoreTest, SortsByOctets) {
  write({vote("p", "a", "1"), vote("p", "B", "1"), vote("p", "\u00e9", "1"), vote("p", "Z-1", "1"),
         vote("p", "\U0001F600", "1")});
  const auto content = *read_poll(*sql_, "p", true);
  std::vector<std::string> order;
  for (const auto& [requestor, answer] : content.items) order.push_back(requestor);
  EXPECT_EQ(order, (std::vector<std::string>{"\U0001F600", "\u00e9", "a", "Z-1", "B"}));
}

TEST_P(PollStoreTest, KeepsTextsAsTheyCame) {
  const std::string odd = "<img src=x onerror=alert(1)>'\";-- \u202e\U0001F600\u0007";
  write({vote(odd, odd, odd)});
  EXPECT_EQ(read_poll(*sql_, odd, true)->items, (PollItems{{odd, odd}}));
  EXPECT_EQ(*read_requestor(*sql_, odd), (PollItems{{odd, odd}}));
}

TEST_P(PollStoreTest, HoldsItsLimits) {
  const PollLimits limits{2, 2, 2};
  // Three polls, three answers, three people.
  EXPECT_EQ(write({vote("a", "1", "x"), vote("b", "1", "x"), vote("c", "1", "x")}, limits),
            (std::vector<bool>{true, true, false}));
  EXPECT_EQ(write({vote("a", "2", "y"), vote("a", "1", "z"), vote("a", "3", "x")}, limits),
            (std::vector<bool>{true, false, false}));
  // Those who are in may change their minds.
  EXPECT_EQ(write({vote("a", "2", "x"), vote("a", "1", "z")}, limits),
            (std::vector<bool>{true, true}));
  EXPECT_EQ(*read_counts(*sql_, "a"), (std::vector<AnswerCount>{{"x", 1}, {"z", 1}}));
  EXPECT_EQ(voters("c"), -1);
}

TEST_P(PollStoreTest, ExpiresOldPollsStepByStepAndCountsStayRight) {
  std::vector<PollVote> votes;
  for (int i = 0; i < 25; ++i) votes.push_back(vote("old", std::to_string(i), i % 2 ? "x" : "y"));
  write(votes);
  clock_ += 1h;
  write({vote("new", "ann", "x")});
  const WallTime before = clock_ - 30min;
  EXPECT_EQ(expire(before, 10).removed, 10);
  EXPECT_EQ(voters("old"), 15);
  const auto counts = *read_counts(*sql_, "old");
  EXPECT_EQ(counts[0].second + counts[1].second, 15);
  // A late vote keeps what is left.
  write({vote("old", "late", "x")});
  EXPECT_EQ(expire(before, 10).poll_id, "");
  EXPECT_EQ(voters("old"), 16);
  clock_ += 1h;
  write({vote("new", "bob", "x")});
  int steps = 0;
  for (;; ++steps) {
    const ExpiryStep step = expire(clock_ - 30min, 10);
    if (step.poll_id.empty()) break;
    EXPECT_EQ(step.poll_id, "old");
    ASSERT_LT(steps, 10);
  }
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(voters("old"), -1);
  EXPECT_TRUE(read_counts(*sql_, "old")->empty());
  EXPECT_TRUE(read_requestor(*sql_, "late")->empty());
  EXPECT_EQ(voters("new"), 2);
}

// Whatever happens in whatever order: the counts are what counting gives.
TEST_P(PollStoreTest, CountsAreWhatCountingGives) {
  std::mt19937 random(7);
  const auto pick = [&](int n) { return std::to_string(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 30; ++round) {
    std::vector<PollVote> votes;
    for (int i = 0; i < 20; ++i) {
      clock_ += 1s;
      votes.push_back(vote("poll" + pick(3), "person" + pick(8), "answer" + pick(4)));
    }
    write(votes, {3, 7, 3});
    if (round % 5 == 4) expire(clock_ - 12s, 3);
    for (const char* poll : {"poll0", "poll1", "poll2"}) {
      const auto content = *read_poll(*sql_, poll, true);
      std::map<std::string, std::int64_t> counted;
      for (const auto& [requestor, answer] : content.items) ++counted[answer];
      EXPECT_EQ((std::map<std::string, std::int64_t>(content.counts.begin(), content.counts.end())),
                counted);
      EXPECT_EQ(std::max<std::int64_t>(voters(poll), 0),
                static_cast<std::int64_t>(content.items.size()));
      EXPECT_LE(content.items.size(), 7U);
      EXPECT_LE(content.counts.size(), 3U);
    }
  }
}

}  // namespace
}  // namespace app
