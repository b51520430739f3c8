// PostgreSQL behind io/sql.h, over libpq.
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.h"
#include "io/sql.h"
#include "io/sql_drivers.h"
#include "io/sql_postgres_settings.h"
#include "io/sql_postgres_values.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr int kOldestServer = 130'000;

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// libpq ends its sentences with line ends and puts more lines below them.
std::string first_line(const char* text) {
  std::string out = text == nullptr ? "" : text;
  out.resize(std::min(out.find('\n'), out.size()));
  return out.empty() ? "no reason given" : out;
}

ErrorCode code_of(std::string_view state) {
  if (state.starts_with("23")) return ErrorCode::kConflict;
  if (state.starts_with("57P") || state.starts_with("08")) return ErrorCode::kClosed;
  if (state == "40001" || state == "40P01" || state == "55P03") return ErrorCode::kTimeout;
  return ErrorCode::kIo;
}

// Why the server did not let us in. No code tells it from a server that is just starting, so its
// words do; a server that speaks another language is taken for one that cannot be reached.
ErrorCode code_of_refusal(std::string_view reason) {
  const auto says = [&](std::string_view words) { return reason.find(words) != reason.npos; };
  if (says("authentication failed") || says("no password supplied") || says("pg_hba.conf")) {
    return ErrorCode::kUnauthorized;
  }
  return says("does not exist") ? ErrorCode::kNotFound : ErrorCode::kClosed;
}

// A statement as the server has it. One text may be prepared for several lists of types.
struct Prepared {
  std::string name;
  std::vector<PostgresType> types;
  std::uint64_t last_used = 0;

  bool takes(const std::vector<PostgresType>& wanted) const {
    return std::ranges::equal(wanted, types, [](PostgresType want, PostgresType have) {
      return want == kUnknownPostgresType || want == have;  // NULL fits everywhere
    });
  }
};

class PostgresConnection final : public SqlConnection {
 public:
  PostgresConnection(std::shared_ptr<const PostgresSettings> settings,
                     std::int64_t busy_milliseconds)
      : settings_(std::move(settings)), busy_milliseconds_(busy_milliseconds) {}

