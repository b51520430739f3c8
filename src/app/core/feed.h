// What happens, told to pages as it happens: events by topic, handed once to each media loop that
// has viewers, however many these are.
//
// Topics: "channel:<account id>" (what everybody on a channel's page hears), "account:<id>" (what
// one person hears, wherever), "directory".
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/app.h"
#include "base/guarded.h"
#include "base/slice.h"

namespace app {

/// `event: <name>` and `data: <json>` as text/event-stream.
base::Slice feed_event(std::string_view name, const boost::json::object& data);

class FeedHub {
 public:
  /// Hands an event to all who hear that topic. From any thread; in the order of calls of one
  /// thread.
  void publish(std::string_view topic, base::Slice event);
  void publish(std::string_view topic, std::string_view name, const boost::json::object& data) {
    publish(topic, feed_event(name, data));
  }

  std::unique_ptr<PlatformFeed> feed(io::Loop& loop);

  static constexpr std::size_t kMaxViewers = 50'000;  // of one loop
  static constexpr std::size_t kMaxTopics = 8;        // of one viewer

 private:
  class LoopFeed;
  struct Link {
    io::Loop* loop = nullptr;
    std::weak_ptr<LoopFeed*> feed;
  };
  base::Guarded<std::vector<Link>> links_;
};

}  // namespace app
