#include "app/core/feed.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/check.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

base::Gauge& viewers_gauge() {
  static base::Gauge& gauge = base::metrics().gauge("rostrum_platform_feed_viewers",
                                                    "Pages that hear what happens as it happens");
  return gauge;
}

}  // namespace

base::Slice feed_event(std::string_view name, const boost::json::object& data) {
  std::string text = "event: ";
  text += name;
  text += "\ndata: ";
  text += boost::json::serialize(data);  // never holds a line's end
  text += "\n\n";
  return base::Slice::take(std::move(text));
}

class FeedHub::LoopFeed final : public PlatformFeed {
 public:
  explicit LoopFeed(io::Loop& loop) : loop_(loop), self_(std::make_shared<LoopFeed*>(this)) {}
  ~LoopFeed() override { viewers_gauge().add(-static_cast<std::int64_t>(viewers_.size())); }

  base::Expected<std::uint64_t> add(std::vector<std::string> topics, Viewer viewer) override {
    DCHECK(loop_.is_current());
    if (viewers_.size() >= kMaxViewers || topics.size() > kMaxTopics) {
      return base::fail(base::ErrorCode::kLimit, "too many viewers of the feed");
    }
    const std::uint64_t token = next_token_++;
    for (const std::string& topic : topics) by_topic_[topic].insert(token);
    viewers_.emplace(token, Known{std::move(topics), std::move(viewer)});
    viewers_gauge().add(1);
    return token;
  }

  void remove(std::uint64_t token) override {
    DCHECK(loop_.is_current());
    const auto known = viewers_.find(token);
    if (known == viewers_.end()) return;
    for (const std::string& topic : known->second.topics) {
      const auto others = by_topic_.find(topic);
      if (others == by_topic_.end()) continue;
      others->second.erase(token);
      if (others->second.empty()) by_topic_.erase(others);
    }
    viewers_.erase(known);
    viewers_gauge().add(-1);
  }

  void publish(const std::string& topic, const base::Slice& event) {
    const auto found = by_topic_.find(topic);
    if (found == by_topic_.end()) return;
    // Telling one may remove others.
    const std::vector<std::uint64_t> tokens(found->second.begin(), found->second.end());
    for (const std::uint64_t token : tokens) {
      const auto known = viewers_.find(token);
      if (known != viewers_.end()) (void)known->second.viewer(event);  // behind: it misses this
    }
  }

  const std::shared_ptr<LoopFeed*>& self() const { return self_; }

 private:
  struct Known {
    std::vector<std::string> topics;
    Viewer viewer;
  };
  io::Loop& loop_;
  std::unordered_map<std::uint64_t, Known> viewers_;
  std::unordered_map<std::string, std::set<std::uint64_t>> by_topic_;
  std::uint64_t next_token_ = 1;
  std::shared_ptr<LoopFeed*> self_;  // for what is posted: expired once we are gone
};

void FeedHub::publish(std::string_view topic, base::Slice event) {
  links_.with([&](std::vector<Link>& links) {
    std::erase_if(links, [](const Link& link) { return link.feed.expired(); });
    for (const Link& link : links) {
      link.loop->post([weak = link.feed, name = std::string(topic), event] {
        if (const auto alive = weak.lock()) (*alive)->publish(name, event);
      });
    }
  });
}

std::unique_ptr<PlatformFeed> FeedHub::feed(io::Loop& loop) {
  auto made = std::make_unique<LoopFeed>(loop);
  links_.with([&](std::vector<Link>& links) { links.push_back({&loop, made->self()}); });
  return made;
}

}  // namespace app
