// PostgreSQL behind io/sql.h, over libpq. Parameters travel in binary with types of their own,
// results as text that is read by the columns' types.
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "io/sql.h"
#include "io/sql_drivers.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr int kOldestServer = 130'000;
constexpr const char* kConnectSeconds = "10";
constexpr const char* kDeadPeerMilliseconds = "30000";

// Numbers of types that never change (pg_type.dat of PostgreSQL).
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kOid = 26;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;
constexpr Oid kUnknown = 0;  // the server finds out

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

struct FreeMemory {
  void operator()(void* memory) const { PQfreemem(memory); }
};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConnectionOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

// libpq ends its sentences with line ends and puts more lines below them.
std::string first_line(const char* text) {
  std::string out = text == nullptr ? "" : text;
  out.resize(std::min(out.find('\n'), out.size()));
  return out.empty() ? "no reason given" : out;
}

ErrorCode code_of(std::string_view state) {
  if (state.starts_with("23")) return ErrorCode::kConflict;
  if (state == "40001" || state == "40P01" || state == "55P03") return ErrorCode::kTimeout;
  return ErrorCode::kIo;
}

// The parts of a connection URI, with what we add, as libpq wants them: names and values that end
// with a null.
class ConnectionSettings {
 public:
  static base::Expected<ConnectionSettings> parse(const std::string& url) {
    char* reason = nullptr;
    ConnectionSettings out;
    out.options_.reset(PQconninfoParse(url.c_str(), &reason));
    const std::unique_ptr<char, FreeMemory> owned(reason);
    if (out.options_ == nullptr) {
      // libpq's sentence would quote the piece that it did not understand, maybe the password.
      return base::fail(ErrorCode::kInvalid,
                        "the PostgreSQL URL is not well-formed; special characters of user and "
                        "password must be written as %XX");
    }
    for (const PQconninfoOption* option = out.options_.get(); option->keyword != nullptr;
         ++option) {
      if (option->val == nullptr) continue;
      out.add(option->keyword, option->val);
      if (std::string_view(option->keyword) == "password") out.password_ = option->val;
    }
    out.add_default("connect_timeout", kConnectSeconds);
    out.add_default("tcp_user_timeout", kDeadPeerMilliseconds);
    out.add_default("application_name", "rostrum");
    out.add("client_encoding", "UTF8");
    out.names_.push_back(nullptr);
    out.values_.push_back(nullptr);
    return out;
  }

  Handle connect() const { return Handle(PQconnectdbParams(names_.data(), values_.data(), 0)); }

  // libpq does not print passwords; should it ever, they end here.
  std::string without_password(std::string text) const {
    if (password_.empty()) return text;
    for (auto at = text.find(password_); at != std::string::npos; at = text.find(password_, at)) {
      text.replace(at, password_.size(), "***");
      at += 3;
    }
    return text;
  }

 private:
  void add(const char* name, const char* value) {
    names_.push_back(name);
    values_.push_back(value);
  }
  void add_default(const char* name, const char* value) {
    const bool given = std::ranges::find(names_, std::string_view(name)) != names_.end();
    if (!given) add(name, value);
  }

  ConnectionOptions options_;  // owns what the pointers point at
  std::vector<const char*> names_;
  std::vector<const char*> values_;
  std::string password_;
};

// Values in the form that libpq sends, with the memory for it.
class Parameters {
 public:
  explicit Parameters(std::span<const SqlValue> values) : numbers_(values.size()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const base::ByteSpan octets = octets_of(values[i], numbers_[i]);
      const bool null = std::holds_alternative<std::monostate>(values[i]);
      const char* data = base::as_text(octets).data();
      pointers_.push_back(null ? nullptr : (octets.empty() ? "" : data));
      lengths_.push_back(static_cast<int>(octets.size()));
      formats_.push_back(1);
      types_.push_back(type_of(values[i]));
    }
  }

  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  // kUnknown for NULL.
  const std::vector<Oid>& types() const { return types_; }

 private:
  using Number = std::array<std::uint8_t, 8>;

  static Oid type_of(const SqlValue& value) {
    static constexpr std::array kTypes = {kUnknown, kInt8, kFloat8, kText, kBytea};
    return kTypes.at(value.index());
  }
  static base::ByteSpan big_endian(std::uint64_t value, Number& memory) {
    for (std::size_t i = 0; i < memory.size(); ++i) {
      memory[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    }
    return memory;
  }
  static base::ByteSpan octets_of(const SqlValue& value, Number& memory) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      return big_endian(static_cast<std::uint64_t>(*whole), memory);
    }
    if (const auto* real = std::get_if<double>(&value)) {
      return big_endian(std::bit_cast<std::uint64_t>(*real), memory);
    }
    if (const auto* text = std::get_if<std::string>(&value)) return base::as_bytes(*text);
    if (const auto* octets = std::get_if<base::Bytes>(&value)) return *octets;
    return {};
  }

  std::vector<Number> numbers_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<Oid> types_;
};

