// The last lines of the log, for those who look at a server from afar. Lines are bounded in number
// and length. Safe from every thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "base/time.h"

namespace base {

struct LogLine {
  std::uint64_t sequence = 0;  // from 1, without gaps
  WallTime time{};
  LogLevel level = LogLevel::kInfo;
  std::string text;  // without time and level
};

class LogTail {
 public:
  static constexpr std::size_t kLongestLine = 2000;  // octets; longer ones are cut

  explicit LogTail(std::size_t capacity) : capacity_(capacity) {}

  void add(WallTime time, LogLevel level, std::string_view text);

  struct Page {
    std::vector<LogLine> lines;
    /// Behind which to go on: no line up to it is missing here but for its level.
    std::uint64_t last = 0;
  };
  /// The first `limit` lines behind `after`, oldest first, of this level or a graver one.
  Page read(std::uint64_t after, LogLevel level, std::size_t limit) const;
  /// The newest `limit` lines.
  Page newest(LogLevel level, std::size_t limit) const;

 private:
  struct State {
    std::deque<LogLine> lines;
    std::uint64_t last = 0;
  };
  const std::size_t capacity_;
  Guarded<State> state_;
};

/// What log() has written: its last 2,000 lines.
LogTail& log_tail();

}  // namespace base