  base::Expected<void> connect() {
    statements_.clear();
    statement_count_ = 0;
    handle_ = open_handle();
    PGconn* connection = handle_.get();
    if (connection == nullptr || PQstatus(connection) != CONNECTION_OK) {
      const std::string reason =
          settings_->without_password(first_line(PQerrorMessage(connection)));
      handle_.reset();
      return base::fail(code_of_refusal(reason), "cannot connect to PostgreSQL: " + reason);
    }
    (void)PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
    const char* encoding = PQparameterStatus(connection, "server_encoding");
    const int version = PQserverVersion(connection);
    if (version < kOldestServer || encoding == nullptr || std::string_view(encoding) != "UTF8") {
      handle_.reset();
      return base::fail(ErrorCode::kUnsupported,
                        "PostgreSQL 13 or newer with a UTF8 database is needed, not " +
                            std::to_string(version / 10'000));
    }
    return execute("SET bytea_output = hex; SET lock_timeout = " +
                   std::to_string(busy_milliseconds_));
  }

  base::Expected<SqlResult> run(std::string_view statement,
                                std::span<const SqlValue> parameters) override {
    auto result = run_prepared(statement, parameters);
    note(result.has_value());
    return result;
  }

  base::Expected<void> run_script(std::string_view script) override {
    auto ready = make_ready();
    if (ready) ready = execute(std::string(script));
    note(ready.has_value());
    return ready;
  }

  base::Expected<void> begin(bool will_write) override {
    if (in_transaction_) return base::fail(ErrorCode::kInvalid, "a transaction is open");
    auto begun = make_ready();
    if (begun) {
      begun = execute(will_write ? "BEGIN ISOLATION LEVEL SERIALIZABLE"
                                 : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    in_transaction_ = begun.has_value();
    return begun;
  }

  base::Expected<void> commit() override {
    if (!in_transaction_) return base::fail(ErrorCode::kInvalid, "no transaction is open");
    if (failed_) {
      rollback();
      return base::fail(ErrorCode::kIo, "the transaction had failed and was undone");
    }
    auto committed = execute("COMMIT");
    rollback();  // nothing is left to undo, unless the server did not get it
    return committed;
  }

  void rollback() override {
    if (!in_transaction_) return;
    in_transaction_ = false;
    failed_ = false;
    if (handle_ == nullptr || PQstatus(handle_.get()) != CONNECTION_OK) return;
    if (PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) return;
    if (!execute("ROLLBACK")) handle_.reset();  // the server undoes what nobody holds
  }

  bool is_failed() const override { return failed_; }
  SqlDialect dialect() const override { return SqlDialect::kPostgres; }

 private:
  void note(bool succeeded) {
    if (in_transaction_) failed_ = !succeeded;
  }

  Handle open_handle() const {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : settings_->values()) {
      names.push_back(name.c_str());
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return Handle(PQconnectdbParams(names.data(), values.data(), 0));
  }

  // Outside of a transaction a lost connection is made anew; also one that was lost while nobody
  // looked, which a look at the socket tells.
  base::Expected<void> make_ready() {
    if (in_transaction_) {
      if (is_open()) return {};
      return base::fail(ErrorCode::kClosed, "the connection to PostgreSQL was lost");
    }
    for (int look = 0; look < 4 && is_open(); ++look) {
      pollfd socket{.fd = PQsocket(handle_.get()), .events = POLLIN, .revents = 0};
      if (::poll(&socket, 1, 0) <= 0) break;
      (void)PQconsumeInput(handle_.get());  // its failure shows in the state
    }
    if (is_open()) return {};
    if (handle_ != nullptr) base::log_warn("connection to PostgreSQL lost, connecting again");
    return connect();
  }

  bool is_open() const { return handle_ != nullptr && PQstatus(handle_.get()) == CONNECTION_OK; }

  base::Error error_of(const PGresult* result) {
    if (!is_open()) return {ErrorCode::kClosed, "the connection to PostgreSQL was lost"};
    const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    // The first line alone: details hold values.
    const char* message = result == nullptr ? PQerrorMessage(handle_.get())
                                            : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state != nullptr && std::string_view(state) == "53100") {
      return {ErrorCode::kDiskFull, "PostgreSQL: its disk is full"};
    }
    return {
        code_of(state == nullptr ? "" : state),
        "PostgreSQL: " + first_line(message == nullptr ? PQerrorMessage(handle_.get()) : message)};
  }

  base::Expected<void> check(const Result& result) {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    if (status == PGRES_EMPTY_QUERY) return {};
    return base::fail(error_of(result.get()));
  }

  base::Expected<void> execute(const std::string& script) {
    const Result result(PQexec(handle_.get(), script.c_str()));
    return check(result);
  }

  base::Expected<Prepared*> find(std::string_view text, const PostgresParameters& parameters) {
    auto found = statements_.find(text);
    if (found != statements_.end()) {
      for (Prepared& prepared : found->second) {
        if (!prepared.takes(parameters.types())) continue;
        prepared.last_used = ++uses_;
        return &prepared;
      }
    }
    if (statement_count_ >= kMaxSqlStatements) forget_oldest();
    std::string owned(text);
    auto made = prepare(owned, parameters);
    if (!made) return base::fail(std::move(made.error()));
    ++statement_count_;
    return &statements_[std::move(owned)].emplace_back(std::move(*made));
  }

  base::Expected<Prepared> prepare(const std::string& text, const PostgresParameters& parameters) {
    Prepared out{.name = "s" + std::to_string(++names_), .types = parameters.types()};
    out.last_used = ++uses_;
    const Result made(PQprepare(handle_.get(), out.name.c_str(), text.c_str(), parameters.count(),
                                out.types.data()));
    if (auto fine = check(made); !fine) return base::fail(std::move(fine.error()));
    const bool has_null = std::ranges::find(out.types, kUnknownPostgresType) != out.types.end();
    if (!has_null) return out;
    // What the server decided for NULL, so that values of that type need no other preparation.
    const Result described(PQdescribePrepared(handle_.get(), out.name.c_str()));
    if (auto fine = check(described); !fine) return base::fail(std::move(fine.error()));
    const auto count = static_cast<std::size_t>(PQnparams(described.get()));
    for (std::size_t i = 0; i < std::min(count, out.types.size()); ++i) {
      out.types[i] = PQparamtype(described.get(), static_cast<int>(i));
    }
    return out;
  }

  // Keeps the server's memory bounded.
  void forget_oldest() {
    const auto oldest = std::ranges::min_element(
        statements_, {}, [](const auto& entry) { return entry.second.back().last_used; });
    for (const Prepared& prepared : oldest->second) {
      (void)execute("DEALLOCATE " + prepared.name);  // fails in a failed transaction: lost memory
      --statement_count_;
    }
    statements_.erase(oldest);
  }

  base::Expected<SqlResult> run_prepared(std::string_view text, std::span<const SqlValue> values) {
    if (auto fine = check_sql_parameters(values); !fine) return base::fail(fine.error());
    if (auto ready = make_ready(); !ready) return base::fail(std::move(ready.error()));
    const PostgresParameters parameters(values);
    const auto prepared = find(text, parameters);
    if (!prepared) return base::fail(prepared.error());
    const Result result(PQexecPrepared(handle_.get(), (*prepared)->name.c_str(), parameters.count(),
                                       parameters.pointers(), parameters.lengths(),
                                       parameters.formats(), 0));
    if (auto fine = check(result); !fine) {
      forget_if_stale(text, result.get());
      return base::fail(std::move(fine.error()));
    }
    return rows_of(result.get());
  }

  // A table that was changed makes its plans useless: the next call prepares anew.
  void forget_if_stale(std::string_view text, const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state == nullptr) return;
    if (std::string_view(state) != "0A000" && std::string_view(state) != "26000") return;
    const auto found = statements_.find(text);
    if (found == statements_.end()) return;
    statement_count_ -= found->second.size();
    statements_.erase(found);
  }

  static base::Expected<SqlResult> rows_of(PGresult* result) {
    SqlResult out;
    const int rows = PQntuples(result);
    const int columns = PQnfields(result);
    if (static_cast<std::size_t>(rows) > kMaxSqlRows) {
      return base::fail(ErrorCode::kLimit, "a result of over a million rows");
    }
    out.rows.resize(static_cast<std::size_t>(rows));
    for (int row = 0; row < rows; ++row) {
      auto& values = out.rows[static_cast<std::size_t>(row)];
      values.reserve(static_cast<std::size_t>(columns));
      for (int column = 0; column < columns; ++column) {
        values.push_back(value_at(result, row, column));
      }
    }
    const std::string_view command = PQcmdStatus(result);
    if (!command.starts_with("SELECT")) {
      const std::string_view touched = PQcmdTuples(result);
      (void)std::from_chars(touched.data(), touched.data() + touched.size(), out.changed);
    }
    return out;
  }

  static SqlValue value_at(const PGresult* result, int row, int column) {
    if (PQgetisnull(result, row, column) != 0) return std::monostate();
    const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
    return postgres_value(PQftype(result, column),
                          std::string_view(PQgetvalue(result, row, column), size));
  }

  const std::shared_ptr<const PostgresSettings> settings_;  // immutable; outlives the database
  const std::int64_t busy_milliseconds_;
  Handle handle_;  // null after a failed attempt to connect
  std::unordered_map<std::string, std::vector<Prepared>, SqlTextHash, std::equal_to<>> statements_;
  std::size_t statement_count_ = 0;
  std::uint64_t names_ = 0;
  std::uint64_t uses_ = 0;
  bool in_transaction_ = false;
  bool failed_ = false;
};

class PostgresDatabase final : public SqlDatabase {
 public:
  PostgresDatabase(PostgresSettings settings, std::int64_t busy_milliseconds)
      : settings_(std::make_shared<const PostgresSettings>(std::move(settings))),
        busy_milliseconds_(busy_milliseconds) {}

  base::Expected<std::unique_ptr<SqlConnection>> connect() override {
    auto connection = std::make_unique<PostgresConnection>(settings_, busy_milliseconds_);
    if (auto connected = connection->connect(); !connected) {
      return base::fail(std::move(connected.error()));
    }
    return connection;
  }
  SqlDialect dialect() const override { return SqlDialect::kPostgres; }
  base::Expected<void> back_up(const std::string&) override {
    return base::fail(ErrorCode::kUnsupported, "PostgreSQL is backed up with pg_dump");
  }

 private:
  const std::shared_ptr<const PostgresSettings> settings_;
  const std::int64_t busy_milliseconds_;
};

}  // namespace

base::Expected<std::unique_ptr<SqlDatabase>> open_postgres(const std::string& url,
                                                           std::int64_t busy_milliseconds) {
  auto settings = PostgresSettings::parse(url);
  if (!settings) return base::fail(std::move(settings.error()));
  auto database = std::make_unique<PostgresDatabase>(std::move(*settings), busy_milliseconds);
  if (auto connection = database->connect(); !connection) {
    return base::fail(std::move(connection.error()));
  }
  return database;
}

}  // namespace io
