// Chat rooms as they are kept, and their statements.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"
#include "control/api_error.h"
#include "control/arn.h"
#include "io/sql.h"

namespace control {

struct Call;
struct Platform;

struct RoomRow {
  std::string id;
  std::string name;
  std::int64_t max_rate = 10;
  std::int64_t max_length = 500;
  std::string review_uri = {};       // empty: no review
  std::string review_fallback = {};  // "ALLOW", "DENY"; empty where nothing was given
  std::string moderation = "{}";     // JSON, as PutRoomModeration takes it
  std::string pinned = {};           // a message's id
  std::string tags = "{}";           // JSON
  std::int64_t created_at = 0;       // microseconds since 1970
  std::int64_t updated_at = 0;
  std::vector<std::string> logging = {};  // ids of logging configurations, in the order given
};

/// Nothing if there is no such room, or it was deleted.
base::Expected<std::optional<RoomRow>> load_room(io::SqlConnection& sql, std::string_view id);
base::Expected<void> insert_room(io::SqlConnection& sql, const RoomRow& room);
/// All but id and times of creation, logging included.
base::Expected<void> update_room(io::SqlConnection& sql, const RoomRow& room);

/// A ban that applies now.
struct Banned {
  std::optional<base::WallTime> until;  // absent: until it is lifted
};
base::Expected<std::optional<Banned>> find_ban(io::SqlConnection& sql, const std::string& room,
                                               const std::string& user, base::WallTime now);

/// The room that `member` of the input names, or the error that says there is none.
ApiResult<RoomRow> room_named(Call& call, std::string_view member = "roomIdentifier");
/// The same error.
std::unexpected<ApiError> no_such_room(std::string_view arn);
std::unexpected<ApiError> no_such_logging_configuration(std::string_view arn);

/// As GetRoom answers.
boost::json::object room_object(const Home& home, const RoomRow& room);

/// What the engine needs to know: the room with its bans, roles, pinned message and, if asked for,
/// its newest `history` entries. kNotFound.
base::Expected<chat::RoomRecord> load_room_record(io::SqlConnection& sql, const Home& home,
                                                  const chat::RoomId& room, std::size_t history,
                                                  base::WallTime now);

}  // namespace control
