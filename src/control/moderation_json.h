// The built-in review of a room as JSON: what PutRoomModeration takes and what is kept. Members as
// api/rostrum.json has them (RoomModeration); maximumMessageRatePerSecond is the room's, not the
// review's, and left to others.
#pragma once

#include <boost/json/object.hpp>

#include "base/error.h"
#include "chat/chat.h"

namespace control {

/// Absent members are off. kInvalid with a sentence for a value that cannot work: a pattern that is
/// none, too many words.
base::Expected<chat::Moderation> read_moderation(const boost::json::object& object);
/// With every member.
boost::json::object moderation_object(const chat::Moderation& moderation);

}  // namespace control
