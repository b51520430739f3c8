// The tables of what was said in chat.
#include "control/chat_history.h"

namespace control {
namespace {

// Times are microseconds since 1970 in UTC. Kinds: 0 a message, 1 an event. Rooms stand here as
// long as anything that was said in them may be asked for, which is longer than they exist.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE chat_entries (
  room $TEXT NOT NULL,
  position BIGINT NOT NULL,
  id $TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  user_id $TEXT NOT NULL,
  about $TEXT NOT NULL,
  payload $TEXT NOT NULL,
  deleted_at BIGINT,
  reactions $TEXT NOT NULL,
  PRIMARY KEY (room, position)
);
CREATE INDEX chat_entries_by_id ON chat_entries (room, id);
CREATE INDEX chat_entries_by_user ON chat_entries (room, user_id, position);
CREATE INDEX chat_entries_by_time ON chat_entries (at, room, position);
CREATE TABLE chat_spoken_rooms (
  room $TEXT PRIMARY KEY,
  last_position BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE INDEX chat_spoken_rooms_by_time ON chat_spoken_rooms (last_at);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

}  // namespace

base::Expected<void> migrate_chat_history(io::SqlConnection& sql) {
  return io::migrate(sql, "chat_history", kMigrations);
}

}  // namespace control
