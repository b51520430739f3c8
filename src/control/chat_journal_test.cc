#include "control/chat_journal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "control/chat_history.h"
#include "io/loop.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace control {
namespace {

using chat::Entry;
using chat::RoomId;
using ::testing::ElementsAre;

constexpr base::WallTime kStart{std::chrono::seconds(1'800'000'000)};
const RoomId kRoom("roomAAAAAAAA");

Entry message(int number, const RoomId& room = kRoom, std::string user = "alice") {
  const base::WallTime at = kStart + std::chrono::milliseconds(number);
  return {.room = room,
          .kind = Entry::Kind::kMessage,
          .position = at.time_since_epoch().count() * 1000,
          .id = fmt::format("id{:010}", number),
          .at = at,
          .user_id = std::move(user),
          .payload = base::Slice::unowned(std::string_view(R"({"Type":"MESSAGE"})"))};
}

// The real workers, which can be told to fail or to hold writes back.
class Workers final : public io::SqlWorkers {
 public:
  explicit Workers(io::SqlDatabase& database) {
    auto workers = io::SqlWorkers::create(database, {});
    CHECK(workers.has_value());
    workers_ = std::move(*workers);
  }
  bool read(Read task) override { return workers_->read(std::move(task)); }
  void write(Write work, Done done) override {
    ++writes;
    if (failure) return done(base::fail(*failure, "the database is away"));
    if (holds) {
      held.emplace_back(std::move(work), std::move(done));
      return;
    }
    workers_->write(std::move(work), std::move(done));
  }
  void release() {
    holds = false;
    for (auto& [work, done] : std::exchange(held, {})) {
      workers_->write(std::move(work), std::move(done));
    }
  }

  std::optional<base::ErrorCode> failure;
  bool holds = false;
  int writes = 0;
  std::vector<std::pair<Write, Done>> held;

 protected:
  void read_patiently(Read task) override {
    while (!workers_->read(std::move(task))) {
    }
  }

 private:
  std::unique_ptr<io::SqlWorkers> workers_;
};

class ChatJournalTest : public io::test::SqlTest {
 protected:
  ChatJournalTest() : database_(open()) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    sql_ = std::move(*connection);
    CHECK(migrate_chat_history(*sql_).has_value());
    workers_ = std::make_unique<Workers>(*database_);
  }
  ~ChatJournalTest() override {
    workers_->held.clear();  // the journal waits for what it gave away
    journal_.reset();
  }

  ChatJournal& make(ChatJournal::Options options = {}) {
    if (!options.now) options.now = [this] { return now_; };
    journal_ = ChatJournal::create(loop_, *workers_, std::move(options));
    return *journal_;
  }
  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) loop_.run_once(std::chrono::milliseconds(50));
  }
  base::Expected<void> flush() {
    std::optional<base::Expected<void>> result;
    journal_->flush([&](base::Expected<void> done) { result = std::move(done); });
    run_until([&] { return result.has_value(); });
    return *result;
  }
  std::vector<std::string> kept(const RoomId& room = kRoom) {
    auto entries = chat_history::entries_after(*sql_, room, 0, 10'000);
    EXPECT_TRUE(entries.has_value());
    std::vector<std::string> ids;
    for (const Entry& entry : entries.value()) ids.push_back(entry.id);
    return ids;
  }
  static std::vector<std::string> ids(int first, int end) {
    std::vector<std::string> out;
    for (int i = first; i < end; ++i) out.push_back(fmt::format("id{:010}", i));
    return out;
  }

  io::Loop loop_;
  base::WallTime now_ = kStart;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<ChatJournal> journal_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ChatJournalTest);

TEST_P(ChatJournalTest, WhatWasRecordedIsThereAfterAFlush) {
  make();
  journal_->record({message(1), message(2)});
  journal_->record({message(3)});
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(kept(), ids(1, 4));
  EXPECT_EQ(journal_->figures().written, 3U);
  EXPECT_EQ(journal_->figures().waiting, 0U);
  EXPECT_EQ(journal_->figures().waiting_octets, 0U);
  EXPECT_TRUE(flush().has_value()) << "with nothing to do";
}

TEST_P(ChatJournalTest, ManyThreadsRecordAtOnce) {
  make({.max_batch = 7});
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      const RoomId room(fmt::format("room{:08}", t));
      for (int i = 0; i < 100; ++i) journal_->record({message(i, room)});
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(flush().has_value());
  for (int t = 0; t < 3; ++t) {
    EXPECT_EQ(kept(RoomId(fmt::format("room{:08}", t))), ids(0, 100));
  }
}

TEST_P(ChatJournalTest, WhatComesDuringAWriteGoesTogether) {
  make();
  workers_->holds = true;
  for (int i = 0; i < 50; ++i) journal_->record({message(i)});
  run_until([&] { return journal_->figures().waiting == 50; });
  EXPECT_EQ(workers_->writes, 1);
  workers_->release();
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(workers_->writes, 2);
  EXPECT_EQ(kept(), ids(0, 50));
}

TEST_P(ChatJournalTest, ObserversHearWhatWasCommitted) {
  make({.max_batch = 2});
  std::vector<std::string> heard;
  const std::uint64_t token = journal_->observe([&](std::span<const Entry> entries) {
    for (const Entry& entry : entries) {
      heard.push_back(entry.id);
      EXPECT_THAT(kept(), ::testing::Contains(entry.id));
    }
  });
  journal_->record({message(1), message(2), message(3)});
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(heard, ids(1, 4));
  journal_->forget_observer(token);
  journal_->record({message(4)});
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(heard, ids(1, 4));
}

TEST_P(ChatJournalTest, AnObserverMayEndItself) {
  make();
  int calls = 0;
  std::uint64_t token = 0;
  token = journal_->observe([&](std::span<const Entry>) {
    ++calls;
    journal_->forget_observer(token);
  });
  journal_->record({message(1)});
  ASSERT_TRUE(flush().has_value());
  journal_->record({message(2)});
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(calls, 1);
}

TEST_P(ChatJournalTest, TriesAgainWhileTheDatabaseIsAway) {
  make({.pause = std::chrono::milliseconds(5)});
  workers_->failure = base::ErrorCode::kClosed;
  journal_->record({message(1)});
  run_until([&] { return workers_->writes >= 3; });
  journal_->record({message(2)});
  run_until([&] { return journal_->figures().waiting == 2; });
  workers_->failure.reset();
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(kept(), ids(1, 3));
}

TEST_P(ChatJournalTest, FlushesGiveUpAfterAWhile) {
  make({.pause = std::chrono::hours(1), .patience = std::chrono::milliseconds(5)});
  workers_->failure = base::ErrorCode::kIo;
  journal_->record({message(1)});
  const auto result = flush();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, base::ErrorCode::kTimeout);
  EXPECT_EQ(journal_->figures().waiting, 1U);
}

