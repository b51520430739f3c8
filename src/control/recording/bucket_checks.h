// Whether a recording configuration's bucket can be written to: by putting a small object there and
// removing it again. Until then the configuration is CREATING, then ACTIVE or CREATE_FAILED.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/error.h"
#include "control/control.h"
#include "io/object_store.h"

namespace io {
class Loop;
class SqlWorkers;
class Timer;
}  // namespace io

namespace control {

class BucketChecks {
 public:
  /// `loop` is control's own; all outlive it.
  BucketChecks(io::Loop& loop, io::SqlWorkers& sql, const ObjectStoreSettings& settings);
  ~BucketChecks();

  /// A folder makes its buckets as they are needed: nothing can be wrong with them.
  bool is_needed() const { return !settings_.endpoint.empty(); }
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
  const ObjectStoreSettings settings_;
  std::unique_ptr<io::ObjectStore> store_;  // between start() and stop()
  std::map<std::string, std::unique_ptr<Attempt>> attempts_;
};

}  // namespace control
