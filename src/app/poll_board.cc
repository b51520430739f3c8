#include "app/poll_board.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

base::Counter& updates() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_poll_updates_total", "Updates of poll results made for streams");
  return counter;
}

}  // namespace

void PollBoard::watch(io::Loop& loop, std::weak_ptr<LoopPollFeed*> link,
                      const std::string& poll_id) {
  Poll& poll = polls_[poll_id];
  const auto same = [&](const Feed& feed) { return feed.loop == &loop; };
  std::erase_if(poll.feeds, same);
  poll.feeds.push_back({&loop, std::move(link)});
  if (!poll.newest.empty()) post(poll.feeds.back(), poll_id, poll.newest);
  look();
}

void PollBoard::unwatch(io::Loop& loop, const std::string& poll_id) {
  const auto poll = polls_.find(poll_id);
  if (poll == polls_.end()) return;
  std::erase_if(poll->second.feeds, [&](const Feed& feed) { return feed.loop == &loop; });
  if (poll->second.feeds.empty()) polls_.erase(poll);
}

void PollBoard::changed(const std::string& poll_id) {
  const auto poll = polls_.find(poll_id);
  if (poll == polls_.end()) return;
  poll->second.is_dirty = true;
  if (!timer_.is_running()) look();
}

// Reads what is due and comes back for what is not yet.
void PollBoard::look() {
  const base::MonotonicTime now = home_.now();
  auto next = base::MonotonicTime::max();
  for (auto& [poll_id, poll] : polls_) {
    if (!poll.is_dirty || poll.is_reading) continue;
    if (poll.read_at != base::MonotonicTime{} && poll.read_at + kInterval > now) {
      next = std::min(next, poll.read_at + kInterval);
      continue;
    }
    poll.read_at = now;
    if (read_(poll_id,
              [this, id = poll_id](base::Slice event) { on_read(id, std::move(event)); })) {
      poll.is_dirty = false;
      poll.is_reading = true;
    } else {
      next = std::min(next, now + kInterval);
    }
  }
  if (next != base::MonotonicTime::max()) timer_.start_at(next, [this] { look(); });
}

void PollBoard::on_read(const std::string& poll_id, base::Slice event) {
  const auto found = polls_.find(poll_id);
  if (found == polls_.end()) return;
  Poll& poll = found->second;
  poll.is_reading = false;
  if (event.empty()) {
    poll.is_dirty = true;
  } else if (event.text() != poll.newest.text()) {
    poll.newest = std::move(event);
    updates().add();
    for (const Feed& feed : poll.feeds) post(feed, poll_id, poll.newest);
  }
  if (poll.is_dirty) look();
}

void PollBoard::post(const Feed& feed, const std::string& poll_id, const base::Slice& event) {
  feed.loop->post([link = feed.link, poll_id, event] {
    if (const auto alive = link.lock()) (*alive)->publish(poll_id, event);
  });
}

}  // namespace app
