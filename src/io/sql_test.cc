#include "io/sql.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>
#include <optional>
#include <thread>

#include "io/sql_test_support.h"

namespace io {
namespace {

using base::ErrorCode;

base::Bytes octets(std::initializer_list<std::uint8_t> values) {
  return values;
}

class SqlConnectionTest : public test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    first_ = connect();
  }
  std::unique_ptr<SqlConnection> connect() {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    return std::move(*connection);
  }
  SqlConnection& db() { return *first_; }
  // Runs what must succeed.
  SqlResult must(SqlConnection& connection, std::string_view statement,
                 std::initializer_list<SqlValue> parameters = {}) {
    auto result = connection.run(statement, parameters);
    if (!result) ADD_FAILURE() << statement << ": " << result.error().message;
    return result.value_or(SqlResult{});
  }
  SqlResult must(std::string_view statement, std::initializer_list<SqlValue> parameters = {}) {
    return must(db(), statement, parameters);
  }
  // Runs what must fail, and gives the error's code.
  std::optional<ErrorCode> code_of(std::string_view statement,
                                   std::initializer_list<SqlValue> parameters = {}) {
    auto result = db().run(statement, parameters);
    if (result) return {};
    EXPECT_FALSE(result.error().message.empty());
    return result.error().code;
  }
  void migrate_to(std::initializer_list<SqlMigration> migrations) {
    const auto migrated = migrate(db(), "test", migrations);
    ASSERT_TRUE(migrated) << migrated.error().message;
  }
  std::int64_t count(SqlConnection& connection) {
    return must(connection, "SELECT COUNT(*) FROM pairs").integer(0, 0);
  }

  std::unique_ptr<SqlDatabase> database_;
  std::unique_ptr<SqlConnection> first_;
};

constexpr SqlMigration kPairs = {1,
                                 "CREATE TABLE pairs (k $TEXT PRIMARY KEY, v BIGINT NOT NULL,"
                                 " CHECK (v > -100))"};
constexpr SqlMigration kAll = {
    1,
    "CREATE TABLE everything (id $SERIAL, whole BIGINT, fraction DOUBLE PRECISION, words $TEXT,"
    " raw $OCTETS)"};

