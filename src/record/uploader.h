// Brings what a StorePlan says to an object store, some things at a time, and again after growing
// pauses where that fails. On the recorder's loop.
#pragma once

#include <cstdint>
#include <list>
#include <memory>

#include "base/error.h"
#include "base/time.h"
#include "io/object_store.h"
#include "record/store_plan.h"

namespace record {

class Uploader {
 public:
  class Owner {
   public:
    virtual void on_stored(const StoreJob& job) = 0;
    /// It is tried again, later.
    virtual void on_store_failure(const StoreJob& job, const base::Error& error) = 0;
    /// Behind either of them, when more may be begun. The last call: may destroy the uploader.
    virtual void on_upload_over() = 0;

   protected:
    ~Owner() = default;
  };

  /// All outlive it. `store` may be null: then nothing is ever stored.
  Uploader(io::ObjectStore* store, StorePlan& plan, Owner& owner)
      : store_(store), plan_(plan), owner_(owner) {}

  /// Begins what may begin now. Not from inside the owner's calls.
  void pump(base::MonotonicTime now);
  std::size_t in_flight() const { return running_.size(); }
  /// Failures in a row.
  unsigned failures() const { return failures_; }
  /// Gives up what is under way.
  void stop() { running_.clear(); }

 private:
  static constexpr std::size_t kAtOnce = 4;
  static constexpr base::Duration kFirstPause = std::chrono::seconds(1);
  static constexpr base::Duration kLongestPause = std::chrono::minutes(1);
  // A store that never answers.
  static constexpr base::Duration kDeadline = std::chrono::minutes(10);

  struct Running {
    StoreJob job;
    base::MonotonicTime began;
    std::unique_ptr<io::ObjectStore::Pending> pending;
  };

  void start(StoreJob job);
  void finish(std::list<Running>::iterator which, base::Expected<void> result);
  void drop_overdue();

  io::ObjectStore* const store_;
  StorePlan& plan_;
  Owner& owner_;
  std::list<Running> running_;
  base::MonotonicTime now_{};
  base::MonotonicTime retry_at_{};
  base::Duration pause_ = kFirstPause;
  unsigned failures_ = 0;
};

}  // namespace record
