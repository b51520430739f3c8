#include "control/chat_headcounts.h"

#include <iterator>

namespace control {

std::vector<chat::RoomId> ChatHeadcounts::heard(NodeId node, const HeadcountEnvelope& counts,
                                                base::MonotonicTime now) {
  std::vector<chat::RoomId> changed;
  for (const auto& [room, count] : counts.rooms) {
    if (count == chat::Headcount{}) {
      const auto found = rooms_.find(room);
      if (found == rooms_.end() || found->second.erase(node) == 0) continue;
      --size_;
      if (found->second.empty()) rooms_.erase(found);
      changed.push_back(room);
      continue;
    }
    if (size_ >= kMost) break;
    const auto [place, is_new] = rooms_[room].try_emplace(node);
    if (is_new) ++size_;
    if (place->second.count != count) changed.push_back(room);
    place->second = {count, now};
  }
  return changed;
}

std::vector<chat::RoomId> ChatHeadcounts::expire(base::MonotonicTime now) {
  std::vector<chat::RoomId> changed;
  for (auto room = rooms_.begin(); room != rooms_.end();) {
    Nodes& nodes = room->second;
    const std::size_t gone = std::erase_if(
        nodes, [&](const auto& node) { return now - node.second.heard_at > holds_for_; });
    if (gone > 0) changed.push_back(room->first);
    size_ -= gone;
    room = nodes.empty() ? rooms_.erase(room) : std::next(room);
  }
  return changed;
}

chat::Headcount ChatHeadcounts::sum(const chat::RoomId& room) const {
  chat::Headcount sum;
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return sum;
  for (const auto& [node, one] : found->second) {
    sum.connections += one.count.connections;
    sum.users += one.count.users;
  }
  return sum;
}

}  // namespace control
