// CloudWatch's log groups and log streams, as chat has them: a group for every name that a logging
// configuration with a cloudWatchLogs destination gives, and in it a stream for every room that
// uses such a configuration. Groups hold what is kept of their rooms. On a worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"
#include "control/chat_history.h"
#include "io/sql.h"

namespace control {

/// "aws/IVSChatLogs/1.0/room_<id>".
std::string log_stream_of(const chat::RoomId& room);
/// Nothing for names that are not of that form.
std::optional<chat::RoomId> room_of_log_stream(std::string_view name);
/// What the ids of the rooms begin with whose streams' names begin with `prefix`; nothing if there
/// can be none.
std::optional<std::string> room_prefix_of(std::string_view prefix);

struct ChatLogGroup {
  std::string name;
  base::WallTime created_at{};
  std::vector<std::string> configurations;  // ids of logging configurations
};

/// By name.
base::Expected<std::vector<ChatLogGroup>> load_log_groups(io::SqlConnection& sql);

/// Which streams of a group.
struct LogStreamChoice {
  enum class Order : std::uint8_t { kName, kLastEvent } order = Order::kName;
  bool descending = false;
  std::string room_prefix = {};
  /// Behind this one, in the order asked for; nothing: from the beginning.
  std::optional<SpokenRoom> after = {};
  std::size_t limit = 50;
};
/// Those in which something was said.
base::Expected<std::vector<SpokenRoom>> list_log_streams(io::SqlConnection& sql,
                                                         const ChatLogGroup& group,
                                                         const LogStreamChoice& choice);

/// Whether rooms log to a group; remembers what it found. For one request.
class LogGroupMembers {
 public:
  LogGroupMembers(io::SqlConnection& sql, const ChatLogGroup& group) : sql_(sql), group_(group) {}
  base::Expected<bool> contain(const chat::RoomId& room);

 private:
  io::SqlConnection& sql_;
  const ChatLogGroup& group_;
  std::unordered_map<std::string, bool> known_;
};

}  // namespace control