TEST_P(SqlConnectionTest, ValuesComeBackAsTheyWere) {
  migrate_to({kAll});
  base::Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  const std::vector<std::vector<SqlValue>> rows = {
      {std::int64_t{0}, 0.0, "", base::Bytes()},
      {std::numeric_limits<std::int64_t>::min(), -0.1, "plain", octets({0})},
      {std::numeric_limits<std::int64_t>::max(), 1e300, "\xf0\x9f\x8e\xa5 ä '\" \\ $1 ?",
       octets({0, 'a', 0, 0xff, '\\', '\''})},
      {std::int64_t{-1}, 5e-324, std::string(100'000, 'x'), all},
      {std::monostate(), std::monostate(), std::monostate(), std::monostate()},
      {std::int64_t{7}, std::monostate(), "after nulls", base::Bytes()},
  };
  for (const auto& row : rows) {
    const auto inserted = db().run(
        "INSERT INTO everything (whole, fraction, words, raw) VALUES ($1, $2, $3, $4)", row);
    ASSERT_TRUE(inserted) << inserted.error().message;
    EXPECT_EQ(inserted->changed, 1);
    EXPECT_TRUE(inserted->empty());
  }
  const auto found = must("SELECT whole, fraction, words, raw, id FROM everything ORDER BY id");
  ASSERT_EQ(found.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t column = 0; column < 4; ++column) {
      EXPECT_EQ(found.rows[i][column], rows[i][column]) << i << ", " << column;
    }
    EXPECT_EQ(found.integer(i, 4), static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_TRUE(found.is_null(4, 0));
  EXPECT_EQ(found.integer(4, 0), 0);
  EXPECT_EQ(found.real(4, 1), 0.0);
  EXPECT_EQ(found.text(4, 2), "");
  EXPECT_EQ(found.octets(4, 3), base::Bytes());
  EXPECT_FALSE(found.is_null(0, 3));
}

TEST_P(SqlConnectionTest, ExpressionsHaveTheSameTypesInBoth) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (k, v) VALUES ($1, $2), ($3, $4)",
       {"a", std::int64_t{1} << 40, "b", std::int64_t{2}});
  const auto result = must(
      "SELECT COUNT(*), SUM(v), EXISTS (SELECT 1 FROM pairs WHERE v = 2), MAX(k), "
      "v = 2, 3000000000, AVG(v) FROM pairs WHERE k = 'b' GROUP BY v");
  EXPECT_EQ(result.integer(0, 0), 1);
  EXPECT_EQ(result.integer(0, 1), 2);
  EXPECT_EQ(result.integer(0, 2), 1);
  EXPECT_EQ(result.text(0, 3), "b");
  EXPECT_EQ(result.integer(0, 4), 1);
  EXPECT_EQ(result.integer(0, 5), 3'000'000'000);
  EXPECT_EQ(result.real(0, 6), 2.0);
  EXPECT_EQ(must("SELECT v FROM pairs WHERE k = 'a'").real(0, 0), 1099511627776.0);
}

TEST_P(SqlConnectionTest, AParameterMayStandRepeatedlyAndInAnyOrder) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (v, k) VALUES ($2, $1), ($2 + 1, $1 || $1)", {"k", std::int64_t{5}});
  const auto found =
      must("SELECT k, v FROM pairs WHERE k = $2 OR k = $2 || $1 ORDER BY v", {"k", "k"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.text(1, 0), "kk");
  EXPECT_EQ(found.integer(1, 1), 6);
  // A filter that may be absent, asked with and without it.
  const auto filtered = [&](SqlValue wanted) {
    return must("SELECT k FROM pairs WHERE k = $1 OR $1 IS NULL", {std::move(wanted)}).size();
  };
  EXPECT_EQ(filtered("k"), 1U);
  EXPECT_EQ(filtered(std::monostate()), 2U);
  EXPECT_EQ(filtered("kk"), 1U);
  EXPECT_EQ(filtered("no"), 0U);
}

TEST_P(SqlConnectionTest, NullsInDifferentPlacesOfOneStatement) {
  migrate_to({kAll});
  for (unsigned mask = 0; mask < 16; ++mask) {
    const auto or_null = [&](unsigned bit, SqlValue value) {
      return (mask >> bit & 1U) != 0 ? SqlValue() : std::move(value);
    };
    must("INSERT INTO everything (whole, fraction, words, raw) VALUES ($1, $2, $3, $4)",
         {or_null(0, std::int64_t{1}), or_null(1, 0.5), or_null(2, "w"), or_null(3, octets({1}))});
  }
  const auto nulls = must(
      "SELECT COUNT(whole), COUNT(fraction), COUNT(words), COUNT(raw), COUNT(*) FROM everything");
  for (std::size_t column = 0; column < 4; ++column) EXPECT_EQ(nulls.integer(0, column), 8);
  EXPECT_EQ(nulls.integer(0, 4), 16);
}

TEST_P(SqlConnectionTest, TextSortsByItsOctets) {
  migrate_to({kPairs});
  for (const char* key : {"b", "B", "a", "\xc3\xa4", "-", "_a", "Z"}) {
    must("INSERT INTO pairs (k, v) VALUES ($1, 0)", {key});
  }
  const auto found = must("SELECT k FROM pairs ORDER BY k");
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < found.size(); ++i) keys.push_back(found.text(i, 0));
  EXPECT_EQ(keys, (std::vector<std::string>{"-", "B", "Z", "_a", "a", "b", "\xc3\xa4"}));
}

TEST_P(SqlConnectionTest, ConstraintsAreConflicts) {
  migrate_to(
      {kPairs, {2, "CREATE TABLE children (id $SERIAL, parent $TEXT REFERENCES pairs (k))"}});
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  const auto insert = "INSERT INTO pairs (k, v) VALUES ($1, $2)";
  EXPECT_EQ(code_of(insert, {"a", 2}), ErrorCode::kConflict);
  EXPECT_EQ(code_of(insert, {"b", std::monostate()}), ErrorCode::kConflict);
  EXPECT_EQ(code_of(insert, {"b", -100}), ErrorCode::kConflict);
  EXPECT_EQ(code_of("INSERT INTO children (parent) VALUES ('nobody')"), ErrorCode::kConflict);
  must("INSERT INTO children (parent) VALUES ('a')");
  EXPECT_EQ(code_of("DELETE FROM pairs WHERE k = 'a'"), ErrorCode::kConflict);
  EXPECT_EQ(count(db()), 1);
}

TEST_P(SqlConnectionTest, ErrorsDoNotHoldTheValues) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (k, v) VALUES ('sk_secret', 1)");
  const auto again = db().run("INSERT INTO pairs (k, v) VALUES ($1, 2)", {"sk_secret"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message.find("sk_secret"), std::string::npos) << again.error().message;
}

TEST_P(SqlConnectionTest, WrongStatementsAndParameters) {
  migrate_to({kPairs});
  EXPECT_EQ(code_of("SELECT nothing FROM nowhere"), ErrorCode::kIo);
  EXPECT_EQ(code_of("SELEKT 1"), ErrorCode::kIo);
  EXPECT_TRUE(code_of("SELECT k FROM pairs WHERE k = $1"));
  EXPECT_TRUE(code_of("SELECT 1; SELECT 2"));
  const auto by_text = "SELECT v FROM pairs WHERE k = $1";
  EXPECT_EQ(code_of(by_text, {std::string("a\0b", 3)}), ErrorCode::kInvalid);
  EXPECT_EQ(code_of(by_text, {"\xff\xfe"}), ErrorCode::kInvalid);
  EXPECT_EQ(code_of(by_text, {"\xed\xa0\x80"}), ErrorCode::kInvalid);  // half a surrogate pair
  EXPECT_TRUE(must(by_text, {"fine"}).empty());
}

TEST_P(SqlConnectionTest, ChangedCountsRows) {
  migrate_to({kPairs});
  EXPECT_EQ(must("INSERT INTO pairs (k, v) VALUES ('a', 1), ('b', 1), ('c', 2)").changed, 3);
  EXPECT_EQ(must("SELECT * FROM pairs").changed, 0);
  EXPECT_EQ(must("UPDATE pairs SET v = 3 WHERE v = 1").changed, 2);
  EXPECT_EQ(must("UPDATE pairs SET v = 3 WHERE v = 1").changed, 0);
  EXPECT_EQ(must("INSERT INTO pairs (k, v) VALUES ('a', 9) ON CONFLICT (k) DO NOTHING").changed, 0);
  EXPECT_EQ(must("INSERT INTO pairs (k, v) VALUES ('a', 9) "
                 "ON CONFLICT (k) DO UPDATE SET v = excluded.v")
                .changed,
            1);
  const auto gone = must("DELETE FROM pairs WHERE k < 'c' RETURNING k, v");
  EXPECT_EQ(gone.changed, 2);
  EXPECT_EQ(gone.size(), 2U);
  EXPECT_EQ(must("CREATE TABLE other (id BIGINT)").changed, 0);
}

TEST_P(SqlConnectionTest, SerialsAreNotUsedTwice) {
  migrate_to({kAll});
  const auto insert = "INSERT INTO everything (whole) VALUES (1) RETURNING id";
  must(insert);
  const auto second = must(insert).integer(0, 0);
  must("DELETE FROM everything");
  EXPECT_GT(must(insert).integer(0, 0), second);
}

TEST_P(SqlConnectionTest, TransactionsAreSeenWhenCommitted) {
  migrate_to({kPairs});
  auto other = connect();
  ASSERT_TRUE(db().begin(true));
  EXPECT_FALSE(db().begin(true));
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  EXPECT_EQ(count(*other), 0);
  ASSERT_TRUE(db().commit());
  EXPECT_EQ(count(*other), 1);
  EXPECT_FALSE(db().commit());
  ASSERT_TRUE(db().begin(true));
  must("DELETE FROM pairs");
  db().rollback();
  db().rollback();
  EXPECT_EQ(count(db()), 1);
}

TEST_P(SqlConnectionTest, AReadingTransactionSeesOneStateAndDoesNotWrite) {
  migrate_to({kPairs});
  auto other = connect();
  ASSERT_TRUE(other->begin(false));
  EXPECT_EQ(count(*other), 0);
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  EXPECT_EQ(count(*other), 0);
  EXPECT_FALSE(other->run("DELETE FROM pairs"));
  other->rollback();
  EXPECT_EQ(count(*other), 1);
}

TEST_P(SqlConnectionTest, AfterAnErrorATransactionCanOnlyBeUndone) {
  migrate_to({kPairs});
  ASSERT_TRUE(db().begin(true));
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  ASSERT_TRUE(db().run_script("SAVEPOINT here"));
  EXPECT_FALSE(db().is_failed());
  EXPECT_EQ(code_of("INSERT INTO pairs (k, v) VALUES ('a', 2)"), ErrorCode::kConflict);
  EXPECT_TRUE(db().is_failed());
  EXPECT_EQ(code_of("SELECT 1"), ErrorCode::kIo);
  EXPECT_TRUE(db().is_failed());
  ASSERT_TRUE(db().run_script("ROLLBACK TO SAVEPOINT here"));
  EXPECT_FALSE(db().is_failed());
  must("INSERT INTO pairs (k, v) VALUES ('b', 1)");
  ASSERT_TRUE(db().commit());
  EXPECT_EQ(count(db()), 2);

  ASSERT_TRUE(db().begin(true));
  must("DELETE FROM pairs");
  EXPECT_EQ(code_of("SELEKT"), ErrorCode::kIo);
  EXPECT_FALSE(db().commit());  // and it is over
  EXPECT_FALSE(db().is_failed());
  EXPECT_EQ(count(db()), 2);
}

TEST_P(SqlConnectionTest, ManyStatementsArePreparedAndForgotten) {
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t i = 0; i < 600; ++i) {
      const std::string text = "SELECT $1 + " + std::to_string(i);
      ASSERT_EQ(must(text, {i}).integer(0, 0), 2 * i);
    }
  }
}

