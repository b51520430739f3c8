// What only SQLite has: its file, its settings, its backup.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "io/sql.h"
#include "io/sql_test_support.h"

namespace io {
namespace {

using base::ErrorCode;

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(folder_); }
  std::string path(const std::string& name) const { return folder_->path() + "/" + name; }
  std::unique_ptr<SqlDatabase> open(const std::string& name) const {
    auto database = SqlDatabase::open({.url = "sqlite:" + path(name)});
    CHECK(database.has_value());
    return std::move(*database);
  }
  static std::unique_ptr<SqlConnection> connect(SqlDatabase& database) {
    auto connection = database.connect();
    CHECK(connection.has_value());
    return std::move(*connection);
  }
  unsigned mode_of(const std::string& name) const {
    struct stat found = {};
    return ::stat(path(name).c_str(), &found) == 0 ? found.st_mode & 0777U : 0U;
  }
  void write(const std::string& name, std::string_view content) const {
    ASSERT_TRUE(write_file_atomic(path(name), base::as_bytes(content), 0600));
  }

  const base::Expected<TemporaryDirectory> folder_ = TemporaryDirectory::create();
};

TEST_F(SqliteTest, SettingsThatDurabilityAndIntegrityNeed) {
  auto database = open("a.db");
  auto connection = connect(*database);
  EXPECT_EQ(connection->run("PRAGMA journal_mode")->text(0, 0), "wal");
  EXPECT_EQ(connection->run("PRAGMA synchronous")->integer(0, 0), 2);  // FULL
  EXPECT_EQ(connection->run("PRAGMA foreign_keys")->integer(0, 0), 1);
  EXPECT_EQ(connection->run("PRAGMA busy_timeout")->integer(0, 0), 5000);
  EXPECT_EQ(connection->dialect(), SqlDialect::kSqlite);
}

TEST_F(SqliteTest, FilesAreForTheirOwnerOnly) {
  auto database = open("a.db");
  auto connection = connect(*database);
  ASSERT_TRUE(connection->run("CREATE TABLE t (id BIGINT)"));
  EXPECT_EQ(mode_of("a.db"), 0600U);
  EXPECT_EQ(mode_of("a.db-wal"), 0600U);
  ASSERT_TRUE(database->back_up(path("b.db")));
  EXPECT_EQ(mode_of("b.db"), 0600U);
}

TEST_F(SqliteTest, AnEmptyFileIsADatabaseAndOthersAreNot) {
  write("empty.db", "");
  (void)open("empty.db");
  write("text.db", std::string(5000, 'x'));
  const auto database = SqlDatabase::open({.url = "sqlite:" + path("text.db")});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kMalformed);
  EXPECT_NE(database.error().message.find("text.db"), std::string::npos);
}

TEST_F(SqliteTest, ParametersAreNumberedWithDollars) {
  auto database = open("a.db");
  auto connection = connect(*database);
  for (const char* text : {"SELECT ?", "SELECT :a", "SELECT $a", "SELECT $0", "", " ; "}) {
    const auto result = connection->run(text, {1, 2});
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid) << text;
  }
}

TEST_F(SqliteTest, ABackupHasOneStateWhileOthersWrite) {
  auto database = open("a.db");
  auto reader = connect(*database);
  ASSERT_TRUE(reader->run_script("CREATE TABLE t (id INTEGER PRIMARY KEY, filler TEXT)"));
  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::thread writer([&, connection = connect(*database)] {
    const std::string filler(500, 'f');
    while (!stop) {  // always two rows together
      ASSERT_TRUE(connection->begin(true));
      ASSERT_TRUE(connection->run("INSERT INTO t (filler) VALUES ($1)", {filler}));
      ASSERT_TRUE(connection->run("INSERT INTO t (filler) VALUES ($1)", {filler}));
      ASSERT_TRUE(connection->commit());
      ++rounds;
      rounds.notify_one();
    }
  });
  std::int64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    const int seen = rounds;
    rounds.wait(seen);
    const auto made = database->back_up(path("copy.db"));  // also over the one before
    ASSERT_TRUE(made) << made.error().message;
    auto copy = open("copy.db");
    auto connection = connect(*copy);
    const std::int64_t count = connection->run("SELECT COUNT(*) FROM t")->integer(0, 0);
    EXPECT_EQ(count % 2, 0);
    EXPECT_GT(count, last);
    last = count;
    EXPECT_EQ(connection->run("PRAGMA integrity_check")->text(0, 0), "ok");
  }
  stop = true;
  writer.join();
}

TEST_F(SqliteTest, ABackupThatCannotBeMadeLeavesNothing) {
  auto database = open("a.db");
  const auto nowhere = database->back_up(path("missing/copy.db"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound) << nowhere.error().message;
  ASSERT_TRUE(make_directories(path("folder")));
  EXPECT_FALSE(database->back_up(path("folder")));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_->path())) {
    files += entry.path().filename().string().starts_with("folder") ? 1 : 0;
  }
  EXPECT_EQ(files, 1U);
}

TEST_F(SqliteTest, AFullDiskUndoesTheTransactionAndNothingElse) {
  auto database = open("a.db");
  auto connection = connect(*database);
  ASSERT_TRUE(connection->run_script("CREATE TABLE t (filler BLOB)"));
  ASSERT_TRUE(connection->run("INSERT INTO t (filler) VALUES ($1)", {base::Bytes(100)}));
  ASSERT_TRUE(connection->run_script("PRAGMA max_page_count = 20"));
  ASSERT_TRUE(connection->begin(true));
  ASSERT_TRUE(connection->run("INSERT INTO t (filler) VALUES ($1)", {base::Bytes(100)}));
  const auto full = connection->run("INSERT INTO t (filler) VALUES ($1)", {base::Bytes(1 << 20)});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kDiskFull);
  // SQLite may have ended the transaction by itself: what follows must not be committed alone.
  EXPECT_FALSE(connection->run("INSERT INTO t (filler) VALUES ($1)", {base::Bytes(100)}));
  EXPECT_FALSE(connection->commit());
  EXPECT_EQ(connection->run("SELECT COUNT(*) FROM t")->integer(0, 0), 1);
}

}  // namespace
}  // namespace io
