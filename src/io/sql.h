// SQL databases behind one interface: SQLite (embedded, WAL) and PostgreSQL (libpq), spoken to with
// the same statements. These calls block: never on a media loop. A connection belongs to one
// thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace io {

/// NULL, integer, real, text or octets.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, base::Bytes>;

/// What a statement gave: all rows, in order.
struct SqlResult {
  std::vector<std::vector<SqlValue>> rows;
  /// Rows that an INSERT, UPDATE or DELETE touched.
  std::int64_t changed = 0;

  bool empty() const { return rows.empty(); }
  std::size_t size() const { return rows.size(); }
  bool is_null(std::size_t row, std::size_t column) const;
  /// The value, or 0 / "" / empty for NULL; CHECKs the type otherwise. real() takes integers too.
  std::int64_t integer(std::size_t row, std::size_t column) const;
  double real(std::size_t row, std::size_t column) const;
  const std::string& text(std::size_t row, std::size_t column) const;
  const base::Bytes& octets(std::size_t row, std::size_t column) const;
};

enum class SqlDialect : std::uint8_t { kSqlite, kPostgres };

class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  /// Runs one statement. Parameters are `$1`, `$2`, ... in the text, each of which may stand
  /// repeatedly. Statements are prepared once and kept, so their texts should be constants.
  /// kConflict: a constraint forbids it (UNIQUE, PRIMARY KEY, FOREIGN KEY, NOT NULL, CHECK).
  /// kTimeout: another writer had the database for too long, or a serialisation failure; the
  /// transaction may be tried again. kClosed: the connection to PostgreSQL was lost; the next call
  /// outside of a transaction makes it anew. kInvalid: text that is not UTF-8 or holds a zero
  /// octet, wrong parameters. kLimit: over a million rows. kDiskFull: the database has no
  /// room. kIo: anything else; the sentence is the database's. After an error inside a transaction
  /// every statement fails but `ROLLBACK TO`.
  virtual base::Expected<SqlResult> run(std::string_view statement,
                                        std::span<const SqlValue> parameters) = 0;
  base::Expected<SqlResult> run(std::string_view statement,
                                std::initializer_list<SqlValue> parameters = {}) {
    return run(statement, std::span(parameters.begin(), parameters.size()));
  }
  /// Runs a text of several statements separated by semicolons, without parameters. Outside of a
  /// transaction those before a failure may stay done.
  virtual base::Expected<void> run_script(std::string_view script) = 0;

  /// Begins a transaction: one that will write takes the write lock at once (SQLite) or is
  /// serialisable (PostgreSQL); one that will not sees one state of the database, and cannot write.
  virtual base::Expected<void> begin(bool will_write) = 0;
  /// Ends the transaction, also when it fails: then nothing was written, except that after kClosed
  /// nobody knows.
  virtual base::Expected<void> commit() = 0;
  /// Undoes the transaction; no effect outside of one.
  virtual void rollback() = 0;
  /// True after an error inside the transaction that is open.
  virtual bool is_failed() const = 0;

  virtual SqlDialect dialect() const = 0;
};

struct SqlOptions {
  /// `sqlite:<path>` (this program must open that file in no other way: closing it would take away
  /// SQLite's locks) or `postgres://user:password@host/name` (any libpq connection URI).
  std::string url;
  /// How long a statement waits for the locks of others.
  std::int64_t busy_milliseconds = 5'000;
};

/// Where connections come from. Safe from every thread.
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  /// Checks that the database can be reached and is of a version that we know; makes a SQLite file
  /// that is not there, readable by its owner only. kInvalid for a URL that names no database,
  /// kNotFound if the file's folder is missing, kMalformed if the file is no database,
  /// kUnsupported for old or non-UTF-8 servers, kClosed if the server cannot be reached,
  /// kUnauthorized if it refuses us. No message holds the URL's password.
  static base::Expected<std::unique_ptr<SqlDatabase>> open(const SqlOptions& options);
  virtual base::Expected<std::unique_ptr<SqlConnection>> connect() = 0;
  virtual SqlDialect dialect() const = 0;
  /// A copy of the whole database in a file while others work with it (SQLite: its online backup).
  /// kUnsupported for PostgreSQL, which has pg_dump.
  virtual base::Expected<void> back_up(const std::string& path) = 0;
};

/// One step of a schema. Whole numbers are `BIGINT` and others `DOUBLE PRECISION` in both databases
/// (PostgreSQL's INTEGER and REAL hold less than ours). In `script` these words are replaced:
/// `$TEXT` by a text type that sorts by its octets, `$OCTETS` by the type for octets, `$SERIAL` by
/// a primary key that counts up by itself and is never used twice.
struct SqlMigration {
  std::int64_t version = 0;
  std::string_view script;
};

/// Brings the tables of `component` to the newest version, each step in a transaction of its own.
/// `migrations` are in ascending order. kUnsupported if the database is newer than they are.
base::Expected<void> migrate(SqlConnection& connection, std::string_view component,
                             std::span<const SqlMigration> migrations);

}  // namespace io
