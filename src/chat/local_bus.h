// The bus of one node alone: what is published comes back at once, from inside publish().
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "chat/chat.h"

namespace chat {

class LocalBus final : public Bus {
 public:
  explicit LocalBus(std::size_t loops) : last_(loops) {}

  void start(std::function<io::Loop&(const RoomId&)> home_of,
             std::function<void(Said)> receive) override;
  void publish(const RoomId& room, base::Slice payload,
               std::move_only_function<void(base::Error)> failed) override;
  void listen(const RoomId& room, bool wanted) override;
  /// Holds for all rooms of this home, also when the clock was set back.
  void rise_above(const RoomId& room, std::int64_t position) override;

 private:
  // Each written by its loop only, and apart from the others'.
  struct alignas(64) Last {
    std::int64_t position = 0;
  };
  std::vector<Last> last_;
  std::function<io::Loop&(const RoomId&)> home_of_;
  std::function<void(Said)> receive_;
};

}  // namespace chat
