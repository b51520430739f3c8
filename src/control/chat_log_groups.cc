#include "control/chat_log_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <limits>
#include <map>
#include <utility>

namespace control {
namespace {

namespace json = boost::json;

constexpr std::string_view kStreams = "aws/IVSChatLogs/1.0/room_";
constexpr std::size_t kMaxKnown = 100'000;
// Behind every id: those are letters and digits.
constexpr std::string_view kAfterIds = "~";

// "" for other destinations.
std::string group_of(std::string_view destination) {
  boost::system::error_code failure;
  const json::value value = json::parse(destination, failure);
  if (failure || !value.is_object()) return {};
  const json::value* logs = value.get_object().if_contains("cloudWatchLogs");
  if (logs == nullptr || !logs->is_object()) return {};
  const json::value* name = logs->get_object().if_contains("logGroupName");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{};
}

// Of one configuration: `$1`. `$2` and `$3` bound the ids of rooms; `$4` is the room to go on
// from, with the time `$6` where times decide; `$5` the limit.
std::string statement_for(const LogStreamChoice& choice) {
  constexpr std::array<std::string_view, 4> kRest = {
      "l.room_id > $4 ORDER BY l.room_id LIMIT $5",
      "l.room_id < $4 ORDER BY l.room_id DESC LIMIT $5",
      "(s.last_at, s.room) > ($6, $4) ORDER BY s.last_at, s.room LIMIT $5",
      "(s.last_at, s.room) < ($6, $4) ORDER BY s.last_at DESC, s.room DESC LIMIT $5",
  };
  const bool by_name = choice.order == LogStreamChoice::Order::kName;
  return fmt::format(
      "SELECT s.room, s.last_position, s.first_at, s.last_at FROM room_logging l "
      "JOIN chat_spoken_rooms s ON s.room = l.room_id WHERE l.configuration_id = $1 "
      "AND l.room_id >= $2 AND l.room_id < $3 AND {}",
      kRest.at((by_name ? 0U : 2U) + (choice.descending ? 1U : 0U)));
}

}  // namespace

std::string log_stream_of(const chat::RoomId& room) {
  return std::string(kStreams) + room.str();
}

std::optional<chat::RoomId> room_of_log_stream(std::string_view name) {
  if (!name.starts_with(kStreams) || name.size() == kStreams.size()) return std::nullopt;
  return chat::RoomId(std::string(name.substr(kStreams.size())));
}

std::optional<std::string> room_prefix_of(std::string_view prefix) {
  if (kStreams.starts_with(prefix)) return std::string{};
  if (!prefix.starts_with(kStreams)) return std::nullopt;
  return std::string(prefix.substr(kStreams.size()));
}

base::Expected<std::vector<ChatLogGroup>> load_log_groups(io::SqlConnection& sql) {
  const auto rows =
      sql.run("SELECT id, destination, created_at FROM logging_configurations ORDER BY id");
  if (!rows) return base::fail(rows.error());
  std::map<std::string, ChatLogGroup> groups;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    std::string name = group_of(rows->text(i, 1));
    if (name.empty()) continue;
    const base::WallTime created_at{std::chrono::microseconds(rows->integer(i, 2))};
    ChatLogGroup& group = groups[name];
    group.created_at =
        group.configurations.empty() ? created_at : std::min(group.created_at, created_at);
    group.configurations.push_back(rows->text(i, 0));
    group.name = std::move(name);
  }
  std::vector<ChatLogGroup> out;
  for (auto& [name, group] : groups) out.push_back(std::move(group));
  return out;
}

base::Expected<std::vector<SpokenRoom>> list_log_streams(io::SqlConnection& sql,
                                                         const ChatLogGroup& group,
                                                         const LogStreamChoice& choice) {
  const bool by_name = choice.order == LogStreamChoice::Order::kName;
  std::int64_t after_at = choice.descending ? std::numeric_limits<std::int64_t>::max()
                                            : std::numeric_limits<std::int64_t>::min();
  std::string after_room = choice.descending ? std::string(kAfterIds) : std::string{};
  if (choice.after) {
    after_at = choice.after->last_at.time_since_epoch().count();
    after_room = choice.after->room.str();
  }
  std::vector<SpokenRoom> out;
  const std::string statement = statement_for(choice);
  for (const std::string& configuration : group.configurations) {
    std::vector<io::SqlValue> values = {configuration, choice.room_prefix,
                                        choice.room_prefix + std::string(kAfterIds), after_room,
                                        static_cast<std::int64_t>(choice.limit)};
    if (!by_name) values.emplace_back(after_at);
    const auto rows = sql.run(statement, values);
    if (!rows) return base::fail(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      out.push_back({.room = chat::RoomId(rows->text(i, 0)),
                     .last_position = rows->integer(i, 1),
                     .first_at = base::WallTime(std::chrono::microseconds(rows->integer(i, 2))),
                     .last_at = base::WallTime(std::chrono::microseconds(rows->integer(i, 3)))});
    }
  }
  // A room may use several configurations of the same group.
  std::ranges::sort(out, [&](const SpokenRoom& a, const SpokenRoom& b) {
    const SpokenRoom& first = choice.descending ? b : a;
    const SpokenRoom& second = choice.descending ? a : b;
    if (by_name || first.last_at == second.last_at) return first.room < second.room;
    return first.last_at < second.last_at;
  });
  const auto same = std::ranges::unique(out, {}, &SpokenRoom::room);
  out.erase(same.begin(), same.end());
  if (out.size() > choice.limit) out.resize(choice.limit);
  return out;
}

base::Expected<bool> LogGroupMembers::contain(const chat::RoomId& room) {
  const auto known = known_.find(room.str());
  if (known != known_.end()) return known->second;
  const auto rows =
      sql_.run("SELECT configuration_id FROM room_logging WHERE room_id = $1", {room.str()});
  if (!rows) return base::fail(rows.error());
  bool contains = false;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    contains |=
        std::ranges::find(group_.configurations, rows->text(i, 0)) != group_.configurations.end();
  }
  if (known_.size() < kMaxKnown) known_.emplace(room.str(), contains);
  return contains;
}

}  // namespace control