TEST_P(SqlConnectionTest, StatementsOutliveChangesOfTheirTable) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  EXPECT_EQ(must("SELECT * FROM pairs").rows[0].size(), 2U);
  must("ALTER TABLE pairs ADD COLUMN more BIGINT");
  (void)db().run("SELECT * FROM pairs");  // PostgreSQL refuses the old plan once
  EXPECT_EQ(must("SELECT * FROM pairs").rows[0].size(), 3U);
}

TEST_P(SqlConnectionTest, MigrationsGoUpOnceAndNotBeyondWhatWeKnow) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  const SqlMigration second = {3,
                               "ALTER TABLE pairs ADD COLUMN note $TEXT; "
                               "UPDATE pairs SET note = 'old'"};
  migrate_to({kPairs, second});
  migrate_to({kPairs, second});
  EXPECT_EQ(must("SELECT note FROM pairs").text(0, 0), "old");

  const std::vector<SqlMigration> old = {kPairs};
  const auto back = migrate(db(), "test", old);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(back.error().message.find("version 3"), std::string::npos) << back.error().message;

  // Another component counts for itself.
  const std::vector<SqlMigration> others = {{1, "CREATE TABLE others (id $SERIAL)"}};
  EXPECT_TRUE(migrate(db(), "others", others));
}

