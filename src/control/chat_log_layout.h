// Where chat logs lie in their destinations: the service's own layout for S3, and Firehose's for
// delivery streams. The same entries always have the same name, so that delivering them again
// changes nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"

namespace control {

struct ChatLogDestination {
  enum class Kind : std::uint8_t {
    kNone,  // CloudWatch Logs, which is answered from the database
    kS3,
    kFirehose,
  } kind = Kind::kNone;
  std::string name = {};  // bucket or delivery stream
};
/// Of a logging configuration: JSON as in CreateLoggingConfiguration. kMalformed for anything else.
base::Expected<ChatLogDestination> parse_chat_log_destination(std::string_view json);

/// The entries of one object: consecutive ones of a room.
struct ChatLogRange {
  chat::RoomId room;
  base::WallTime first_at{};
  std::int64_t first = 0;  // positions
  std::int64_t last = 0;
};

/// The beginning of the stretch of time of length `interval` in which `time` lies, counted from
/// whole hours.
base::WallTime chat_log_window(base::WallTime time, std::chrono::seconds interval);

/// "AWSLogs/<account>/IVSChatLogs/1.0/<region>/room_<id>/2026/11/22/05/<account>_IVSChatLogs_1.0_
/// <region>_room_<id>_20261122T0530Z_<16 hexadecimal digits>.log.gz"; the time is that of the
/// window.
std::string chat_log_s3_key(std::string_view account, std::string_view region,
                            std::chrono::seconds interval, const ChatLogRange& range);
/// "2026/11/22/05/<stream>-1-2026-11-22-05-30-10-<UUID>"; the time is that of the first entry.
std::string chat_log_firehose_key(std::string_view stream, const ChatLogRange& range);

}  // namespace control
