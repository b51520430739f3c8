// What only a server has: connections that get lost, users and passwords.
#include <gtest/gtest.h>

#include <future>

#include "io/sql.h"
#include "io/sql_postgres_settings.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace io {
namespace {

using base::ErrorCode;
using base::Expected;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(*SqlDatabase::open({.url = url_}));
    connection_ = std::move(*database_->connect());
    ASSERT_TRUE(connection_->run("CREATE TABLE t (id BIGINT PRIMARY KEY)"));
  }
  // Ends all connections to the test's database, and waits until they are gone.
  void cut() {
    SqlConnection& admin = test::PostgresServer::instance().admin();
    const std::string name =
        url_.substr(url_.rfind('@') + 2, url_.rfind('?') - url_.rfind('@') - 2);
    ASSERT_TRUE(admin.run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1",
        {name}));
    EXPECT_TRUE(admin.run("SELECT 1 FROM pg_stat_activity WHERE datname = $1", {name})->empty());
  }
  std::int64_t count() {
    const auto found = connection_->run("SELECT COUNT(*) FROM t");
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->integer(0, 0) : -1;
  }

  test::PostgresServer& server_ = test::PostgresServer::instance();
  const std::string url_ = server_.create_database();
  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<SqlConnection> connection_;
};

TEST_F(PostgresTest, ALostConnectionIsMadeAnew) {
  EXPECT_EQ(count(), 0);
  cut();
  EXPECT_EQ(count(), 0);  // with its statement prepared again
  cut();
  EXPECT_TRUE(connection_->run_script("INSERT INTO t (id) VALUES (1)"));
  cut();
  ASSERT_TRUE(connection_->begin(true));
  connection_->rollback();
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresTest, AConnectionLostInATransactionEndsIt) {
  ASSERT_TRUE(connection_->begin(true));
  ASSERT_TRUE(connection_->run("INSERT INTO t (id) VALUES (1)"));
  cut();
  const auto lost = connection_->run("INSERT INTO t (id) VALUES (2)");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kClosed) << lost.error().message;
  EXPECT_TRUE(connection_->is_failed());
  const auto again = connection_->run("INSERT INTO t (id) VALUES (3)");
  ASSERT_FALSE(again);  // not by a new connection, outside of the transaction
  EXPECT_EQ(again.error().code, ErrorCode::kClosed);
  EXPECT_FALSE(connection_->commit());
  EXPECT_EQ(count(), 0);

  ASSERT_TRUE(connection_->begin(true));
  ASSERT_TRUE(connection_->run("INSERT INTO t (id) VALUES (1)"));
  cut();
  const auto committed = connection_->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::kClosed);
  EXPECT_EQ(count(), 0);
}

TEST_F(PostgresTest, WritesAreRepeatedAfterALostConnection) {
  auto workers = std::move(*SqlWorkers::create(*database_, {.readers = 1}));
  cut();
  int runs = 0;
  const auto result = workers->write_and_wait([&](SqlConnection& connection) -> Expected<void> {
    if (++runs == 1) cut();
    auto inserted = connection.run("INSERT INTO t (id) VALUES (1)");
    if (!inserted) return base::fail(std::move(inserted.error()));
    return {};
  });
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_EQ(runs, 2);
  workers->read_and_wait(
      [](SqlConnection& connection) { EXPECT_EQ(connection.run("SELECT id FROM t")->size(), 1U); });
}

// A real full disk is in the tests from outside; here it is the code that stands for it.
TEST_F(PostgresTest, AFullDiskFailsOneWriteOfABatch) {
  auto workers = std::move(*SqlWorkers::create(*database_, {.readers = 1}));
  std::promise<void> entered;
  std::promise<void> left;
  workers->write(
      [&](SqlConnection&) -> Expected<void> {
        entered.set_value();
        left.get_future().wait();
        return {};
      },
      nullptr);
  entered.get_future().wait();  // what is written now gets into one transaction
  std::promise<Expected<void>> full;
  workers->write(
      [](SqlConnection& connection) {
        return connection.run_script(
            "DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$");
      },
      [&](Expected<void> result) { full.set_value(std::move(result)); });
  std::promise<Expected<void>> other;
  workers->write(
      [](SqlConnection& connection) {
        return connection.run_script("INSERT INTO t (id) VALUES (1)");
      },
      [&](Expected<void> result) { other.set_value(std::move(result)); });
  left.set_value();
  const auto result = full.get_future().get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDiskFull);
  EXPECT_TRUE(other.get_future().get());
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresTest, PasswordsAreNotInMessages) {
  ASSERT_TRUE(server_.admin().run_script("CREATE ROLE guarded LOGIN PASSWORD 'p@ss/w:rd %'"));
  EXPECT_TRUE(SqlDatabase::open({.url = server_.url("postgres", "guarded:p%40ss%2Fw%3Ard%20%25")}));
  const auto refused = SqlDatabase::open({.url = server_.url("postgres", "guarded:hunter2")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthorized) << refused.error().message;
  EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos);
  const auto none = SqlDatabase::open({.url = server_.url("postgres", "guarded")});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnauthorized) << none.error().message;

  const auto settings = PostgresSettings::parse("postgres://me:hunter2@example.com/x");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->without_password("no hunter2 for hunter2"), "no *** for ***");
}

TEST_F(PostgresTest, DatabasesThatDoNotExistOrFit) {
  const auto missing = SqlDatabase::open({.url = server_.url("missing")});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound) << missing.error().message;
  ASSERT_TRUE(server_.admin().run_script(
      "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' "
      "TEMPLATE template0"));
  const auto latin = SqlDatabase::open({.url = server_.url("latin")});
  ASSERT_FALSE(latin);
  EXPECT_EQ(latin.error().code, ErrorCode::kUnsupported) << latin.error().message;
}

TEST_F(PostgresTest, BackupsAreForPgDump) {
  const auto made = database_->back_up("/dev/null");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kUnsupported);
}

TEST(PostgresSettings, WhatIsGivenStandsAndTheRestIsAdded) {
  const auto settings = PostgresSettings::parse(
      "postgresql://me@h1,h2/db?connect_timeout=3&client_encoding=LATIN1&sslmode=require");
  ASSERT_TRUE(settings);
  const auto value_of = [&](std::string_view wanted) -> std::string {
    std::string values;
    for (const auto& [name, value] : settings->values()) {
      if (name == wanted) values += value + ";";
    }
    return values;
  };
  EXPECT_EQ(value_of("host"), "h1,h2;");
  EXPECT_EQ(value_of("dbname"), "db;");
  EXPECT_EQ(value_of("connect_timeout"), "3;");
  EXPECT_EQ(value_of("client_encoding"), "UTF8;");
  EXPECT_EQ(value_of("sslmode"), "require;");
  EXPECT_EQ(value_of("application_name"), "rostrum;");
  EXPECT_EQ(value_of("tcp_user_timeout"), "30000;");
}

}  // namespace
}  // namespace io
