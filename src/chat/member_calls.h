// What a room's home asks of the members, wherever they are. Implemented by the engine, which
// carries it to their loops; in the order of the calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/chat.h"
#include "chat/member.h"
#include "chat/person.h"
#include "chat/room_frame.h"

namespace chat {

class MemberCalls {
 public:
  /// Hears everything that is said from here on, behind the greeting.
  virtual void let_in(Seat seat, const RoomId& room, Greeting greeting) = 0;
  virtual void refuse(Seat seat, Refusal refusal) = 0;
  /// To all members of the room on one loop.
  virtual void say(std::uint32_t loop, const RoomId& room, RoomFrame frame) = 0;
  /// To one member.
  virtual void tell(Seat seat, base::Slice frame) = 0;
  /// Ends connections, behind everything that was said before.
  virtual void close(const std::vector<Seat>& seats, std::uint16_t code,
                     const std::string& reason) = 0;

 protected:
  ~MemberCalls() = default;
};

}  // namespace chat
