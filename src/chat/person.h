// Somebody on a connection to a room, as the connection's loop and the room's home both know him.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "chat/chat.h"

namespace chat {

/// Made from the pass when the connection is let in; immutable, shared by both loops.
struct Person {
  std::string user_id;
  Attributes attributes;
  std::string address;  // of the peer, without port
  Capabilities capabilities;
  Role role = Role::kNone;  // from the token alone
  bool is_extended = false;
};

/// Where a connection is: its loop, and which one there.
struct Seat {
  MemberId member{};
  std::uint32_t loop = 0;
  bool is_extended = false;  // as the person is

  auto operator<=>(const Seat&) const = default;
};

}  // namespace chat
