// Positions of what is said in chat rooms, from the order and the times of a stream that all nodes
// read: the same on every node, rising within each room, at or a little behind the time of day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/ids.h"
#include "chat/chat.h"

namespace control {

class ChatPositions {
 public:
  /// Of the next message of the stream. `taken_at`: when the stream took it, nanoseconds since
  /// 1970; may go back when a clock is set. `floor`: from the envelope, lower positions are not
  /// allowed. Every message of the stream passes here, also of rooms that nobody hears, so that
  /// all nodes agree; one that begins to read later agrees from the first message on whose times
  /// are ahead of all before it.
  std::int64_t next(const chat::RoomId& room, std::int64_t taken_at, std::int64_t floor);

  /// Rooms whose positions are ahead of the stream's clock.
  std::size_t rooms_ahead() const { return ahead_.size(); }

 private:
  void forget_overtaken();

  std::int64_t clock_ = 0;  // rises with each message
  // The last position of rooms that are ahead of it: their nodes' clocks are, or were.
  std::unordered_map<chat::RoomId, std::int64_t, base::IdHash> ahead_;
  std::size_t sweep_at_ = 1'024;
};

}  // namespace control