// A statement as the server has it. One text may be prepared for several lists of types.
struct Prepared {
  std::string name;
  std::vector<Oid> types;
  std::uint64_t last_used = 0;

  bool takes(const std::vector<Oid>& wanted) const {
    return std::ranges::equal(wanted, types, [](Oid want, Oid have) {
      return want == kUnknown || want == have;  // NULL fits everywhere
    });
  }
};

template <class Number>
SqlValue number_of(std::string_view text) {
  Number value{};
  (void)std::from_chars(text.data(), text.data() + text.size(), value);  // the server wrote it
  return value;
}

SqlValue column_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate();
  const char* data = PQgetvalue(result, row, column);
  const std::string_view text(data, static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kBool:
      return std::int64_t{text == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
      return number_of<std::int64_t>(text);
    case kFloat4:
    case kFloat8:
      return number_of<double>(text);
    case kNumeric:  // what sums of BIGINT are
      if (text.find_first_not_of("-0123456789") == std::string_view::npos && text.size() < 19) {
        return number_of<std::int64_t>(text);
      }
      return number_of<double>(text);
    case kBytea: {
      std::size_t size = 0;
      const auto* escaped = base::as_bytes(text).data();
      const std::unique_ptr<unsigned char, FreeMemory> plain(PQunescapeBytea(escaped, &size));
      const base::ByteSpan octets(plain.get(), plain == nullptr ? 0 : size);
      return base::Bytes(octets.begin(), octets.end());
    }
    default:
      return std::string(text);
  }
}

class PostgresConnection final : public SqlConnection {
 public:
  PostgresConnection(std::shared_ptr<const ConnectionSettings> settings,
                     std::int64_t busy_milliseconds)
      : settings_(std::move(settings)), busy_milliseconds_(busy_milliseconds) {}

  base::Expected<void> connect() {
    statements_.clear();
    statement_count_ = 0;
    handle_ = settings_->connect();
    PGconn* connection = handle_.get();
    if (connection == nullptr || PQstatus(connection) != CONNECTION_OK) {
      const std::string reason =
          settings_->without_password(first_line(PQerrorMessage(connection)));
      // No code tells a refusal from a server that is just starting; the words do.
      const bool refused = reason.find("authentication failed") != std::string::npos ||
                           reason.find("no password supplied") != std::string::npos ||
                           reason.find("pg_hba.conf") != std::string::npos;
      handle_.reset();
      return base::fail(refused ? ErrorCode::kUnauthorized : ErrorCode::kClosed,
                        "cannot connect to PostgreSQL: " + reason);
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
    return execute("SET lock_timeout = " + std::to_string(busy_milliseconds_));
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

  base::Expected<Prepared*> find(std::string_view text, const Parameters& parameters) {
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

  base::Expected<Prepared> prepare(const std::string& text, const Parameters& parameters) {
    Prepared out{.name = "s" + std::to_string(++names_), .types = parameters.types()};
    out.last_used = ++uses_;
    const Result made(PQprepare(handle_.get(), out.name.c_str(), text.c_str(), parameters.count(),
                                out.types.data()));
    if (auto fine = check(made); !fine) return base::fail(std::move(fine.error()));
    const bool has_null = std::ranges::find(out.types, kUnknown) != out.types.end();
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
    const Parameters parameters(values);
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
        values.push_back(column_of(result, row, column));
      }
    }
    const std::string_view command = PQcmdStatus(result);
    if (!command.starts_with("SELECT")) {
      const std::string_view touched = PQcmdTuples(result);
      (void)std::from_chars(touched.data(), touched.data() + touched.size(), out.changed);
    }
    return out;
  }

  const std::shared_ptr<const ConnectionSettings> settings_;  // immutable; outlives the database
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
  PostgresDatabase(ConnectionSettings settings, std::int64_t busy_milliseconds)
      : settings_(std::make_shared<const ConnectionSettings>(std::move(settings))),
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
  const std::shared_ptr<const ConnectionSettings> settings_;
  const std::int64_t busy_milliseconds_;
};

}  // namespace

base::Expected<std::unique_ptr<SqlDatabase>> open_postgres(const std::string& url,
                                                           std::int64_t busy_milliseconds) {
  auto settings = ConnectionSettings::parse(url);
  if (!settings) return base::fail(std::move(settings.error()));
  auto database = std::make_unique<PostgresDatabase>(std::move(*settings), busy_milliseconds);
  if (auto connection = database->connect(); !connection) {
    return base::fail(std::move(connection.error()));
  }
  return database;
}

}  // namespace io
