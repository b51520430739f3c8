// What the members on a loop ask of their rooms' homes. Implemented by the engine, which carries it
// to the home's loop; in the order of the calls of one loop.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "chat/chat.h"
#include "chat/client_frame.h"
#include "chat/person.h"

namespace chat {

/// Somebody who wants to come in.
struct Applicant {
  Seat seat;
  std::shared_ptr<const Person> person;  // immutable, shared with the connection's loop
  std::string token_id;
  base::WallTime expires_at{};
  base::WallTime session_ends_at{};
  std::size_t history = 0;
  std::string since;
};

class HomeCalls {
 public:
  /// Answered by LoopChat::let_in or LoopChat::refuse.
  virtual void ask_in(const RoomId& room, Applicant applicant) = 0;
  virtual void act(const RoomId& room, Seat seat, std::shared_ptr<const Person> person,
                   ClientFrame frame) = 0;
  /// The seat is free again.
  virtual void gone(const RoomId& room, Seat seat, std::shared_ptr<const Person> person) = 0;
  /// Whether this node holds as many connections as it may. From any loop.
  virtual bool is_full() const = 0;

 protected:
  ~HomeCalls() = default;
};

}  // namespace chat
