// Whether a recording configuration's bucket can be written to: by putting a small object there and
// removing it again. Until then the configuration is CREATING, then ACTIVE or CREATE_FAILED.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "io/object_store.h"

namespace io {
class Loop;
class SqlWorkers;
class Timer;
}  // namespace io

namespace control {

class BucketChecks {
 public:
  /// Null if the store cannot be opened.
  using MakeStore = std::function<std::unique_ptr<io::ObjectStore>()>;
  /// `loop` is control's own; all outlive it. A folder makes its buckets as they are needed:
  /// nothing can be wrong with them, and `make_store` is null.
  BucketChecks(io::Loop& loop, io::SqlWorkers& sql, MakeStore make_store,
               base::Duration patience = std::chrono::seconds(10));
  ~BucketChecks();

  bool is_needed() const { return make_store_ != nullptr; }
  /// A configuration was made: from any thread.
  void check(std::string configuration, std::string bucket);
  /// On the loop: also what an earlier run left undone.
  void start();
  /// On the loop: what is under way stays CREATING until the next start.
  void stop();

 private:
  struct Attempt;

  void begin(std::string configuration, std::string bucket);
  void clean_up(const std::string& configuration);
  void finish(const std::string& configuration, base::Expected<void> result);

  io::Loop& loop_;
  io::SqlWorkers& sql_;
  const MakeStore make_store_;
  const base::Duration patience_;
  std::unique_ptr<io::ObjectStore> store_;  // between start() and stop()
  std::map<std::string, std::unique_ptr<Attempt>> attempts_;
};

}  // namespace control