TEST_P(ChatJournalTest, TheOldestAreDroppedBeyondTheBound) {
  make({.max_entries = 10});
  workers_->holds = true;
  journal_->record({message(0), message(1)});
  run_until([&] { return !workers_->held.empty(); });
  for (int i = 2; i < 25; ++i) journal_->record({message(i)});
  run_until([&] { return journal_->figures().dropped == 15; });
  EXPECT_EQ(journal_->figures().waiting, 10U);
  workers_->release();
  ASSERT_TRUE(flush().has_value());
  std::vector<std::string> expected = ids(0, 2);  // they were being written
  for (const std::string& id : ids(17, 25)) expected.push_back(id);
  EXPECT_EQ(kept(), expected);
  EXPECT_EQ(journal_->figures().written, 10U);
}

TEST_P(ChatJournalTest, MemoryIsBoundedInOctets) {
  make({.max_octets = 10'000});
  workers_->failure = base::ErrorCode::kClosed;
  std::vector<Entry> entries;
  for (int i = 0; i < 100; ++i) {
    entries.push_back(message(i));
    entries.back().payload = base::Slice::take(std::string(1'000, 'x'));
  }
  journal_->record(std::move(entries));
  run_until([&] { return journal_->figures().dropped > 0; });
  EXPECT_LE(journal_->figures().waiting_octets, 10'000U);
  EXPECT_GT(journal_->figures().waiting, 5U);
}

TEST_P(ChatJournalTest, AnEntryThatCannotBeWrittenDoesNotHoldUpOthers) {
  make();
  std::vector<Entry> entries;
  for (int i = 0; i < 30; ++i) entries.push_back(message(i));
  entries[13].user_id = std::string("a\0b", 3);
  journal_->record(std::move(entries));
  ASSERT_TRUE(flush().has_value());
  std::vector<std::string> expected = ids(0, 13);
  for (const std::string& id : ids(14, 30)) expected.push_back(id);
  EXPECT_EQ(kept(), expected);
  EXPECT_EQ(journal_->figures().dropped, 1U);
}

TEST_P(ChatJournalTest, KnowsUntilWhenAllIsWritten) {
  make();
  EXPECT_EQ(journal_->written_until(), kStart);
  workers_->holds = true;
  journal_->record({message(1)});
  run_until([&] { return journal_->figures().waiting == 1; });
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(journal_->written_until(), kStart);
  workers_->release();
  ASSERT_TRUE(flush().has_value());
  EXPECT_EQ(journal_->written_until(), now_);
}

TEST_P(ChatJournalTest, ForgetsWhatIsTooOld) {
  make({.keep = std::chrono::seconds(10)});
  std::vector<Entry> entries;
  for (int i = 0; i < 2'500; ++i) entries.push_back(message(i));
  entries.push_back(message(20'000));
  journal_->record(std::move(entries));
  ASSERT_TRUE(flush().has_value());
  now_ += std::chrono::seconds(20);
  journal_->start();
  run_until([&] { return kept().size() == 1; });
  EXPECT_EQ(kept(), ids(20'000, 20'001));
  journal_->stop();
}

}  // namespace
}  // namespace control
