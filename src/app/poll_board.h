// The polls whose counts somebody watches: reads counts when they changed, at most four times a
// second and poll, and hands each update to the feeds of the media loops. Part of the results
// service, on its home loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/poll_feed.h"
#include "base/slice.h"
#include "base/time.h"
#include "io/timer.h"

namespace app {

class PollBoard {
 public:
  /// Starts reading the counts of a poll as an event of the stream; `done` gets it on the home
  /// loop, or an empty slice if that failed. False if it could not be started: done never comes.
  using Read =
      std::move_only_function<bool(const std::string& poll_id, std::function<void(base::Slice)>)>;

  PollBoard(io::Loop& home, Read read) : read_(std::move(read)), timer_(home), home_(home) {}

  void watch(io::Loop& loop, std::weak_ptr<LoopPollFeed*> feed, const std::string& poll_id);
  void unwatch(io::Loop& loop, const std::string& poll_id);
  /// The counts of that poll changed, or may have.
  void changed(const std::string& poll_id);

  std::size_t watched() const { return polls_.size(); }

  static constexpr base::Duration kInterval = std::chrono::milliseconds(250);

 private:
  struct Feed {
    io::Loop* loop;
    std::weak_ptr<LoopPollFeed*> link;
  };
  struct Poll {
    std::vector<Feed> feeds;  // one for each loop that has viewers
    base::Slice newest;       // empty: not read yet
    base::MonotonicTime read_at{};
    bool is_dirty = true;
    bool is_reading = false;
  };
  void look();
  void on_read(const std::string& poll_id, base::Slice event);
  static void post(const Feed& feed, const std::string& poll_id, const base::Slice& event);

  Read read_;
  io::Timer timer_;
  io::Loop& home_;
  std::unordered_map<std::string, Poll> polls_;
};

}  // namespace app
