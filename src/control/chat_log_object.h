// What is to be delivered of chat logs, and in which objects: the part that reads the database, on
// a worker's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "control/chat_log_shipper.h"
#include "control/chat_log_store.h"
#include "io/object_store.h"
#include "io/sql.h"

namespace control {

/// What may be delivered now.
struct ChatLogTimes {
  base::WallTime now{};
  /// Entries up to here; those of a stretch of time that is not over yet wait, unless
  /// `all_windows`.
  base::WallTime until{};
  bool all_windows = false;
};

/// What one look at the database found.
struct ChatLogFindings {
  /// Lanes that have something to deliver and that nobody is at work on, but perhaps `owner`.
  std::vector<chat_logs::Lane> due;
  /// Changes of marks to be made first.
  std::vector<chat_logs::Lane> without_mark;
  std::vector<chat_logs::Lane> finished;  // marks that are of no use any more
  struct End {
    chat_logs::LaneKey lane;
    std::int64_t position = 0;
  };
  std::vector<End> ends;
  /// All lanes have been looked at since the beginning.
  bool was_last_page = false;
};

/// Looks at the lanes behind `cursor`, and at the end of the round at the detached ones.
base::Expected<ChatLogFindings> find_chat_logs(io::SqlConnection& sql, chat_logs::Cursor& cursor,
                                               const ChatLogSettings& settings,
                                               const std::string& owner, const ChatLogTimes& times);

struct ChatLogObject {
  io::PutObject put;
  std::int64_t last = 0;  // position
  std::size_t entries = 0;
};
/// The next object of a lane; nothing if nothing may be delivered. What was planned is made anew
/// with the same entries.
base::Expected<std::optional<ChatLogObject>> make_chat_log_object(io::SqlConnection& sql,
                                                                  const chat_logs::Lane& lane,
                                                                  const ChatLogSettings& settings,
                                                                  const ChatLogTimes& times);

}  // namespace control
