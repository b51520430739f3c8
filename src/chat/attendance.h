// Who is in a room: the connections of each user, and on which loops they are. Coming and going
// cost the same in a large room as in a small one (but for a search in a tree). On the room's home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chat/person.h"

namespace chat {

class Attendance {
 public:
  void add(const Person& person, Seat seat);
  /// False if nobody sat there.
  bool remove(const Person& person, Seat seat);
  /// All connections of the user.
  void remove_user(std::string_view user_id);
  bool contains(const Person& person, Seat seat) const;

  /// Every connection of the user.
  std::vector<Seat> seats_of(std::string_view user_id) const;
  /// The highest role in the user's tokens.
  Role token_role_of(std::string_view user_id) const;
  std::vector<Seat> all_seats() const;

  std::size_t connections() const { return connections_; }
  std::size_t extended_connections() const { return extended_; }
  std::size_t users() const { return users_.size(); }
  /// The first `most` in the order of the alphabet.
  std::vector<std::string> first_users(std::size_t most) const;

  struct OnLoop {
    std::uint32_t loop = 0;
    std::uint32_t connections = 0;
    std::uint32_t extended = 0;
  };
  /// Those with connections only.
  const std::vector<OnLoop>& loops() const { return loops_; }

 private:
  struct User {
    std::vector<Seat> seats;  // sorted: there may be very many
    Role role = Role::kNone;
  };
  OnLoop& on_loop(std::uint32_t loop);
  void forget(Seat seat);

  std::map<std::string, User, std::less<>> users_;
  std::vector<OnLoop> loops_;
  std::size_t connections_ = 0;
  std::size_t extended_ = 0;
};

}  // namespace chat
