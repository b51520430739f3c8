// Databases for tests: a SQLite file in a temporary folder, and a PostgreSQL server that the test
// program starts for itself and stops at its end. Everything is inline: other modules' tests
// include this and need no more files.
//
//   class StoreTest : public io::test::SqlTest {};
//   ROSTRUM_INSTANTIATE_SQL_TEST(StoreTest);
//   TEST_P(StoreTest, Keeps) { auto database = open(); ... }
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "io/descriptor.h"
#include "io/files.h"
#include "io/sql.h"

namespace io::test {

/// A PostgreSQL server on a socket in a folder of its own. Runs as the user `postgres` if we are
/// root, which PostgreSQL refuses to be.
class PostgresServer {
 public:
  /// The program's one server, started by the first call. CHECKs that it starts.
  static PostgresServer& instance() {
    static PostgresServer server;
    return server;
  }

  ~PostgresServer() {
    (void)::kill(process_, SIGINT);  // ends without waiting for its clients
    (void)::waitpid(process_, nullptr, 0);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The URL of a database of that name, which need not exist. `user` is `user[:password]`.
  std::string url(const std::string& database, const std::string& user = "rostrum") const {
    return "postgres://" + user + "@/" + database + "?host=" + folder_->path();
  }
  /// Makes an empty database and gives its URL. Its texts sort as English unless told otherwise.
  std::string create_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    const auto made = admin_->run_script("CREATE DATABASE " + name);
    CHECK(made.has_value());
    return url(name);
  }
  /// A connection that may do everything.
  SqlConnection& admin() { return *admin_; }

 private:
  PostgresServer() : folder_(io::TemporaryDirectory::create()) {
    CHECK(folder_.has_value());
    if (::geteuid() == 0) {
      account_ = ::getpwnam("postgres");
      CHECK(account_ != nullptr);
      CHECK(::chown(folder_->path().c_str(), account_->pw_uid, account_->pw_gid) == 0);
    }
    const std::string data = folder_->path() + "/data";
    const pid_t initialised =
        start({program("initdb"), "-D", data, "-U", "rostrum", "-A", "trust", "-E", "UTF8",
               "--locale=C", "--locale-provider=icu", "--icu-locale=en", "--no-sync"});
    int status = 0;
    CHECK(::waitpid(initialised, &status, 0) == initialised);
    CHECK(status == 0);
    require_passwords(data + "/pg_hba.conf");
    process_ = start({program("postgres"), "-D", data, "-k", folder_->path(), "-c",
                      "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c",
                      "max_connections=60"});
    wait_until_ready();
    auto database = SqlDatabase::open({.url = url("postgres")});
    CHECK(database.has_value());
    auto connection = (*database)->connect();
    CHECK(connection.has_value());
    admin_ = std::move(*connection);
  }

  // The role `guarded`, if a test makes it, needs its password; all others come in without.
  static void require_passwords(const std::string& path) {
    const auto rules = io::read_file(path, 1 << 20);
    CHECK(rules.has_value());
    const std::string text =
        "local all guarded scram-sha-256\n" + std::string(base::as_text(*rules));
    const int file = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    CHECK(file >= 0);
    const Descriptor owned(file);
    CHECK(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  // Debian keeps the server's programs out of PATH, in a folder for each version.
  static std::string program(const std::string& name) {
    std::error_code ignored;
    std::string newest;
    for (const auto& version :
         std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
      const std::string path = version.path().string() + "/bin/" + name;
      if (io::file_exists(path) && path > newest) newest = path;
    }
    return newest.empty() ? name : newest;
  }

  // Its standard error goes to output_.
  pid_t start(const std::vector<std::string>& arguments) {
    int ends[2] = {-1, -1};
    CHECK(::pipe2(ends, O_CLOEXEC) == 0);
    output_ = Descriptor(ends[0]);
    const Descriptor written(ends[1]);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) {
      pointers.push_back(const_cast<char*>(argument.c_str()));  // exec does not write there
    }
    pointers.push_back(nullptr);
    const pid_t child = ::fork();
    CHECK(child >= 0);
    if (child > 0) return child;
    // Only calls that are safe between fork and exec.
    if (account_ != nullptr && (::setgid(account_->pw_gid) != 0 || ::setuid(account_->pw_uid) != 0))
      ::_exit(126);
    (void)::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    const int nothing = ::open("/dev/null", O_RDWR);
    if (::dup2(nothing, 0) < 0 || ::dup2(nothing, 1) < 0 || ::dup2(ends[1], 2) < 0) ::_exit(126);
    if (::chdir("/") != 0) ::_exit(126);
    ::execvp(pointers[0], pointers.data());
    ::_exit(127);
  }

  void wait_until_ready() {
    std::string log;
    char piece[512];
    while (log.find("ready to accept connections") == std::string::npos) {
      const ssize_t got = ::read(output_.get(), piece, sizeof piece);
      if (got <= 0) GTEST_LOG_(ERROR) << log;
      CHECK(got > 0);
      log.append(piece, static_cast<std::size_t>(got));
    }
    // What it says later must not fill the pipe.
    CHECK(::fcntl(output_.get(), F_SETPIPE_SZ, 1 << 20) > 0);
  }

  base::Expected<io::TemporaryDirectory> folder_;
  const passwd* account_ = nullptr;  // whom to run as, or null: ourselves
  Descriptor output_;
  pid_t process_ = -1;
  std::unique_ptr<SqlConnection> admin_;
  int databases_ = 0;
};

/// A test that runs against both databases, with an empty one each.
class SqlTest : public ::testing::TestWithParam<SqlDialect> {
 protected:
  SqlTest() : folder_(io::TemporaryDirectory::create()) {
    CHECK(folder_.has_value());
    url_ = GetParam() == SqlDialect::kSqlite ? "sqlite:" + folder_->path() + "/test.db"
                                             : PostgresServer::instance().create_database();
  }

  const std::string& url() const { return url_; }
  /// A folder for the test's own files.
  const std::string& folder() const { return folder_->path(); }
  std::unique_ptr<SqlDatabase> open() {
    auto database = SqlDatabase::open({.url = url_});
    if (!database) ADD_FAILURE() << database.error().message;
    CHECK(database.has_value());
    return std::move(*database);
  }

 private:
  base::Expected<io::TemporaryDirectory> folder_;
  std::string url_;
};

inline std::string sql_dialect_name(const ::testing::TestParamInfo<SqlDialect>& info) {
  return info.param == SqlDialect::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace io::test

#define ROSTRUM_INSTANTIATE_SQL_TEST(name)                                                        \
  INSTANTIATE_TEST_SUITE_P(                                                                       \
      Databases, name, ::testing::Values(::io::SqlDialect::kSqlite, ::io::SqlDialect::kPostgres), \
      ::io::test::sql_dialect_name)
