// SQLite behind io/sql.h.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "io/descriptor.h"
#include "io/sql.h"
#include "io/sql_drivers.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr int kOldestLibrary = 3'035'000;  // knows RETURNING
// FULL asks the disk at every commit. The last one cuts a log that grew beyond 64 MiB.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA journal_size_limit = 67108864";

struct CloseDatabase {
  void operator()(sqlite3* database) const { (void)sqlite3_close_v2(database); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { (void)sqlite3_finalize(statement); }
};
using PreparedHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kTimeout;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return ErrorCode::kMalformed;
    case SQLITE_FULL:
      return ErrorCode::kDiskFull;
    default:
      return ErrorCode::kIo;
  }
}

base::Error error_of(sqlite3* database, int result) {
  const int reason = (result & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(database) : 0;
  if (reason == ENOSPC || reason == EDQUOT) {  // of the shared memory's file
    return {ErrorCode::kDiskFull, "SQLite: the disk is full"};
  }
  return {code_of(result), std::string("SQLite: ") + sqlite3_errmsg(database)};
}

// One statement, and which of our parameters stands in each of SQLite's places.
struct Prepared {
  PreparedHandle handle;
  std::vector<std::size_t> places;
  bool counts_changes = false;
  std::uint64_t last_used = 0;
};

base::Expected<Prepared> prepare(sqlite3* database, std::string_view text) {
  sqlite3_stmt* made = nullptr;
  const char* rest = nullptr;
  const int result = sqlite3_prepare_v3(database, text.data(), static_cast<int>(text.size()),
                                        SQLITE_PREPARE_PERSISTENT, &made, &rest);
  if (result != SQLITE_OK) return base::fail(error_of(database, result));
  Prepared out;
  out.handle.reset(made);
  const auto taken = static_cast<std::size_t>(rest - text.data());
  if (made == nullptr || text.find_first_not_of(" \t\r\n;", taken) != std::string_view::npos) {
    return base::fail(ErrorCode::kInvalid, "not exactly one SQL statement");
  }
  const int count = sqlite3_bind_parameter_count(made);
  for (int place = 1; place <= count; ++place) {
    const char* name = sqlite3_bind_parameter_name(made, place);
    const std::string_view digits = name == nullptr ? "" : std::string_view(name).substr(1);
    std::size_t number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (name == nullptr || *name != '$' || parsed.ec != std::errc() ||
        parsed.ptr != digits.data() + digits.size() || number == 0) {
      return base::fail(ErrorCode::kInvalid, "SQL parameters must be $1, $2 and so on");
    }
    out.places.push_back(number - 1);
  }
  out.counts_changes =
      sqlite3_stmt_readonly(made) == 0 &&
      std::ranges::any_of(std::array{"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"},
                          [&](const char* word) { return begins_with_sql_word(text, word); });
  return out;
}

// The parameters' memory stays in place until the statement is reset.
struct Binder {
  sqlite3_stmt* statement;
  int place;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, place, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, place, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, place, value.data(), value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const base::Bytes& value) const {
    if (value.empty()) return sqlite3_bind_zeroblob(statement, place, 0);  // no pointer: NULL
    return sqlite3_bind_blob64(statement, place, value.data(), value.size(), SQLITE_STATIC);
  }
};

SqlValue column_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const std::uint8_t* data = sqlite3_column_text(statement, column);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return std::string(base::as_text(base::ByteSpan(data, size)));
    }
    case SQLITE_BLOB: {
      const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      const base::ByteSpan octets(data, size);
      return base::Bytes(octets.begin(), octets.end());
    }
    default:
      return std::monostate();
  }
}

class SqliteConnection final : public SqlConnection {
 public:
  explicit SqliteConnection(Handle handle) : database_(std::move(handle)) {}

  base::Expected<SqlResult> run(std::string_view statement,
                                std::span<const SqlValue> parameters) override {
    if (auto allowed = check_state(statement); !allowed) {
      return base::fail(std::move(allowed.error()));
    }
    auto result = run_prepared(statement, parameters);
    note(result.has_value());
    return result;
  }

  base::Expected<void> run_script(std::string_view script) override {
    if (auto allowed = check_state(script); !allowed) return allowed;
    auto result = execute(std::string(script).c_str());
    note(result.has_value());
    return result;
  }

  base::Expected<void> begin(bool will_write) override {
    if (state_ != State::kNone) return base::fail(ErrorCode::kInvalid, "a transaction is open");
    auto begun = execute(will_write ? "BEGIN IMMEDIATE" : "BEGIN");
    if (begun) state_ = will_write ? State::kWriting : State::kReading;
    return begun;
  }

