// What one loop counts of chat; read by any thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/metrics.h"
#include "chat/chat.h"
#include "chat/room_frame.h"

namespace chat {

struct FigureCounters {
  base::Gauge connections;  // admitted, joined or not
  base::Gauge rooms;        // at home here
  std::array<base::Counter, kActions> requests;
  std::array<base::Counter, kActions> deliveries;

  base::Counter& request(Action action) { return requests[static_cast<std::size_t>(action)]; }
  base::Counter& delivery(Action action) { return deliveries[static_cast<std::size_t>(action)]; }

  void add_to(Figures& sum) const {
    sum.connections += static_cast<std::uint64_t>(connections.value());
    sum.rooms += static_cast<std::uint64_t>(rooms.value());
    add(requests, sum.requests);
    add(deliveries, sum.deliveries);
  }

 private:
  static void add(const std::array<base::Counter, kActions>& from, Figures::ByAction& sum) {
    const auto value = [&](Action action) {
      return from[static_cast<std::size_t>(action)].value();
    };
    sum.send_message += value(Action::kSendMessage);
    sum.delete_message += value(Action::kDeleteMessage);
    sum.disconnect_user += value(Action::kDisconnectUser);
    sum.send_event += value(Action::kSendEvent);
  }
};

}  // namespace chat
