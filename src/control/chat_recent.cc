#include "control/chat_recent.h"

#include <utility>

namespace control {

void ChatRecent::add(const chat::Bus::Said& said, std::int64_t at) {
  all_.push_back({said.room, said.payload.size(), at});
  octets_ += said.payload.size();
  chat::Bus::Said& kept = rooms_[said.room].emplace_back(said);
  kept.is_own = false;
  while (!all_.empty() && (all_.front().at + limits_.age < at || octets_ > limits_.octets ||
                           all_.size() > limits_.count)) {
    forget_oldest();
  }
}

void ChatRecent::forget_oldest() {
  const auto room = rooms_.find(all_.front().room);
  room->second.pop_front();
  if (room->second.empty()) rooms_.erase(room);
  octets_ -= all_.front().octets;
  all_.pop_front();
}

void ChatRecent::for_each(const chat::RoomId& room,
                          const std::function<void(chat::Bus::Said)>& use) const {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  for (const chat::Bus::Said& said : found->second) use(said);
}

}  // namespace control