  base::Expected<void> commit() override {
    if (state_ == State::kNone) return base::fail(ErrorCode::kInvalid, "no transaction is open");
    if (failed_) {
      rollback();
      return base::fail(ErrorCode::kIo, "the transaction had failed and was undone");
    }
    auto committed = execute("COMMIT");
    if (!committed) rollback();
    state_ = State::kNone;
    return committed;
  }

  void rollback() override {
    if (state_ == State::kNone) return;
    // Some failures (a full disk) have undone it already.
    if (sqlite3_get_autocommit(database_.get()) == 0) (void)execute("ROLLBACK");
    state_ = State::kNone;
    failed_ = false;
  }

  bool is_failed() const override { return failed_; }
  SqlDialect dialect() const override { return SqlDialect::kSqlite; }
  sqlite3* handle() { return database_.get(); }

 private:
  enum class State : std::uint8_t { kNone, kReading, kWriting };

  // PostgreSQL refuses all work in a transaction that failed. What works here must work there.
  base::Expected<void> check_state(std::string_view text) const {
    if (!failed_ || begins_with_sql_word(text, "ROLLBACK TO")) return {};
    return base::fail(ErrorCode::kIo, "the transaction has failed; only undoing it is possible");
  }
  void note(bool succeeded) {
    if (state_ == State::kNone) return;
    failed_ = !succeeded;
  }

  base::Expected<void> execute(const char* script) {
    const int result = sqlite3_exec(database_.get(), script, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) return base::fail(error_of(database_.get(), result));
    return {};
  }

  base::Expected<Prepared*> find(std::string_view text) {
    auto found = statements_.find(text);
    if (found == statements_.end()) {
      auto made = prepare(database_.get(), text);
      if (!made) return base::fail(std::move(made.error()));
      if (statements_.size() >= kMaxSqlStatements) {
        statements_.erase(std::ranges::min_element(
            statements_, {}, [](const auto& entry) { return entry.second.last_used; }));
      }
      found = statements_.emplace(std::string(text), std::move(*made)).first;
    }
    found->second.last_used = ++uses_;
    return &found->second;
  }

  base::Expected<SqlResult> run_prepared(std::string_view text,
                                         std::span<const SqlValue> parameters) {
    if (auto fine = check_sql_parameters(parameters); !fine) {
      return base::fail(std::move(fine.error()));
    }
    const auto prepared = find(text);
    if (!prepared) return base::fail(prepared.error());
    sqlite3_stmt* statement = (*prepared)->handle.get();
    if (state_ == State::kReading && sqlite3_stmt_readonly(statement) == 0) {
      return base::fail(ErrorCode::kInvalid, "the transaction was begun for reading only");
    }
    auto result = bind(**prepared, parameters);
    SqlResult out;
    if (result) result = step(statement, out);
    if (result && (*prepared)->counts_changes) out.changed = sqlite3_changes64(database_.get());
    (void)sqlite3_reset(statement);  // repeats the error of the step
    (void)sqlite3_clear_bindings(statement);
    if (!result) return base::fail(std::move(result.error()));
    return out;
  }

  base::Expected<void> bind(const Prepared& prepared, std::span<const SqlValue> parameters) {
    for (std::size_t i = 0; i < prepared.places.size(); ++i) {
      if (prepared.places[i] >= parameters.size()) {
        return base::fail(ErrorCode::kInvalid,
                          "no value for parameter $" + std::to_string(prepared.places[i] + 1));
      }
      const int bound = std::visit(Binder{prepared.handle.get(), static_cast<int>(i + 1)},
                                   parameters[prepared.places[i]]);
      if (bound != SQLITE_OK) return base::fail(error_of(database_.get(), bound));
    }
    return {};
  }

  base::Expected<void> step(sqlite3_stmt* statement, SqlResult& out) {
    int result = 0;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
      if (out.rows.size() == kMaxSqlRows) {
        return base::fail(ErrorCode::kLimit, "a result of over a million rows");
      }
      const int columns = sqlite3_column_count(statement);
      auto& row = out.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int column = 0; column < columns; ++column) row.push_back(column_of(statement, column));
    }
    if (result != SQLITE_DONE) return base::fail(error_of(database_.get(), result));
    return {};
  }

  Handle database_;  // outlives the statements
  std::unordered_map<std::string, Prepared, SqlTextHash, std::equal_to<>> statements_;
  std::uint64_t uses_ = 0;
  State state_ = State::kNone;
  bool failed_ = false;
};

base::Expected<Handle> open_handle(const std::string& path, int flags) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(opened);
  if (result != SQLITE_OK) {
    const std::string reason = opened == nullptr ? "no memory" : sqlite3_errmsg(opened);
    return base::fail(code_of(result), "cannot open the database " + path + ": " + reason);
  }
  (void)sqlite3_extended_result_codes(opened, 1);
  return handle;
}

