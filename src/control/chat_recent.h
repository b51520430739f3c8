// What was said lately in all rooms of all nodes: for a room that is opened, before all of it is in
// the database. Bounded by time and by octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>

#include "base/ids.h"
#include "chat/chat.h"

namespace control {

class ChatRecent {
 public:
  struct Limits {
    std::int64_t age = 60'000'000'000;  // nanoseconds
    std::size_t octets = 32 << 20;
    std::size_t count = 200'000;
  };
  explicit ChatRecent(Limits limits) : limits_(limits) {}

  /// `at`: nanoseconds since 1970, by the stream.
  void add(const chat::Bus::Said& said, std::int64_t at);
  /// Those of the room in order, as said by others.
  void for_each(const chat::RoomId& room, const std::function<void(chat::Bus::Said)>& use) const;

  std::size_t size() const { return all_.size(); }
  std::size_t octets() const { return octets_; }

 private:
  struct Item {
    chat::RoomId room;
    std::size_t octets = 0;
    std::int64_t at = 0;
  };
  void forget_oldest();

  const Limits limits_;
  std::deque<Item> all_;  // in the order of the stream, as are those of each room
  std::unordered_map<chat::RoomId, std::deque<chat::Bus::Said>, base::IdHash> rooms_;
  std::size_t octets_ = 0;
};

}  // namespace control
