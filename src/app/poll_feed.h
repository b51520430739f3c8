// One media loop's share of the stream of counts: see app::PollFeed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "app/app.h"
#include "io/timer.h"

namespace app {

/// Told by feeds what they want. May be called from their loops.
class PollSource {
 public:
  /// From now on (until unwatch) the counts of that poll come to `feed` by post, the present ones
  /// first. Watching twice in a row counts once.
  virtual void watch(io::Loop& loop, std::weak_ptr<class LoopPollFeed*> feed,
                     const std::string& poll_id) = 0;
  virtual void unwatch(io::Loop& loop, const std::string& poll_id) = 0;

 protected:
  ~PollSource() = default;
};

class LoopPollFeed final : public PollFeed {
 public:
  LoopPollFeed(PollSource& source, io::Loop& loop);
  ~LoopPollFeed() override;

  base::Expected<std::uint64_t> add(const std::string& poll_id, Viewer viewer) override;
  void remove(std::uint64_t token) override;

  /// New counts of a poll; on this loop.
  void publish(const std::string& poll_id, const base::Slice& event);

  static constexpr std::size_t kMaxPolls = 1'000;

 private:
  struct Watcher {
    Viewer viewer;
    bool is_behind = false;
  };
  struct Poll {
    base::Slice newest;  // empty: not known yet
    std::map<std::uint64_t, Watcher> watchers;
  };
  void show(const std::string& poll_id, std::uint64_t token);
  void show_again();

  PollSource& source_;
  io::Loop& loop_;
  std::unordered_map<std::string, Poll> polls_;
  std::unordered_map<std::uint64_t, std::string> poll_of_;  // by token
  std::uint64_t next_token_ = 1;
  io::Timer behind_timer_;
  std::shared_ptr<LoopPollFeed*> self_;  // for what the service posts: expired once we are gone
};

}  // namespace app
