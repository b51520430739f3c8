// What the server uses of its machine: looked at every few seconds, and when somebody asks. Owned
// by control; every thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"

namespace io {
class Loop;
}

namespace control {

struct LoadFigures {
  base::WallTime at{};
  unsigned cores = 0;
  double cpu = 0;  // cores in use, of this program and its helpers
  std::uint64_t memory_used = 0;
  std::uint64_t memory_total = 0;
  std::uint64_t disk_used = 0;
  std::uint64_t disk_total = 0;
  std::uint64_t spool_bytes = 0;
  std::uint64_t received = 0;  // bit/s of media
  std::uint64_t sent = 0;      // bit/s of HTTP
  std::vector<double> loops;   // share of a core that each media loop uses
  std::int64_t chat_connections = 0;
  std::int64_t connections = 0;  // of HTTP
};

class MachineLoad {
 public:
  /// `folder` is where data is kept.
  explicit MachineLoad(std::string folder) : folder_(std::move(folder)) {}

  /// Its time counts; the loop outlives this. Before the loops run.
  void add_loop(io::Loop& loop);
  /// Looks, unless that was done less than a second ago. Reads files of the kernel.
  void look(base::WallTime at, base::MonotonicTime now);
  /// What was found last.
  LoadFigures figures() const;

 private:
  /// What a loop's thread has used; written on the loop, also after this has gone.
  struct LoopTime {
    std::chrono::nanoseconds used{};
    base::MonotonicTime at{};
    double share = 0;
  };
  using LoopTimes = base::Guarded<std::vector<LoopTime>>;
  struct Totals {
    base::MonotonicTime at{};
    std::chrono::nanoseconds cpu{};
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  struct State {
    Totals last;
    bool looked = false;
    LoadFigures figures;
  };
  void ask_loops();

  const std::string folder_;
  std::vector<io::Loop*> loops_;
  std::shared_ptr<LoopTimes> times_ = std::make_shared<LoopTimes>();  // outlives tasks on loops
  base::Guarded<State> state_;
};

}  // namespace control
