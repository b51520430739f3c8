// How many are in each chat room on the other nodes, as they say it. A node that says nothing any
// more is forgotten.
#pragma once

#include <cstddef>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "chat/chat.h"
#include "control/chat_bus_envelope.h"

namespace control {

class ChatHeadcounts {
 public:
  /// What a node said holds for so long.
  explicit ChatHeadcounts(base::Duration holds_for) : holds_for_(holds_for) {}

  /// The rooms whose sum changed.
  std::vector<chat::RoomId> heard(NodeId node, const HeadcountEnvelope& counts,
                                  base::MonotonicTime now);
  std::vector<chat::RoomId> expire(base::MonotonicTime now);
  chat::Headcount sum(const chat::RoomId& room) const;
  std::size_t size() const { return size_; }

 private:
  struct One {
    chat::Headcount count;
    base::MonotonicTime heard_at{};
  };
  using Nodes = std::map<NodeId, One>;
  static constexpr std::size_t kMost = 1'000'000;  // rooms of nodes

  const base::Duration holds_for_;
  std::unordered_map<chat::RoomId, Nodes, base::IdHash> rooms_;
  std::size_t size_ = 0;
};

}  // namespace control
