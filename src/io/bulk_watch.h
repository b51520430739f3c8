// Descriptors whose events may wait a few milliseconds: publishers. Waking a thread costs more
// than reading a frame, so a loop that has many of them looks at all together at a steady pace;
// one that has few is told at once. Part of a loop, used on its thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "base/time.h"
#include "io/epoll_set.h"
#include "io/loop.h"
#include "io/timer.h"

namespace io {

class BulkWatch final : private Watcher {
 public:
  /// How long an event may wait.
  static constexpr base::Duration kPace = std::chrono::milliseconds(4);

  explicit BulkWatch(Loop& loop);
  ~BulkWatch();

  EpollSet& set() { return set_; }
  bool is_paced() const { return paced_; }

 private:
  void on_ready(std::uint32_t events) override;
  void look();

  Loop& loop_;
  EpollSet set_;
  std::unique_ptr<Timer> timer_;
  base::MonotonicTime window_start_{};
  unsigned looks_ = 0;      // in the window
  std::size_t events_ = 0;  // in the window
  bool paced_ = false;
};

}  // namespace io
