// Takes recordings away: those that somebody deletes, and those that are older, or more, than the
// operator wants to keep. A row that is marked is gone for everybody; it goes itself when its
// objects are removed, which is tried until it succeeds, over restarts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "control/control.h"
#include "io/sql.h"
#include "record/record.h"

namespace io {
class Loop;
class SqlWorkers;
}  // namespace io

namespace control {

/// Inside a transaction: its objects are to be removed from `at` on.
base::Expected<void> mark_removed(io::SqlConnection& sql, const std::string& recording,
                                  base::WallTime at);
/// Marks what is older than `keep`, or the oldest of too much; some of them, if there are many.
base::Expected<void> mark_expired(io::SqlConnection& sql, const RecordingSettings& settings,
                                  base::WallTime now);
/// Marked recordings whose turn it is, at most `limit`.
base::Expected<std::vector<record::Facts>> load_marked(io::SqlConnection& sql, base::WallTime now,
                                                       std::int64_t limit);

class RecordingRemover {
 public:
  /// `loop` is control's own: the recorder is spoken to from there, so that nobody does when it
  /// has ended. Both outlive it.
  RecordingRemover(io::Loop& loop, io::SqlWorkers& sql) : loop_(loop), sql_(sql) {}

  using Done = std::move_only_function<void(base::Expected<void>)>;
  /// Of a marked one: objects, then the row. `done` on any thread. From any thread.
  void remove(record::Recorder& recorder, record::Facts facts, Done done);
  /// Looks for what is to go, and begins to remove some of it. From any thread.
  void sweep(record::Recorder& recorder, const RecordingSettings& settings, base::WallTime now);

 private:
  void finish(const std::string& recording, base::Expected<void> result);
  void on_removed(record::Facts facts, base::Expected<void> removed);

  io::Loop& loop_;
  io::SqlWorkers& sql_;
  /// What is under way, and who wants to know.
  base::Guarded<std::map<std::string, std::vector<Done>>> under_way_;
};

}  // namespace control
