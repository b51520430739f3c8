#include "io/sql_crew.h"

#include <pthread.h>

#include <utility>

namespace io {

base::Expected<std::unique_ptr<SqlCrew>> SqlCrew::create(SqlDatabase& database, Options options) {
  std::unique_ptr<SqlCrew> crew(new SqlCrew(options));
  for (std::size_t i = 0; i < options.threads; ++i) {
    auto connection = database.connect();
    if (!connection) return base::fail(std::move(connection.error()));
    crew->connections_.push_back(std::move(*connection));
  }
  for (const auto& connection : crew->connections_) {
    crew->threads_.emplace_back([&self = *crew, &sql = *connection] { self.run(sql); });
    (void)pthread_setname_np(crew->threads_.back().native_handle(), options.name);
  }
  return crew;
}

SqlCrew::~SqlCrew() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool SqlCrew::give(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= options_.max_waiting) return false;
    tasks_.push_back(std::move(task));
  }
  wanted_.notify_one();
  return true;
}

std::size_t SqlCrew::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void SqlCrew::run(SqlConnection& sql) {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wanted_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task(sql);
    // A task that left a transaction open has been answered: nothing waits for it.
    sql.rollback();
  }
}

}  // namespace io