// SQLite would make it readable by all; it holds keys. Its log gets the same permissions. A file
// that exists is not touched: closing any descriptor of it would drop the locks that SQLite holds
// for other connections of this process.
base::Expected<void> make_private_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.is_open() || errno == EEXIST) return {};
  return base::fail(system_error("cannot make the database " + path, errno));
}

class SqliteDatabase final : public SqlDatabase {
 public:
  SqliteDatabase(std::string path, std::int64_t busy_milliseconds)
      : path_(std::move(path)), busy_milliseconds_(busy_milliseconds) {}

  base::Expected<std::unique_ptr<SqlConnection>> connect() override {
    auto connected = connect_here();
    if (!connected) return base::fail(std::move(connected.error()));
    return std::move(*connected);
  }

  base::Expected<std::unique_ptr<SqliteConnection>> connect_here() const {
    auto handle = open_handle(path_, SQLITE_OPEN_READWRITE);
    if (!handle) return base::fail(std::move(handle.error()));
    sqlite3* database = handle->get();
    (void)sqlite3_busy_timeout(database, static_cast<int>(busy_milliseconds_));
    const int result = sqlite3_exec(database, kSettings, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
      return base::fail(error_of(database, result).with_context(path_));
    }
    return std::make_unique<SqliteConnection>(std::move(*handle));
  }

  SqlDialect dialect() const override { return SqlDialect::kSqlite; }

  base::Expected<void> back_up(const std::string& path) override {
    std::string temporary = path + ".XXXXXX";
    {
      const Descriptor made(::mkostemp(temporary.data(), O_CLOEXEC));  // for its owner only
      if (!made.is_open()) return base::fail(system_error("cannot make " + temporary, errno));
    }
    auto copied = copy_to(temporary);
    if (copied && ::rename(temporary.c_str(), path.c_str()) != 0) {
      copied = base::fail(system_error("cannot make " + path, errno));
    }
    if (!copied) {
      (void)::unlink(temporary.c_str());  // the first failure is what matters
      return base::fail(std::move(copied.error()).with_context("backup"));
    }
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const Descriptor parent(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.is_open()) (void)::fsync(parent.get());  // some file systems cannot
    return {};
  }

 private:
  base::Expected<void> copy_to(const std::string& path) const {
    auto source = connect_here();
    if (!source) return base::fail(std::move(source.error()));
    auto target = open_handle(path, SQLITE_OPEN_READWRITE);
    if (!target) return base::fail(std::move(target.error()));
    sqlite3_backup* backup =
        sqlite3_backup_init(target->get(), "main", (*source)->handle(), "main");
    if (backup == nullptr) {
      return base::fail(error_of(target->get(), sqlite3_errcode(target->get())));
    }
    // All pages in one step: readers of a log see one state, and writers go on meanwhile. In more
    // steps every write would start it anew.
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
      return base::fail(error_of(target->get(), finished == SQLITE_OK ? stepped : finished));
    }
    // One file, without a log beside it; a server that opens it turns the log on again.
    const int single =
        sqlite3_exec(target->get(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
    if (single != SQLITE_OK) return base::fail(error_of(target->get(), single));
    return {};
  }

  const std::string path_;
  const std::int64_t busy_milliseconds_;
};

base::Expected<void> check_path(const std::string& path) {
  if (path.empty() || path.starts_with(':')) {
    return base::fail(ErrorCode::kInvalid, "the database's URL names no file: sqlite:" + path);
  }
  std::error_code ignored;  // what cannot be looked at is not a folder
  if (std::filesystem::is_directory(path, ignored)) {
    return base::fail(ErrorCode::kInvalid, "the database " + path + " is a folder");
  }
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    return base::fail(ErrorCode::kNotFound,
                      "the folder of the database " + path + " does not exist");
  }
  return {};
}

}  // namespace

base::Expected<std::unique_ptr<SqlDatabase>> open_sqlite(const std::string& path,
                                                         std::int64_t busy_milliseconds) {
  if (sqlite3_libversion_number() < kOldestLibrary) {
    return base::fail(ErrorCode::kUnsupported,
                      std::string("SQLite is too old: ") + sqlite3_libversion());
  }
  if (auto fine = check_path(path); !fine) return base::fail(std::move(fine.error()));
  if (auto made = make_private_file(path); !made) return base::fail(std::move(made.error()));
  auto database = std::make_unique<SqliteDatabase>(path, busy_milliseconds);
  if (auto connection = database->connect(); !connection) {
    return base::fail(std::move(connection.error()));
  }
  return database;
}

}  // namespace io
