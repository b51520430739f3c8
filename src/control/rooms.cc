// Chat rooms: create, get, update, delete, list.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>

#include "base/ids.h"
#include "chat/chat.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/room_record.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;

// Names what is there: the order is the caller's, and stays.
ApiResult<void> read_logging(Call& call, RoomRow& room) {
  if (!has(call.input, "loggingConfigurationIdentifiers")) return {};
  room.logging.clear();
  for (const json::value& entry : call.input.at("loggingConfigurationIdentifiers").as_array()) {
    const std::string_view arn = entry.get_string();
    const std::string id(own_id(call.platform.home, "logging-configuration", arn));
    auto rows = call.sql.run("SELECT 1 FROM logging_configurations WHERE id = $1", {id});
    if (!rows) return internal(rows.error());
    if (rows->empty()) return no_such_logging_configuration(arn);
    if (std::ranges::find(room.logging, id) == room.logging.end()) room.logging.push_back(id);
  }
  return {};
}

// An empty uri takes the review away.
void read_review(const json::object& input, RoomRow& room) {
  if (!has(input, "messageReviewHandler")) return;
  const json::object& handler = input.at("messageReviewHandler").as_object();
  if (has(handler, "uri")) room.review_uri = text_of(handler, "uri");
  if (has(handler, "fallbackResult")) {
    room.review_fallback = text_of(handler, "fallbackResult");
  }
  if (room.review_fallback.empty()) room.review_fallback = "ALLOW";
}

ApiResult<void> read_room(Call& call, RoomRow& room) {
  room.name = text_of(call.input, "name", room.name);
  room.max_rate = integer_of(call.input, "maximumMessageRatePerSecond", room.max_rate);
  room.max_length = integer_of(call.input, "maximumMessageLength", room.max_length);
  read_review(call.input, room);
  return read_logging(call, room);
}

ApiObject create(Call& call) {
  auto counted = call.sql.run("SELECT count(*) FROM rooms WHERE deleted_at IS NULL");
  if (!counted) return internal(counted.error());
  const std::int64_t most = quota(call, "chat/rooms");
  if (counted->integer(0, 0) >= most) {
    auto error = quota_exceeded(fmt::format("there may be at most {} rooms", most));
    error.error().resource_type = "ROOM";
    error.error().limit = most;
    return error;
  }
  RoomRow room;
  room.id = base::random_alphanumeric(kIdLength);
  room.tags = json_of(call.input, "tags", "{}");
  room.created_at = room.updated_at = call.now.time_since_epoch().count();
  if (auto read = read_room(call, room); !read) return std::unexpected(read.error());
  if (auto made = insert_room(call.sql, room); !made) return internal(made.error());
  return room_object(call.platform.home, room);
}

ApiObject get(Call& call) {
  auto room = room_named(call, "identifier");
  if (!room) return std::unexpected(room.error());
  return room_object(call.platform.home, *room);
}

ApiObject update(Call& call) {
  auto room = room_named(call, "identifier");
  if (!room) return std::unexpected(room.error());
  if (auto read = read_room(call, *room); !read) return std::unexpected(read.error());
  room->updated_at = call.now.time_since_epoch().count();
  if (auto saved = update_room(call.sql, *room); !saved) return internal(saved.error());
  return after_reload(call, room->id, room_object(call.platform.home, *room));
}

ApiObject remove(Call& call) {
  auto room = room_named(call, "identifier");
  if (!room) return std::unexpected(room.error());
  auto deleted = call.sql.run("UPDATE rooms SET deleted_at = $2 WHERE id = $1",
                              {room->id, std::int64_t{call.now.time_since_epoch().count()}});
  if (!deleted) return internal(deleted.error());
  auto unbound = call.sql.run("DELETE FROM channel_rooms WHERE room_id = $1", {room->id});
  if (!unbound) return internal(unbound.error());
  call.after_commit.push_back([chat = call.platform.chat, id = room->id] {
    if (chat != nullptr) chat->close_room(chat::RoomId(id));
  });
  return json::object{};
}

// "updated_at/id" of the row before.
struct Behind {
  std::int64_t updated_at = std::numeric_limits<std::int64_t>::max();
  std::string id;
};

ApiResult<Behind> read_behind(const std::string& key) {
  Behind behind;
  if (key.empty()) return behind;
  const std::size_t slash = key.find('/');
  const char* const end = key.data() + std::min(slash, key.size());
  const auto [stopped, failed] = std::from_chars(key.data(), end, behind.updated_at);
  if (slash == std::string::npos || failed != std::errc() || stopped != end) {
    return invalid("nextToken is not one that ListRooms gave");
  }
  behind.id = key.substr(slash + 1);
  return behind;
}

// Newest update first.
ApiObject list(Call& call) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto behind = read_behind(page->after);
  if (!behind) return std::unexpected(behind.error());
  std::string logging;
  if (has(call.input, "loggingConfigurationIdentifier")) {
    const std::string arn = text_of(call.input, "loggingConfigurationIdentifier");
    logging = own_id(call.platform.home, "logging-configuration", arn);
    auto rows = call.sql.run("SELECT 1 FROM logging_configurations WHERE id = $1", {logging});
    if (!rows) return internal(rows.error());
    if (rows->empty()) return no_such_logging_configuration(arn);
  }
  std::string statement =
      "SELECT updated_at || '/' || id, id FROM rooms r WHERE deleted_at IS NULL AND "
      "(updated_at < $1 OR (updated_at = $1 AND id < $2))";
  std::vector<io::SqlValue> values{behind->updated_at, behind->id};
  const auto filter = [&](std::string_view condition, std::string value) {
    values.emplace_back(std::move(value));
    statement += fmt::format(fmt::runtime(condition), values.size());
  };
  for (const auto& [member, condition] :
       {std::pair{"name", " AND name = ${}"},
        std::pair{"messageReviewHandlerUri", " AND review_uri = ${}"}}) {
    std::string wanted = text_of(call.input, member);
    if (!wanted.empty()) filter(condition, std::move(wanted));
  }
  if (!logging.empty()) {
    filter(
        " AND EXISTS (SELECT 1 FROM room_logging l WHERE l.room_id = r.id AND "
        "l.configuration_id = ${})",
        logging);
  }
  values.emplace_back(page->limit + 1);
  statement += fmt::format(" ORDER BY updated_at DESC, id DESC LIMIT ${}", values.size());
  auto rows = call.sql.run(statement, std::span<const io::SqlValue>(values));
  if (!rows) return internal(rows.error());
  ApiResult<void> loaded;
  json::object output = listing(call, *page, *rows, "rooms", [&](std::size_t row) -> json::value {
    auto room = load_room(call.sql, rows->text(row, 1));
    if (!room || !*room) {
      if (!room) loaded = internal(room.error());
      return nullptr;
    }
    json::object summary = room_object(call.platform.home, **room);
    summary.erase("maximumMessageRatePerSecond");
    summary.erase("maximumMessageLength");
    return summary;
  });
  if (!loaded) return std::unexpected(loaded.error());
  return output;
}

}  // namespace

std::span<const Handler> room_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateRoom", kWrite, create}, {"GetRoom", kRead, get},    {"UpdateRoom", kWrite, update},
      {"DeleteRoom", kWrite, remove}, {"ListRooms", kRead, list},
  };
  return kHandlers;
}

}  // namespace control
