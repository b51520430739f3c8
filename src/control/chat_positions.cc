#include "control/chat_positions.h"

#include <algorithm>

namespace control {
namespace {

constexpr std::size_t kMostAhead = 200'000;

}  // namespace

std::int64_t ChatPositions::next(const chat::RoomId& room, std::int64_t taken_at,
                                 std::int64_t floor) {
  clock_ = std::max(clock_ + 1, taken_at);
  std::int64_t position = std::max(clock_, floor);
  const auto last = ahead_.find(room);
  if (last != ahead_.end()) {
    position = std::max(position, last->second + 1);
    if (position > clock_) {
      last->second = position;
    } else {
      ahead_.erase(last);
    }
  } else if (position > clock_) {
    if (ahead_.size() >= sweep_at_) forget_overtaken();
    ahead_.emplace(room, position);
  }
  return position;
}

void ChatPositions::forget_overtaken() {
  std::erase_if(ahead_, [this](const auto& room) { return room.second <= clock_; });
  // So many rooms and clocks that wrong: then the stream's clock has to do.
  if (ahead_.size() >= kMostAhead) ahead_.clear();
  sweep_at_ = std::clamp<std::size_t>(ahead_.size() * 2, 1'024, kMostAhead);
}

}  // namespace control
