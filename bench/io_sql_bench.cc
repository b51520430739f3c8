// What the database costs: durable writes through the group commit, and reads by primary key.
// SQLite's file is in the system's folder for temporary files: the disk there decides. With
// ROSTRUM_BENCH_SQL_URL set (an empty database), the same against PostgreSQL.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/files.h"
#include "io/sql.h"
#include "io/sql_workers.h"
#include "io/system.h"

namespace {

using base::Expected;

constexpr std::int64_t kRows = 100'000;

class Database {
 public:
  Database() : folder_(io::TemporaryDirectory::create()) {
    CHECK(folder_.has_value());
    const char* url = std::getenv("ROSTRUM_BENCH_SQL_URL");
    auto opened = io::SqlDatabase::open(
        {.url = url == nullptr ? "sqlite:" + folder_->path() + "/bench.db" : url});
    CHECK(opened.has_value());
    database = std::move(*opened);
    connection = std::move(*database->connect());
    const std::vector<io::SqlMigration> steps = {
        {1, "CREATE TABLE items (k $TEXT PRIMARY KEY, v $TEXT, n BIGINT)"}};
    CHECK(connection->run_script("DROP TABLE IF EXISTS items").has_value());
    CHECK(connection->run_script("DROP TABLE IF EXISTS schema_versions").has_value());
    CHECK(io::migrate(*connection, "bench", steps).has_value());
  }
  void fill() {
    CHECK(connection->begin(true).has_value());
    for (std::int64_t i = 0; i < kRows; ++i) insert(*connection, i);
    CHECK(connection->commit().has_value());
  }
  static std::string key(std::int64_t i) {
    return "arn:aws:ivs:us-east-1:123456789012:channel/" + std::to_string(i * 7919);
  }
  static void insert(io::SqlConnection& connection, std::int64_t i) {
    const auto done = connection.run("INSERT INTO items (k, v, n) VALUES ($1, $2, $3)",
                                     {key(i), std::string(400, 'v'), i});
    CHECK(done.has_value());
  }

 private:
  Expected<io::TemporaryDirectory> folder_;

 public:
  std::unique_ptr<io::SqlDatabase> database;
  std::unique_ptr<io::SqlConnection> connection;
};

// Each of `writers` starts its next write when the one before is durable.
void durable_writes(benchmark::State& state) {
  const auto writers = state.range(0);
  Database database;
  auto workers = std::move(*io::SqlWorkers::create(*database.database, {}));
  std::int64_t next = 0;  // on the writer's thread
  const auto before = io::cpu_times();
  for (auto _ : state) {
    constexpr std::int64_t kWrites = 2'000;
    const std::int64_t goal = next + kWrites;
    std::atomic<std::int64_t> running = writers;
    std::function<void()> write_one = [&] {
      workers->write(
          [&](io::SqlConnection& connection) -> Expected<void> {
            Database::insert(connection, next++);
            return {};
          },
          [&](const Expected<void>& result) {
            CHECK(result.has_value());
            if (next < goal) return write_one();
            --running;
            running.notify_one();
          });
    };
    for (std::int64_t i = 0; i < writers; ++i) write_one();
    for (std::int64_t left = running; left > 0; left = running) running.wait(left);
  }
  const auto after = io::cpu_times();
  const auto used = after.user + after.system - before.user - before.system;
  state.SetItemsProcessed(next);
  state.counters["cpu_us_per_write"] =
      static_cast<double>(used.count()) / static_cast<double>(next);
  workers.reset();
}
BENCHMARK(durable_writes)->ArgName("writers")->Arg(1)->Arg(64)->UseRealTime();

void read_by_key(benchmark::State& state) {
  Database database;
  database.fill();
  std::int64_t i = 0;
  for (auto _ : state) {
    i = (i * 1664525 + 1013904223) % kRows;
    const auto found =
        database.connection->run("SELECT k, v, n FROM items WHERE k = $1", {Database::key(i)});
    CHECK(found.has_value() && found->integer(0, 2) == i);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_by_key);

// With the way to a reader's thread and back.
void read_by_key_and_wait(benchmark::State& state) {
  Database database;
  database.fill();
  auto workers = std::move(*io::SqlWorkers::create(*database.database, {}));
  std::int64_t i = 0;
  for (auto _ : state) {
    i = (i * 1664525 + 1013904223) % kRows;
    workers->read_and_wait([&](io::SqlConnection& connection) {
      const auto found =
          connection.run("SELECT k, v, n FROM items WHERE k = $1", {Database::key(i)});
      CHECK(found.has_value() && found->integer(0, 2) == i);
    });
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(read_by_key_and_wait)->UseRealTime();

}  // namespace
