#include "io/sql_crew.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "io/sql_test_support.h"

namespace io {
namespace {

class SqlCrewTest : public test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    ASSERT_TRUE((*database_->connect())->run_script("CREATE TABLE words (word TEXT)").has_value());
  }
  std::unique_ptr<SqlCrew> crew(std::size_t threads, std::size_t waiting = 100) {
    auto made =
        SqlCrew::create(*database_, {.name = "test", .threads = threads, .max_waiting = waiting});
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  std::unique_ptr<SqlDatabase> database_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(SqlCrewTest);

// Keeps a thread of the crew until it is let go.
struct Held {
  std::promise<void> begun;
  std::promise<void> may_go;
  SqlCrew::Task task() {
    return [this, gone = may_go.get_future()](SqlConnection&) {
      begun.set_value();
      gone.wait();
    };
  }
};

TEST_P(SqlCrewTest, TasksHaveAConnectionEach) {
  auto crew = this->crew(2);
  Held first;
  ASSERT_TRUE(crew->give(first.task()));
  first.begun.get_future().wait();
  std::promise<std::int64_t> count;
  ASSERT_TRUE(crew->give([&](SqlConnection& sql) {
    auto rows = sql.run("SELECT COUNT(*) FROM words");
    count.set_value(rows ? rows->integer(0, 0) : -1);
  }));
  EXPECT_EQ(count.get_future().get(), 0) << "the second thread works while the first waits";
  first.may_go.set_value();
}

TEST_P(SqlCrewTest, WhatIsTooMuchIsRefused) {
  auto crew = this->crew(1, 2);
  Held held;
  ASSERT_TRUE(crew->give(held.task()));
  held.begun.get_future().wait();
  auto kept = std::make_shared<int>(1);
  EXPECT_TRUE(crew->give([](SqlConnection&) {}));
  EXPECT_TRUE(crew->give([](SqlConnection&) {}));
  EXPECT_EQ(crew->waiting(), 2U);
  EXPECT_FALSE(crew->give([kept](SqlConnection&) {}));
  EXPECT_EQ(kept.use_count(), 1) << "the task was destroyed";
  held.may_go.set_value();
}

TEST_P(SqlCrewTest, AnOpenTransactionIsUndone) {
  auto crew = this->crew(1);
  ASSERT_TRUE(crew->give([](SqlConnection& sql) {
    ASSERT_TRUE(sql.begin(true));
    ASSERT_TRUE(sql.run("INSERT INTO words (word) VALUES ('left')"));
  }));
  std::promise<std::int64_t> count;
  ASSERT_TRUE(crew->give([&](SqlConnection& sql) {
    auto rows = sql.run("SELECT COUNT(*) FROM words");
    count.set_value(rows ? rows->integer(0, 0) : -1);
  }));
  EXPECT_EQ(count.get_future().get(), 0);
}

TEST_P(SqlCrewTest, TheEndWaitsForWhatHasBegunAndDropsTheRest) {
  auto crew = this->crew(1);
  Held held;
  ASSERT_TRUE(crew->give(held.task()));
  held.begun.get_future().wait();
  auto dropped = std::make_shared<int>(1);
  ASSERT_TRUE(crew->give([dropped](SqlConnection&) {}));
  auto ended = std::async(std::launch::async, [&] { crew.reset(); });
  held.may_go.set_value();
  ended.get();
  // Either the thread took it before it saw the end, or it was destroyed: never lost half-way.
  EXPECT_EQ(dropped.use_count(), 1);
}

}  // namespace
}  // namespace io
