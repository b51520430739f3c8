// A thread for what would hold a media loop up for milliseconds: long playlists, lists of samples,
// taking segments apart. It is given values, and its answers come back to the loop.
//
// Made, used and destroyed on the loop; the thread begins with the first task.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "io/loop.h"

namespace record {

class Workshop {
 public:
  /// Tasks that may wait; more are for the caller to refuse.
  static constexpr std::size_t kMaxWaiting = 512;

  explicit Workshop(io::Loop& home) : home_(home), alive_(std::make_shared<bool>(true)) {}
  /// Waits for the task that is being done; no others are, and nobody hears of any.
  ~Workshop() {
    if (thread_ != nullptr) thread_->stop_and_join();
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  bool is_busy() const { return waiting_ >= kMaxWaiting; }

  /// `work()` on the thread, then `done(its result)` on the loop, never from inside this call.
  template <class Work, class Done>
  void run(Work work, Done done) {
    ++waiting_;
    if (thread_ == nullptr) {
      thread_ = std::make_unique<io::LoopGroup>(1);
      thread_->start();
    }
    thread_->at(0).post([this, &home = home_, alive = std::weak_ptr(alive_), work = std::move(work),
                         done = std::move(done)]() mutable {
      home.post(
          [this, alive = std::move(alive), result = work(), done = std::move(done)]() mutable {
            if (alive.expired()) return;
            --waiting_;
            done(std::move(result));
          });
    });
  }

 private:
  io::Loop& home_;
  std::size_t waiting_ = 0;
  std::shared_ptr<bool> alive_;  // weakly held by tasks: whether anybody waits for them
  std::unique_ptr<io::LoopGroup> thread_;
};

}  // namespace record