TEST_P(SqlConnectionTest, AFailedMigrationLeavesTheVersionBefore) {
  const std::vector<SqlMigration> broken = {
      kPairs, {2, "CREATE TABLE half (id BIGINT); CREATE TABLE pairs (id BIGINT)"}};
  const auto failed = migrate(db(), "test", broken);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("test tables to version 2"), std::string::npos)
      << failed.error().message;
  migrate_to({kPairs, {2, "CREATE TABLE half (id BIGINT)"}});
}

TEST_P(SqlConnectionTest, ProgramsThatStartTogetherMigrateOnce) {
  std::vector<std::thread> threads;
  std::vector<base::Expected<void>> results(4);
  for (auto& result : results) {
    threads.emplace_back([&, connection = connect()] {
      const std::vector<SqlMigration> steps = {
          kPairs, {2, "INSERT INTO pairs (k, v) VALUES ('only once', 1)"}};
      result = migrate(*connection, "test", steps);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_TRUE(result) << result.error().message;
  EXPECT_EQ(count(db()), 1);
}

TEST_P(SqlConnectionTest, AWriterThatWaitsTooLongTimesOut) {
  migrate_to({kPairs});
  must("INSERT INTO pairs (k, v) VALUES ('a', 1)");
  auto impatient_database = SqlDatabase::open({.url = url(), .busy_milliseconds = 20});
  ASSERT_TRUE(impatient_database);
  auto impatient = (*impatient_database)->connect();
  ASSERT_TRUE(impatient);
  ASSERT_TRUE(db().begin(true));
  must("UPDATE pairs SET v = 2 WHERE k = 'a'");
  auto refused = (*impatient)->run("UPDATE pairs SET v = 3 WHERE k = 'a'");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTimeout) << refused.error().message;
  db().rollback();
  EXPECT_TRUE((*impatient)->run("UPDATE pairs SET v = 3 WHERE k = 'a'"));
}

ROSTRUM_INSTANTIATE_SQL_TEST(SqlConnectionTest);

TEST(SqlDatabase, UrlsThatNameNoDatabase) {
  const auto folder = TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  const struct {
    std::string url;
    ErrorCode code;
  } rows[] = {
      {"", ErrorCode::kInvalid},
      {"mysql://root:hunter2@localhost/x", ErrorCode::kInvalid},
      {"sqlite:", ErrorCode::kInvalid},
      {"sqlite::memory:", ErrorCode::kInvalid},
      {"sqlite:" + folder->path(), ErrorCode::kInvalid},
      {"sqlite:" + folder->path() + "/missing/a.db", ErrorCode::kNotFound},
      {"sqlite:/proc/rostrum.db", ErrorCode::kNotFound},
      {"postgres://u:hunter2%@/x", ErrorCode::kInvalid},
      {"postgres://u:hunter2@[::1/x", ErrorCode::kInvalid},
      {"postgres://u:hunter2@/x?unknown=1", ErrorCode::kInvalid},
      {"postgres://u:hunter2@/x?host=" + folder->path(), ErrorCode::kClosed},
  };
  for (const auto& row : rows) {
    const auto database = SqlDatabase::open({.url = row.url});
    ASSERT_FALSE(database) << row.url;
    EXPECT_EQ(database.error().code, row.code) << row.url << ": " << database.error().message;
    EXPECT_EQ(database.error().message.find("hunter2"), std::string::npos)
        << database.error().message;
  }
}

}  // namespace
}  // namespace io
