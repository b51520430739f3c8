// Changes to what a room keeps beside what the service's API knows: bans, roles, the pinned
// message, slow mode. The same for our own operations and for moderators in the room.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"
#include "io/sql.h"

namespace control {

/// Inside a transaction. kNotFound: no such room, message, or ban to lift. kLimit: too many bans.
base::Expected<void> change_room(io::SqlConnection& sql, const chat::RoomId& room,
                                 const chat::RoomChange& change, base::WallTime now);

}  // namespace control
