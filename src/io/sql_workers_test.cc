#include "io/sql_workers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "io/io_test_support.h"
#include "io/process.h"
#include "io/sql_test_support.h"
#include "io/system.h"

namespace io {
namespace {

using base::ErrorCode;
using base::Expected;

constexpr SqlMigration kTable = {1, "CREATE TABLE pairs (k $TEXT PRIMARY KEY, v BIGINT NOT NULL)"};
constexpr std::string_view kInsert = "INSERT INTO pairs (k, v) VALUES ($1, $2)";

Expected<void> nothing_of(Expected<SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

SqlWorkers::Write insert(std::string key, std::int64_t value = 0) {
  return [key = std::move(key), value](SqlConnection& connection) {
    return nothing_of(connection.run(kInsert, {key, value}));
  };
}

// Keeps a worker busy from the moment that entered() returns until leave().
class Gate {
 public:
  void pass() {
    entered_.set_value();
    left_.get_future().wait();
  }
  void entered() { entered_.get_future().wait(); }
  void leave() { left_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> left_;
};

class SqlWorkersTest : public test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    check_ = std::move(*database_->connect());
    const std::vector<SqlMigration> steps = {kTable};
    ASSERT_TRUE(migrate(*check_, "test", steps));
  }
  std::unique_ptr<SqlWorkers> start(const SqlWorkers::Options& options = {}) {
    auto workers = SqlWorkers::create(*database_, options);
    CHECK(workers.has_value());
    return std::move(*workers);
  }
  // The keys that are in the database, in order.
  std::string keys() {
    std::string out;
    const auto found = check_->run("SELECT k FROM pairs ORDER BY k");
    CHECK(found.has_value());
    for (std::size_t i = 0; i < found->size(); ++i) out += found->text(i, 0) + " ";
    return out;
  }
  std::int64_t value_of(const std::string& key) {
    return check_->run("SELECT v FROM pairs WHERE k = $1", {key})->integer(0, 0);
  }
  // A write that waits for the gate and does nothing else.
  static void close_writer(SqlWorkers& workers, Gate& gate) {
    workers.write(
        [&gate](SqlConnection&) -> Expected<void> {
          gate.pass();
          return {};
        },
        {});
    gate.entered();
  }

  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<SqlConnection> check_;
};

TEST_P(SqlWorkersTest, WhatIsDoneIsSeenByAll) {
  auto workers = start();
  EXPECT_TRUE(workers->write_and_wait(insert("a", 7)));
  EXPECT_EQ(value_of("a"), 7);
  std::int64_t seen = 0;
  workers->read_and_wait([&](SqlConnection& connection) {
    seen = connection.run("SELECT v FROM pairs WHERE k = 'a'")->integer(0, 0);
  });
  EXPECT_EQ(seen, 7);
  const auto again = workers->write_and_wait(insert("a", 8));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(value_of("a"), 7);
}

TEST_P(SqlWorkersTest, AFailureInABatchUndoesItsOwnWritesOnly) {
  auto workers = start();
  Gate gate;
  close_writer(*workers, gate);
  std::vector<std::string> results;
  std::promise<void> all;
  const auto record = [&](const char* name) {
    return [&results, &all, name](Expected<void> result) {
      results.push_back(name + std::string(result ? " ok" : " failed"));
      if (results.size() == 7) all.set_value();
    };
  };
  workers->write(insert("a"), record("a"));
  workers->write(
      [](SqlConnection& connection) -> Expected<void> {
        (void)connection.run(kInsert, {"b", 1});
        return base::fail(ErrorCode::kInvalid, "changed its mind");
      },
      record("own error"));
  workers->write(
      [](SqlConnection& connection) -> Expected<void> {
        (void)connection.run(kInsert, {"c", 1});
        return nothing_of(connection.run(kInsert, {"a", 1}));
      },
      record("conflict"));
  workers->write(insert("d"), record("d"));
  workers->write(
      [](SqlConnection& connection) -> Expected<void> {
        (void)connection.run(kInsert, {"e", 1});
        (void)connection.run("SELEKT");
        return {};
      },
      record("swallowed error"));
  workers->write(
      [](SqlConnection& connection) -> Expected<void> {
        // What a write of the same transaction did is there, what was undone is not.
        const auto found = connection.run("SELECT k FROM pairs ORDER BY k");
        if (!found) return base::fail(found.error());
        std::string all_keys;
        for (std::size_t i = 0; i < found->size(); ++i) all_keys += found->text(i, 0);
        return nothing_of(connection.run(kInsert, {"saw " + all_keys, 0}));
      },
      record("reader"));
  workers->write(insert("z"), record("z"));
  gate.leave();
  all.get_future().wait();
  EXPECT_EQ(results,
            (std::vector<std::string>{"a ok", "own error failed", "conflict failed", "d ok",
                                      "swallowed error failed", "reader ok", "z ok"}));
  EXPECT_EQ(keys(), "a d saw ad z ");
}

// SQLite undoes the whole transaction then: nobody is told that it was written, and everybody why
// it was not, whatever the write that met it made of it.
// PostgreSQL undoes one write.
class SqliteWorkersTest : public SqlWorkersTest {};

TEST_P(SqliteWorkersTest, AFullDiskIsToldToAllOfABatch) {
  auto workers = start();
  ASSERT_TRUE(workers->write_and_wait(insert("before")));
  Gate gate;
  close_writer(*workers, gate);
  std::vector<std::optional<ErrorCode>> results;
  const auto note = [&](const Expected<void>& result) {
    results.push_back(result ? std::nullopt : std::optional(result.error().code));
  };
  workers->write(insert("a"), note);
  workers->write(
      [](SqlConnection& connection) -> Expected<void> {
        const auto pages = connection.run("PRAGMA page_count");
        if (!pages) return base::fail(pages.error());
        const std::string limit = std::to_string(pages->integer(0, 0));
        (void)connection.run_script("PRAGMA max_page_count = " + limit);
        if (connection.run(kInsert, {std::string(100'000, 'x'), 1})) return {};
        return base::fail(ErrorCode::kInvalid, "in words of its own");
      },
      note);
  std::promise<void> all;
  workers->write(insert("z"), [&](const Expected<void>& result) {
    note(result);
    all.set_value();
  });
  gate.leave();
  all.get_future().wait();
  EXPECT_EQ(results, (std::vector<std::optional<ErrorCode>>{
                         ErrorCode::kDiskFull, ErrorCode::kInvalid, ErrorCode::kDiskFull}));
  EXPECT_EQ(keys(), "before ");
  ASSERT_TRUE(workers->write_and_wait([](SqlConnection& connection) {
    return connection.run_script("PRAGMA max_page_count = 1000000");
  }));
  EXPECT_TRUE(workers->write_and_wait(insert("z")));
  EXPECT_EQ(keys(), "before z ");
}

TEST_P(SqlWorkersTest, ABatchWhereAllFailAndWritesAloneThatFail) {
  auto workers = start();
  Gate gate;
  close_writer(*workers, gate);
  const auto refuse = [](SqlConnection& connection) -> Expected<void> {
    (void)connection.run(kInsert, {"a", 1});
    return base::fail(ErrorCode::kNotFound, "no");
  };
  std::promise<void> both;
  workers->write(refuse, [](const Expected<void>& result) { EXPECT_FALSE(result); });
  workers->write(refuse, [&](const Expected<void>& result) {
    EXPECT_FALSE(result);
    both.set_value();
  });
  gate.leave();
  both.get_future().wait();
  const auto alone = workers->write_and_wait(refuse);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, ErrorCode::kNotFound);
  const auto swallowed = workers->write_and_wait([](SqlConnection& connection) -> Expected<void> {
    (void)connection.run(kInsert, {"a", 1});
    (void)connection.run("SELEKT");
    return {};
  });
  EXPECT_FALSE(swallowed);
  EXPECT_EQ(keys(), "");
  EXPECT_TRUE(workers->write_and_wait(insert("b")));
  EXPECT_EQ(keys(), "b ");
}

TEST_P(SqlWorkersTest, AnErrorToRepeatThatIsNotTheDatabasesIsTakenAsItIs) {
  auto workers = start();
  int runs = 0;
  const auto result = workers->write_and_wait([&](SqlConnection&) -> Expected<void> {
    ++runs;
    return base::fail(ErrorCode::kTimeout, "of my own");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "of my own");
  EXPECT_EQ(runs, 1);
}

TEST_P(SqlWorkersTest, ReadersDoNotWaitForTheWriter) {
  auto workers = start();
  Gate gate;
  std::promise<void> written;
  workers->write(
      [&gate](SqlConnection& connection) {
        auto result = connection.run(kInsert, {"a", 1});
        gate.pass();
        return nothing_of(std::move(result));
      },
      [&](const Expected<void>& result) {
        EXPECT_TRUE(result);
        written.set_value();
      });
  gate.entered();
  workers->read_and_wait([](SqlConnection& connection) {
    EXPECT_TRUE(connection.run("SELECT k FROM pairs")->empty());
  });
  gate.leave();
  written.get_future().wait();
  EXPECT_EQ(keys(), "a ");
}

TEST_P(SqlWorkersTest, ReadersWorkSideBySideAndLeaveNoTransactionBehind) {
  auto workers = start({.readers = 2});
  std::latch both(2);
  std::atomic<int> ran = 0;
  const auto meet = [&](SqlConnection& connection) {
    EXPECT_TRUE(connection.begin(false));
    both.arrive_and_wait();
    ++ran;
  };
  std::thread other([&] { workers->read_and_wait(meet); });
  workers->read_and_wait(meet);
  other.join();
  EXPECT_EQ(ran, 2);
  for (int i = 0; i < 4; ++i) {
    workers->read_and_wait([](SqlConnection& connection) { EXPECT_TRUE(connection.begin(false)); });
  }
}

TEST_P(SqlWorkersTest, QueuesAreBounded) {
  auto workers = start({.readers = 1, .max_waiting = 2});
  Gate writer;
  close_writer(*workers, writer);
  int done = 0;
  const auto count = [&](const Expected<void>& result) { done += result ? 1 : 0; };
  workers->write(insert("a"), count);
  workers->write(insert("b"), count);
  std::optional<ErrorCode> refused;
  workers->write(insert("c"), [&](Expected<void> result) { refused = result.error().code; });
  EXPECT_EQ(refused, ErrorCode::kLimit);  // at once
  writer.leave();

  Gate reader;
  std::atomic<int> reads = 0;
  const auto read = [&](SqlConnection&) { ++reads; };
  EXPECT_TRUE(workers->read([&](SqlConnection&) { reader.pass(); }));
  reader.entered();
  EXPECT_TRUE(workers->read(read));
  EXPECT_TRUE(workers->read(read));
  EXPECT_FALSE(workers->read(read));
  std::thread patient([&] { workers->read_and_wait(read); });
  reader.leave();
  patient.join();
  EXPECT_EQ(reads, 3);
  workers.reset();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(keys(), "a b ");
}

TEST_P(SqlWorkersTest, DestructionRunsWhatWaits) {
  std::atomic<int> done = 0;
  {
    Gate gate;  // must outlive the worker that passes it
    auto workers = start({.readers = 1, .max_batch = 3});
    close_writer(*workers, gate);
    for (int i = 0; i < 10; ++i) {
      workers->write(insert("k" + std::to_string(i)), [&, i](const Expected<void>& result) {
        EXPECT_TRUE(result);
        EXPECT_EQ(done++, i);  // in the order of the writes
      });
    }
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(workers->read([&](SqlConnection&) { ++done; }));
    workers->read_and_wait([](SqlConnection&) {});
    EXPECT_EQ(done.exchange(0), 10);
    gate.leave();
  }
  EXPECT_EQ(done, 10);
  EXPECT_EQ(keys(), "k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 ");
}

TEST_P(SqlWorkersTest, DoneMayWriteAgain) {
  auto workers = start();
  std::promise<void> end;
  workers->write(insert("a"), [&](Expected<void>) {
    workers->write(insert("b"), [&](Expected<void>) { end.set_value(); });
  });
  end.get_future().wait();
  EXPECT_EQ(keys(), "a b ");
}

TEST_P(SqlWorkersTest, ManyThreadsAtOnce) {
  auto workers = start({.readers = 3, .max_batch = 8});
  ASSERT_TRUE(workers->write_and_wait(insert("sum", 0)));
  ASSERT_TRUE(workers->write_and_wait(insert("count", 0)));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i) {
        const bool fails = (i + thread) % 5 == 0;
        const auto result =
            workers->write_and_wait([&](SqlConnection& connection) -> Expected<void> {
              (void)connection.run("UPDATE pairs SET v = v + 2 WHERE k = 'sum'");
              if (fails) return base::fail(ErrorCode::kInvalid, "no");
              return nothing_of(connection.run("UPDATE pairs SET v = v + 1 WHERE k = 'count'"));
            });
        EXPECT_EQ(result.has_value(), !fails);
        workers->read_and_wait([](SqlConnection& connection) {
          const auto found = connection.run("SELECT v FROM pairs ORDER BY k");
          ASSERT_TRUE(found);
          EXPECT_EQ(found->integer(0, 0) * 2, found->integer(1, 0));  // never half a write
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value_of("count"), 6 * 20);
}

// As two programs would: each reads a value and writes it one higher. Nothing gets lost.
TEST_P(SqlWorkersTest, WritersOfTwoProgramsDoNotOverwriteEachOther) {
  auto ours = start();
  auto theirs = start();
  ASSERT_TRUE(ours->write_and_wait(insert("n", 0)));
  std::atomic<std::int64_t> succeeded = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      SqlWorkers& workers = thread % 2 == 0 ? *ours : *theirs;
      for (int i = 0; i < 20; ++i) {
        const auto result = workers.write_and_wait([](SqlConnection& connection) -> Expected<void> {
          const auto found = connection.run("SELECT v FROM pairs WHERE k = 'n'");
          if (!found) return base::fail(found.error());
          return nothing_of(
              connection.run("UPDATE pairs SET v = $1 WHERE k = 'n'", {found->integer(0, 0) + 1}));
        });
        if (result) {
          ++succeeded;
        } else {
          EXPECT_EQ(result.error().code, ErrorCode::kTimeout) << result.error().message;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(succeeded, 40);
  EXPECT_EQ(value_of("n"), succeeded);
}

// Runs only in the child of the test below: acknowledges writes until it is killed.
TEST(SqlCrashChild, DISABLED_WritesUntilItIsKilled) {
  const char* url = std::getenv("ROSTRUM_TEST_SQL_URL");
  const char* round = std::getenv("ROSTRUM_TEST_SQL_ROUND");
  ASSERT_TRUE(url != nullptr && round != nullptr);
  auto database = SqlDatabase::open({.url = url});
  ASSERT_TRUE(database) << database.error().message;
  auto workers = SqlWorkers::create(**database, {.max_batch = 16});
  ASSERT_TRUE(workers);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::int64_t i = 0;; ++i) {
        const std::string key =
            std::string(round) + "." + std::to_string(thread) + "." + std::to_string(i);
        if (!(*workers)->write_and_wait(insert(key, i))) ::_exit(3);
        const std::string line = "ack " + key + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(4);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct KilledChild final : Process::Handler {
  void on_line(Process::Output, std::string_view line) override {
    if (line.starts_with("ack ")) acknowledged.emplace(line.substr(4));
    if (acknowledged.size() >= enough && !killed) {
      killed = true;
      process->kill();
    }
  }
  void on_exit(Process::ExitStatus exit_status) override { status = exit_status; }

  std::unique_ptr<Process> process;
  std::set<std::string> acknowledged;
  std::size_t enough = 0;
  bool killed = false;
  std::optional<Process::ExitStatus> status;
};

TEST_P(SqlWorkersTest, WhatWasAcknowledgedSurvivesAKill) {
  std::set<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    Loop loop;
    KilledChild child;
    child.enough = 60 + 37 * static_cast<std::size_t>(round);
    auto spawned = Process::spawn(
        loop,
        {.arguments = {executable_path(), "--gtest_also_run_disabled_tests",
                       "--gtest_filter=SqlCrashChild.DISABLED_WritesUntilItIsKilled"},
         .environment = {"ROSTRUM_TEST_SQL_URL=" + url(),
                         "ROSTRUM_TEST_SQL_ROUND=" + std::to_string(round)}},
        child);
    ASSERT_TRUE(spawned);
    child.process = std::move(*spawned);
    ASSERT_TRUE(
        test::drive(loop, [&] { return child.status.has_value(); }, std::chrono::seconds(60)));
    EXPECT_EQ(child.status->signal, SIGKILL) << child.status->code;
    EXPECT_GE(child.acknowledged.size(), child.enough);
    acknowledged.merge(child.acknowledged);

    auto reopened = std::move(*open()->connect());
    std::set<std::string> kept;
    const auto found = reopened->run("SELECT k FROM pairs");
    ASSERT_TRUE(found);
    for (std::size_t i = 0; i < found->size(); ++i) kept.insert(found->text(i, 0));
    for (const std::string& key : acknowledged) EXPECT_TRUE(kept.contains(key)) << key;
    if (GetParam() == SqlDialect::kSqlite) {
      EXPECT_EQ(reopened->run("PRAGMA integrity_check")->text(0, 0), "ok");
    }
  }
}

ROSTRUM_INSTANTIATE_SQL_TEST(SqlWorkersTest);
INSTANTIATE_TEST_SUITE_P(Databases, SqliteWorkersTest, ::testing::Values(SqlDialect::kSqlite),
                         test::sql_dialect_name);

}  // namespace
}  // namespace io
