// One connection on its loop, from the question whether it may come in until it has gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "chat/chat.h"
#include "chat/person.h"
#include "chat/rate_bucket.h"

namespace chat {

class LoopRoom;

/// What somebody gets who is let in.
struct Greeting {
  std::vector<base::Slice> frames;  // written before anything else: welcome, history
};

/// Needed only until the connection is there.
struct Entrance {
  RoomId room;
  std::move_only_function<void(std::expected<std::unique_ptr<Admission>, Refusal>)> answer;
  std::vector<base::Slice> frames;  // the greeting, and what was said since
  std::size_t octets = 0;           // said since
  bool is_overdue = false;          // too much was said since: not worth joining
  std::uint16_t close_code = 0;     // not 0: must go as soon as it joins
  std::string close_reason;
};

struct Member {
  enum class State : std::uint8_t {
    kAsking,    // the room's home has not answered
    kAdmitted,  // no connection yet
    kJoined,
    kLeaving,  // closed or dropped from here; leave() will follow
  };

  MemberId id{};
  State state = State::kAsking;
  std::uint8_t refusals = 0;  // for being too fast, since refused_since
  bool is_watched = false;    // for being slow
  std::uint32_t row = 0;      // in its room
  LoopRoom* room = nullptr;   // while it hears what is said
  MemberConnection* connection = nullptr;
  std::shared_ptr<const Person> person;  // shared with the room's home
  base::WallTime session_ends_at{};
  RateBucket requests;
  base::MonotonicTime refused_since{};
  base::MonotonicTime behind_since{};
  std::unique_ptr<Entrance> entrance;  // while asking and admitted
};

}  // namespace chat
