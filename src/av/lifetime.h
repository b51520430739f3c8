// Tells a child program when to end: SIGTERM or SIGINT, the end of its standard input (its parent
// is gone), or a time of its own. One for the program; used by one thread.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace av {

class Lifetime {
 public:
  enum class Input { kIgnored, kWatched };

  /// Takes over SIGTERM and SIGINT and ignores SIGPIPE for the whole program.
  Lifetime(Input input, std::optional<base::Duration> duration);

  /// True once it is time to end; then forever. Looks at standard input without waiting.
  bool is_over();
  /// Waits until `time`, at most 100 ms at once, or less if it is time to end.
  void wait_until(base::WallTime time);

 private:
  void watch_input(int timeout_milliseconds);

  Input input_;
  std::optional<base::MonotonicTime> end_;
  bool over_ = false;
};

/// The first line of standard input without its end; empty if there is none. Bounded to 4 KiB.
std::string read_input_line();

}  // namespace av
