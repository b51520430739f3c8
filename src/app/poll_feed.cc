#include "app/poll_feed.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

// When a viewer that did not take counts is offered the newest again.
constexpr base::Duration kOfferAgain = std::chrono::milliseconds(250);

base::Gauge& viewers_gauge() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_poll_viewers", "Open streams of poll results");
  return gauge;
}

}  // namespace

LoopPollFeed::LoopPollFeed(PollSource& source, io::Loop& loop)
    : source_(source),
      loop_(loop),
      behind_timer_(loop),
      self_(std::make_shared<LoopPollFeed*>(this)) {}

LoopPollFeed::~LoopPollFeed() {
  viewers_gauge().add(-static_cast<std::int64_t>(poll_of_.size()));
  for (const auto& [poll_id, poll] : polls_) source_.unwatch(loop_, poll_id);
}

base::Expected<std::uint64_t> LoopPollFeed::add(const std::string& poll_id, Viewer viewer) {
  DCHECK(loop_.is_current());
  if (polls_.size() >= kMaxPolls && !polls_.contains(poll_id)) {
    return base::fail(base::ErrorCode::kLimit, "too many polls are watched");
  }
  Poll& poll = polls_[poll_id];
  const bool is_first = poll.watchers.empty();
  const std::uint64_t token = next_token_++;
  poll.watchers.emplace(token, Watcher{std::move(viewer)});
  poll_of_.emplace(token, poll_id);
  viewers_gauge().add(1);
  if (is_first) source_.watch(loop_, self_, poll_id);
  if (!poll.newest.empty()) show(poll_id, token);
  return token;
}

void LoopPollFeed::remove(std::uint64_t token) {
  DCHECK(loop_.is_current());
  const auto known = poll_of_.find(token);
  if (known == poll_of_.end()) return;
  const auto poll = polls_.find(known->second);
  CHECK(poll != polls_.end());
  poll->second.watchers.erase(token);
  viewers_gauge().add(-1);
  if (poll->second.watchers.empty()) {
    source_.unwatch(loop_, poll->first);
    polls_.erase(poll);
  }
  poll_of_.erase(known);
}

void LoopPollFeed::publish(const std::string& poll_id, const base::Slice& event) {
  const auto poll = polls_.find(poll_id);
  if (poll == polls_.end()) return;
  poll->second.newest = event;
  std::vector<std::uint64_t> tokens;
  tokens.reserve(poll->second.watchers.size());
  for (const auto& [token, watcher] : poll->second.watchers) tokens.push_back(token);
  // Whoever is called may remove anybody: each is looked up anew.
  for (const std::uint64_t token : tokens) show(poll_id, token);
}

void LoopPollFeed::show(const std::string& poll_id, std::uint64_t token) {
  const auto find = [&]() -> std::pair<Poll*, Watcher*> {
    const auto poll = polls_.find(poll_id);
    if (poll == polls_.end()) return {};
    const auto watcher = poll->second.watchers.find(token);
    if (watcher == poll->second.watchers.end()) return {};
    return {&poll->second, &watcher->second};
  };
  const auto [poll, watcher] = find();
  if (watcher == nullptr) return;
  // The function may remove its own viewer, so it must not lie in the map meanwhile.
  Viewer viewer = std::move(watcher->viewer);
  const base::Slice event = poll->newest;
  const bool taken = viewer(event);
  Watcher* const after = find().second;
  if (after == nullptr) return;
  after->viewer = std::move(viewer);
  after->is_behind = !taken;
  if (!taken && !behind_timer_.is_running()) {
    behind_timer_.start(kOfferAgain, [this] { show_again(); });
  }
}

void LoopPollFeed::show_again() {
  std::vector<std::pair<std::string, std::uint64_t>> behind;
  for (const auto& [poll_id, poll] : polls_) {
    for (const auto& [token, watcher] : poll.watchers) {
      if (watcher.is_behind) behind.emplace_back(poll_id, token);
    }
  }
  for (const auto& [poll_id, token] : behind) show(poll_id, token);
}

}  // namespace app
