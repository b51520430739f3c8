#include "chat/local_bus.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "io/loop.h"

namespace chat {

void LocalBus::start(std::function<io::Loop&(const RoomId&)> home_of,
                     std::function<void(Said)> receive) {
  home_of_ = std::move(home_of);
  receive_ = std::move(receive);
}

void LocalBus::publish(const RoomId& room, base::Slice payload,
                       std::move_only_function<void(base::Error)>) {
  std::int64_t& last = last_.at(home_of_(room).index()).position;
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(io::Loop::wall_now().time_since_epoch());
  last = std::max(last + 1, std::int64_t{now.count()});
  receive_({room, std::move(payload), last, true});
}

void LocalBus::listen(const RoomId&, bool) {}

void LocalBus::rise_above(const RoomId& room, std::int64_t position) {
  std::int64_t& last = last_.at(home_of_(room).index()).position;
  last = std::max(last, position);
}

}  // namespace chat
