// Gathers what the rooms of one home said and gives it to Above in batches, in order. On its loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "chat/chat.h"
#include "io/timer.h"

namespace chat {

class Recorder {
 public:
  Recorder(io::Loop& loop, Above& above) : above_(above), timer_(loop) {}

  void add(Entry entry);
  /// Gives away everything that was added.
  void flush();

  static constexpr std::size_t kMostEntries = 100;
  static constexpr std::chrono::milliseconds kLongest{20};

 private:
  Above& above_;
  io::Timer timer_;
  std::vector<Entry> entries_;
};

}  // namespace chat
