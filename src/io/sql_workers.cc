#include "io/sql_workers.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"

namespace io {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

constexpr int kAttempts = 4;
constexpr auto kFirstPause = 5ms;  // between attempts; four times as long each time
constexpr auto kSavepoint = "SAVEPOINT one_write";
constexpr auto kNextSavepoint = "RELEASE SAVEPOINT one_write; SAVEPOINT one_write";
constexpr auto kUndoOne = "ROLLBACK TO SAVEPOINT one_write";

thread_local bool is_worker = false;

// What a write sees: it must leave alone the transaction that it shares with others.
class SharedTransaction final : public SqlConnection {
 public:
  explicit SharedTransaction(SqlConnection& connection) : connection_(connection) {}

  base::Expected<SqlResult> run(std::string_view statement,
                                std::span<const SqlValue> parameters) override {
    auto result = connection_.run(statement, parameters);
    if (!result) last_error_ = result.error();
    return result;
  }
  base::Expected<void> run_script(std::string_view script) override {
    auto result = connection_.run_script(script);
    if (!result) last_error_ = result.error();
    return result;
  }
  base::Expected<void> begin(bool) override { return refuse(); }
  base::Expected<void> commit() override { return refuse(); }
  void rollback() override { CHECK(false && "a write must not end its transaction"); }
  bool is_failed() const override { return connection_.is_failed(); }
  SqlDialect dialect() const override { return connection_.dialect(); }
  // Of the database: a write may give another error of its own for it.
  const std::optional<base::Error>& last_error() const { return last_error_; }

 private:
  static base::Expected<void> refuse() {
    CHECK(false && "a write has its transaction already");
    return {};
  }
  SqlConnection& connection_;
  std::optional<base::Error> last_error_;
};

struct WaitingWrite {
  SqlWorkers::Write work;
  SqlWorkers::Done done;
  base::Expected<void> result;
};

// A batch that was undone as a whole, and what to do about it.
struct BatchFailure {
  base::Error error;
  bool may_repeat = false;
  bool had_begun = false;
};

bool asks_to_repeat(const base::Error& error) {
  return error.code == ErrorCode::kTimeout || error.code == ErrorCode::kClosed;
}

// Carries out writes in transactions; on the writer's thread.
class BatchWriter {
 public:
  explicit BatchWriter(SqlConnection& connection) : connection_(connection) {}

  // Afterwards each of `batch` has its result.
  void write(std::span<WaitingWrite> batch) {
    auto failure = attempt_repeatedly(batch);
    if (!failure) return;
    if (failure->may_repeat && failure->had_begun && batch.size() > 1) {
      // One of them, or their number, may be what collides with others: each for itself then.
      while (!batch.empty()) {
        failure = attempt_repeatedly(batch.first(1));
        if (failure && !failure->had_begun) break;  // the database has gone
        if (failure) batch.front().result = base::fail(failure->error);
        batch = batch.subspan(1);
      }
      for (WaitingWrite& write : batch) write.result = base::fail(failure->error);
      return;
    }
    fail_all(batch, failure->error);
  }

 private:
  static void fail_all(std::span<WaitingWrite> batch, const base::Error& error) {
    for (WaitingWrite& write : batch) {
      if (write.result) write.result = base::fail(error);
    }
  }

  std::optional<BatchFailure> attempt_repeatedly(std::span<WaitingWrite> batch) {
    auto pause = kFirstPause;
    for (int attempt = 1;; ++attempt) {
      auto failure = attempt_once(batch);
      if (!failure || !failure->may_repeat || attempt == kAttempts) return failure;
      std::this_thread::sleep_for(pause);
      pause *= 4;
    }
  }

  std::optional<BatchFailure> attempt_once(std::span<WaitingWrite> batch) {
    for (WaitingWrite& write : batch) write.result = {};
    if (auto begun = connection_.begin(true); !begun) {
      const bool may_repeat = asks_to_repeat(begun.error());
      return BatchFailure{.error = std::move(begun.error()), .may_repeat = may_repeat};
    }
    if (auto failure = run_all(batch)) {
      connection_.rollback();
      return failure;
    }
    if (std::ranges::none_of(batch, [](const auto& write) { return write.result.has_value(); })) {
      connection_.rollback();
      return {};
    }
    if (auto committed = connection_.commit(); !committed) {
      // After a lost connection nobody knows whether it was written: not again.
      const bool may_repeat = committed.error().code == ErrorCode::kTimeout;
      return BatchFailure{
          .error = std::move(committed.error()), .may_repeat = may_repeat, .had_begun = true};
    }
    return {};
  }

  // One write alone needs no savepoint: without a result that is good nothing is committed.
  std::optional<BatchFailure> run_all(std::span<WaitingWrite> batch) {
    SharedTransaction transaction(connection_);
    const auto failure = [](base::Error error) {
      const bool may_repeat = asks_to_repeat(error);
      return BatchFailure{.error = std::move(error), .may_repeat = may_repeat, .had_begun = true};
    };
    bool at_savepoint = false;  // with nothing done since
    bool has_savepoint = false;
    for (WaitingWrite& write : batch) {
      if (batch.size() > 1 && !at_savepoint) {
        auto marked = connection_.run_script(has_savepoint ? kNextSavepoint : kSavepoint);
        if (!marked) return failure(std::move(marked.error()));
        has_savepoint = true;
      }
      write.result = write.work(transaction);
      const bool failed = connection_.is_failed();
      if (failed && write.result) {
        write.result = base::fail(ErrorCode::kIo, "a statement failed and nobody looked");
      }
      at_savepoint = !write.result;
      if (write.result) continue;
      if (failed && asks_to_repeat(write.result.error())) return failure(write.result.error());
      if (batch.size() > 1) {
        auto undone = connection_.run_script(kUndoOne);
        if (undone) continue;
        if (asks_to_repeat(undone.error())) return failure(std::move(undone.error()));
        // The database has undone all of it, as SQLite does when its disk is full.
        const base::Error reason = transaction.last_error().value_or(write.result.error());
        return failure(base::Error(reason).with_context("transaction undone"));
      }
    }
    return {};
  }

