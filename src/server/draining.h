// How the server ends: nobody loses what they are in the middle of. On the main loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "chat/chat.h"
#include "io/loop.h"
#include "io/timer.h"
#include "live/live.h"
#include "record/record.h"
#include "server/loop_services.h"

namespace server {

/// Publishers out and playlists ended; then the viewers get the time to read to the end, members of
/// chat are sent to the next server, and recordings are finished. Must outlive what it has posted:
/// destroyed when the loops stop.
class Draining {
 public:
  struct Parts {
    live::Live& live;
    record::Recorder& recorder;
    chat::Chat& chat;
    const std::vector<std::unique_ptr<LoopServices>>& services;
  };
  struct Times {
    base::Duration longest{};
    base::Duration segment{};  // viewers ask for the playlist about as often
  };
  /// Begins at once; calls `done` on `main` when nothing is left, or the time is up.
  Draining(io::Loop& main, Parts parts, Times times, std::move_only_function<void()> done);
  Draining(const Draining&) = delete;
  Draining& operator=(const Draining&) = delete;

 private:
  void let_viewers_finish();
  void close_viewers();
  void drop_members();
  void finish_recordings();
  void wait_for_viewers();

  io::Loop& main_;
  const Parts parts_;
  const base::Duration segment_;
  std::move_only_function<void()> done_;
  io::Timer timer_;
  const base::MonotonicTime deadline_;
  base::MonotonicTime last_request_{};
  std::uint64_t seen_requests_ = 0;
  std::size_t loops_that_listen_ = 0;
};

}  // namespace server
