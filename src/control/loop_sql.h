// The database for an object that lives on a loop: work runs on the workers' threads, what comes of
// it is given back on the loop. Made, used and destroyed with that object; destroying it waits for
// work that has been given to the workers, and nothing is given back afterwards.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "base/error.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {

class LoopSql {
 public:
  LoopSql(io::Loop& loop, io::SqlWorkers& sql)
      : loop_(loop), sql_(sql), under_way_(std::make_shared<UnderWay>()) {}
  ~LoopSql() {
    alive_.reset();
    std::future<void> ended = under_way_->ended.get_future();
    under_way_.reset();
    ended.wait();
  }
  LoopSql(const LoopSql&) = delete;
  LoopSql& operator=(const LoopSql&) = delete;

  /// False if too much waits for the workers: neither function will be called.
  template <class Work, class Then>
  [[nodiscard]] bool read(Work work, Then then) {
    return sql_.read([this, alive = std::weak_ptr(alive_), under_way = under_way_,
                      work = std::move(work),
                      then = std::move(then)](io::SqlConnection& connection) mutable {
      give_back(alive, [then = std::move(then), result = work(connection)]() mutable {
        then(std::move(result));
      });
    });
  }
  /// `then` gets the end of the transaction, or why there was none.
  void write(io::SqlWorkers::Write work,
             std::move_only_function<void(base::Expected<void>)> then = nullptr) {
    sql_.write(std::move(work), [this, alive = std::weak_ptr(alive_), under_way = under_way_,
                                 then = std::move(then)](base::Expected<void> result) mutable {
      if (then == nullptr) return;
      give_back(alive, [then = std::move(then), result = std::move(result)]() mutable {
        then(std::move(result));
      });
    });
  }

 private:
  struct UnderWay {
    ~UnderWay() { ended.set_value(); }
    std::promise<void> ended;
  };

  template <class Task>
  void give_back(std::weak_ptr<const bool> alive, Task task) {
    loop_.post([alive = std::move(alive), task = std::move(task)]() mutable {
      if (alive.lock() != nullptr) task();
    });
  }

  io::Loop& loop_;
  io::SqlWorkers& sql_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::shared_ptr<UnderWay> under_way_;  // shared by all work that was given away
};

}  // namespace control