  SqlConnection& connection_;
};

class Workers final : public SqlWorkers {
 public:
  explicit Workers(const Options& options) : options_(options) {}

  ~Workers() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    read_wanted_.notify_all();
    write_wanted_.notify_all();
    read_taken_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void start(std::vector<std::unique_ptr<SqlConnection>> connections) {
    for (std::size_t i = 0; i < connections.size(); ++i) {
      const bool writes = i == 0;
      threads_.emplace_back([this, writes, connection = std::move(connections[i])] {
        is_worker = true;
        writes ? run_writer(*connection) : run_reader(*connection);
      });
      const std::string name = writes ? "sql-write" : "sql-read-" + std::to_string(i - 1);
      (void)::pthread_setname_np(threads_.back().native_handle(), name.substr(0, 15).c_str());
    }
  }

  bool read(Read task) override {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || reads_.size() >= options_.max_waiting) return false;
      reads_.push_back(std::move(task));
    }
    read_wanted_.notify_one();
    return true;
  }

  void write(Write work, Done done) override {
    base::Error refused;
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && writes_.size() < options_.max_waiting) {
        writes_.push_back({std::move(work), std::move(done), {}});
        write_wanted_.notify_one();
        return;
      }
      refused = stopping_ ? base::Error{ErrorCode::kClosed, "the database is being closed"}
                          : base::Error{ErrorCode::kLimit, "too many writes wait"};
    }
    if (done) done(base::fail(std::move(refused)));
  }

 protected:
  void read_patiently(Read task) override {
    {
      std::unique_lock lock(mutex_);
      read_taken_.wait(lock, [this] { return stopping_ || reads_.size() < options_.max_waiting; });
      CHECK(!stopping_);
      reads_.push_back(std::move(task));
    }
    read_wanted_.notify_one();
  }

 private:
  void run_reader(SqlConnection& connection) {
    while (true) {
      Read task;
      {
        std::unique_lock lock(mutex_);
        read_wanted_.wait(lock, [this] { return stopping_ || !reads_.empty(); });
        if (reads_.empty()) return;
        task = std::move(reads_.front());
        reads_.pop_front();
      }
      read_taken_.notify_one();
      task(connection);
      connection.rollback();
    }
  }

  void run_writer(SqlConnection& connection) {
    BatchWriter writer(connection);
    std::vector<WaitingWrite> batch;
    while (take_batch(batch)) {
      writer.write(batch);
      for (WaitingWrite& write : batch) {
        if (write.done) write.done(std::move(write.result));
      }
      batch.clear();
    }
  }

  bool take_batch(std::vector<WaitingWrite>& batch) {
    std::unique_lock lock(mutex_);
    write_wanted_.wait(lock, [this] { return stopping_ || !writes_.empty(); });
    const std::size_t count = std::min(writes_.size(), options_.max_batch);
    for (std::size_t i = 0; i < count; ++i) {
      batch.push_back(std::move(writes_.front()));
      writes_.pop_front();
    }
    return count > 0;
  }

  const Options options_;
  std::mutex mutex_;
  std::condition_variable read_wanted_;
  std::condition_variable read_taken_;
  std::condition_variable write_wanted_;
  bool stopping_ = false;  // guarded by mutex_, like what follows
  std::deque<Read> reads_;
  std::deque<WaitingWrite> writes_;
  std::vector<std::thread> threads_;
};

}  // namespace

base::Expected<std::unique_ptr<SqlWorkers>> SqlWorkers::create(SqlDatabase& database,
                                                               const Options& options) {
  CHECK(options.readers > 0 && options.max_waiting > 0 && options.max_batch > 0);
  std::vector<std::unique_ptr<SqlConnection>> connections;
  for (std::size_t i = 0; i < options.readers + 1; ++i) {
    auto connection = database.connect();
    if (!connection) return base::fail(std::move(connection.error()));
    connections.push_back(std::move(*connection));
  }
  auto workers = std::make_unique<Workers>(options);
  workers->start(std::move(connections));
  return workers;
}

// The worker shares the promise: it may still be inside set_value() when the waiting thread goes
// on.
base::Expected<void> SqlWorkers::write_and_wait(Write work) {
  CHECK(!is_worker);
  const auto ended = std::make_shared<std::promise<base::Expected<void>>>();
  auto result = ended->get_future();
  write(std::move(work),
        [ended](base::Expected<void> outcome) { ended->set_value(std::move(outcome)); });
  return result.get();
}

void SqlWorkers::read_and_wait(Read task) {
  CHECK(!is_worker);
  const auto ended = std::make_shared<std::promise<void>>();
  auto result = ended->get_future();
  read_patiently([ended, &task](SqlConnection& connection) {
    task(connection);
    ended->set_value();
  });
  result.wait();
}

}  // namespace io
