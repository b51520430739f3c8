// One frame on its way from a room's home to the members on a loop: encoded once, shared by all.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace chat {

/// What a frame counts as in the figures.
enum class Action : std::uint8_t {
  kSendMessage,
  kDeleteMessage,
  kDisconnectUser,
  kSendEvent,
  kOther,  // frames of our own
};
inline constexpr std::size_t kActions = 5;

struct RoomFrame {
  base::Slice frame;  // a whole WebSocket frame
  Action action = Action::kOther;
  bool is_extended = false;  // only for members that asked for more than the service's protocol
};

}  // namespace chat
