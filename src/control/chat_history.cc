#include "control/chat_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace control::chat_history {
namespace {

using chat::Entry;
using chat::RoomId;

constexpr std::int64_t kMessage = 0;
constexpr std::int64_t kEvent = 1;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kStep = 1'000;

constexpr std::string_view kColumns =
    "room, position, id, at, kind, user_id, about, payload, deleted_at, reactions";

// The text of a statement that gives entries.
std::string select(std::string_view which) {
  return fmt::format("SELECT {} FROM chat_entries {}", kColumns, which);
}

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}
base::WallTime time_of(std::int64_t value) {
  return base::WallTime(std::chrono::microseconds(value));
}

std::int64_t rows_of(std::size_t limit) {
  return static_cast<std::int64_t>(std::min(limit, kMostEntries));
}

// A time as a position; those that no position reaches are the ends.
std::int64_t position_of(base::WallTime time) {
  constexpr std::int64_t kNanoseconds = 1'000;
  const std::int64_t value = microseconds(time);
  if (value <= 0) return 0;
  return value > kNever / kNanoseconds ? kNever : value * kNanoseconds;
}

base::Expected<std::int64_t> change(io::SqlConnection& sql, std::string_view statement,
                                    std::initializer_list<io::SqlValue> values) {
  auto done = sql.run(statement, values);
  if (!done) return base::fail(std::move(done.error()));
  return done->changed;
}

KeptEntry kept_of(const io::SqlResult& rows, std::size_t i) {
  KeptEntry kept;
  Entry& entry = kept.entry;
  entry.room = RoomId(rows.text(i, 0));
  entry.position = rows.integer(i, 1);
  entry.id = rows.text(i, 2);
  entry.at = time_of(rows.integer(i, 3));
  entry.kind = rows.integer(i, 4) == kMessage ? Entry::Kind::kMessage : Entry::Kind::kEvent;
  entry.user_id = rows.text(i, 5);
  entry.about = rows.text(i, 6);
  entry.payload = base::Slice::take(rows.text(i, 7));
  if (!rows.is_null(i, 8)) kept.deleted_at = time_of(rows.integer(i, 8));
  kept.reactions = rows.text(i, 9);
  return kept;
}

base::Expected<std::vector<Entry>> entries_of(const base::Expected<io::SqlResult>& rows) {
  if (!rows) return base::fail(rows.error());
  std::vector<Entry> out;
  out.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(kept_of(*rows, i).entry);
  return out;
}

SpokenRoom room_of(const io::SqlResult& rows, std::size_t i) {
  return {.room = RoomId(rows.text(i, 0)),
          .last_position = rows.integer(i, 1),
          .first_at = time_of(rows.integer(i, 2)),
          .last_at = time_of(rows.integer(i, 3))};
}

// ---- writing --------------------------------------------------------------------------------

constexpr std::size_t kColumnsWritten = 8;

std::string insert_statement(std::size_t rows) {
  std::string text = fmt::format("INSERT INTO chat_entries ({}) VALUES ", kColumns);
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 1; i <= kColumnsWritten; ++i) {
      text += fmt::format("${}, ", row * kColumnsWritten + i);
    }
    text += "NULL, '')";
  }
  return text + " ON CONFLICT DO NOTHING";
}

// So many at once, as long as there are so many: few statements that stay prepared.
struct Insert {
  std::size_t rows;
  std::string statement;
};
const std::array<Insert, 3>& inserts() {
  static const std::array<Insert, 3> all = {Insert{64, insert_statement(64)},
                                            Insert{8, insert_statement(8)},
                                            Insert{1, insert_statement(1)}};
  return all;
}

base::Expected<void> insert_rows(io::SqlConnection& sql, std::span<const Entry* const> entries) {
  std::vector<io::SqlValue> values;
  for (const Insert& insert : inserts()) {
    for (; entries.size() >= insert.rows; entries = entries.subspan(insert.rows)) {
      values.clear();
      values.reserve(insert.rows * kColumnsWritten);
      for (const Entry* entry : entries.first(insert.rows)) {
        values.emplace_back(entry->room.str());
        values.emplace_back(entry->position);
        values.emplace_back(entry->id);
        values.emplace_back(microseconds(entry->at));
        values.emplace_back(entry->kind == Entry::Kind::kMessage ? kMessage : kEvent);
        values.emplace_back(entry->user_id);
        values.emplace_back(entry->about);
        values.emplace_back(std::string(entry->payload.text()));
      }
      auto done = sql.run(insert.statement, values);
      if (!done) return base::fail(std::move(done.error()));
    }
  }
  return {};
}

base::Expected<void> note_room(io::SqlConnection& sql, const SpokenRoom& room) {
  auto done =
      change(sql,
             "INSERT INTO chat_spoken_rooms (room, last_position, first_at, last_at) "
             "VALUES ($1, $2, $3, $4) ON CONFLICT (room) DO UPDATE SET "
             "last_position = CASE WHEN excluded.last_position > chat_spoken_rooms.last_position "
             "THEN excluded.last_position ELSE chat_spoken_rooms.last_position END, "
             "last_at = CASE WHEN excluded.last_at > chat_spoken_rooms.last_at "
             "THEN excluded.last_at ELSE chat_spoken_rooms.last_at END",
             {room.room.str(), room.last_position, microseconds(room.first_at),
              microseconds(room.last_at)});
  if (!done) return base::fail(std::move(done.error()));
  return {};
}

}  // namespace

base::Expected<void> insert(io::SqlConnection& sql, std::span<const Entry> entries) {
  std::vector<const Entry*> said;
  std::map<RoomId, SpokenRoom> rooms;
  // Of the reactions to one message only the last count.
  std::map<std::pair<std::string_view, std::string_view>, const Entry*> reactions;
  for (const Entry& entry : entries) {
    if (entry.kind == Entry::Kind::kReactions) {
      reactions.insert_or_assign({entry.room.str(), entry.about}, &entry);
      continue;
    }
    said.push_back(&entry);
    SpokenRoom& room =
        rooms.try_emplace(entry.room, entry.room, 0, entry.at, entry.at).first->second;
    room.last_position = std::max(room.last_position, entry.position);
    room.first_at = std::min(room.first_at, entry.at);
    room.last_at = std::max(room.last_at, entry.at);
  }
  if (auto done = insert_rows(sql, said); !done) return done;
  for (const auto& [id, room] : rooms) {
    if (auto done = note_room(sql, room); !done) return done;
  }
  for (const Entry* entry : said) {
    if (entry->about.empty() || entry->kind != Entry::Kind::kEvent) continue;
    auto done = change(sql,
                       "UPDATE chat_entries SET deleted_at = $3 "
                       "WHERE room = $1 AND id = $2 AND kind = 0 AND deleted_at IS NULL",
                       {entry->room.str(), entry->about, microseconds(entry->at)});
    if (!done) return base::fail(std::move(done.error()));
  }
  for (const auto& [message, entry] : reactions) {
    auto done = change(sql,
                       "UPDATE chat_entries SET reactions = $3 "
                       "WHERE room = $1 AND id = $2 AND kind = 0",
                       {entry->room.str(), entry->about, std::string(entry->payload.text())});
    if (!done) return base::fail(std::move(done.error()));
  }
  return {};
}

// ---- reading --------------------------------------------------------------------------------

base::Expected<std::vector<Entry>> newest_entries(io::SqlConnection& sql, const RoomId& room,
                                                  std::size_t count) {
  auto entries = entries_of(
      sql.run(select("WHERE room = $1 AND deleted_at IS NULL ORDER BY position DESC LIMIT $2"),
              {room.str(), rows_of(count)}));
  if (entries) std::ranges::reverse(*entries);
  return entries;
}

base::Expected<std::vector<Entry>> entries_after(io::SqlConnection& sql, const RoomId& room,
                                                 std::int64_t position, std::size_t limit) {
  return entries_of(sql.run(select("WHERE room = $1 AND position > $2 ORDER BY position LIMIT $3"),
                            {room.str(), position, rows_of(limit)}));
}

// The times decide; positions only say where to look. They may run ahead of the times a little, or
// for longer after the clock was set back.
base::Expected<std::vector<KeptEntry>> page(io::SqlConnection& sql, const Choice& choice) {
  constexpr std::chrono::hours kAhead{1};
  const bool is_backwards = choice.order == Choice::Order::kNewestFirst;
  const std::string statement = select(
      fmt::format("WHERE room = $1 AND position > $2 AND position < $3 AND at >= $4 AND at < $5 "
                  "AND coalesce(deleted_at, 0) <= $6 {} ORDER BY position {} LIMIT $7",
                  choice.user_id.empty() ? "" : "AND user_id = $8", is_backwards ? "DESC" : "ASC"));
  const std::int64_t after = std::max(choice.after, position_of(choice.from) - 1);
  std::int64_t before = choice.before;
  if (choice.until && *choice.until < base::WallTime::max() - kAhead) {
    before = std::min(before, position_of(*choice.until + kAhead));
  }
  std::vector<io::SqlValue> values = {
      choice.room.str(),
      after,
      before,
      microseconds(choice.from),
      choice.until ? microseconds(*choice.until) : kNever,
      choice.deleted == Choice::Deleted::kShow ? kNever : std::int64_t{0},
      rows_of(choice.limit)};
  if (!choice.user_id.empty()) values.emplace_back(choice.user_id);
  const auto rows = sql.run(statement, values);
  if (!rows) return base::fail(rows.error());
  std::vector<KeptEntry> out;
  out.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(kept_of(*rows, i));
  return out;
}

base::Expected<std::optional<KeptEntry>> find(io::SqlConnection& sql, const RoomId& room,
                                              std::string_view id) {
  const auto rows = sql.run(select("WHERE room = $1 AND id = $2 ORDER BY position LIMIT 1"),
                            {room.str(), std::string(id)});
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return kept_of(*rows, 0);
}

base::Expected<std::vector<Entry>> everything_after(io::SqlConnection& sql, const Place& place,
                                                    base::WallTime until, std::size_t limit) {
  return entries_of(sql.run(select("WHERE (at, room, position) > ($1, $2, $3) AND at < $4 "
                                   "ORDER BY at, room, position LIMIT $5"),
                            {microseconds(place.at), place.room.str(), place.position,
                             microseconds(until), rows_of(limit)}));
}

base::Expected<std::vector<Entry>> everything_before(io::SqlConnection& sql, const Place& place,
                                                     base::WallTime from, std::size_t limit) {
  return entries_of(sql.run(select("WHERE (at, room, position) < ($1, $2, $3) AND at >= $4 "
                                   "ORDER BY at DESC, room DESC, position DESC LIMIT $5"),
                            {microseconds(place.at), place.room.str(), place.position,
                             microseconds(from), rows_of(limit)}));
}

base::Expected<std::int64_t> last_position(io::SqlConnection& sql, const RoomId& room) {
  const auto found = find_room(sql, room);
  if (!found) return base::fail(found.error());
  return *found ? (*found)->last_position : 0;
}

base::Expected<std::optional<SpokenRoom>> find_room(io::SqlConnection& sql, const RoomId& room) {
  const auto rows = sql.run(
      "SELECT room, last_position, first_at, last_at FROM chat_spoken_rooms "
      "WHERE room = $1",
      {room.str()});
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return room_of(*rows, 0);
}

base::Expected<std::vector<SpokenRoom>> list_rooms(io::SqlConnection& sql, const RoomId& after,
                                                   std::size_t limit) {
  const auto rows = sql.run(
      "SELECT room, last_position, first_at, last_at FROM chat_spoken_rooms "
      "WHERE room > $1 ORDER BY room LIMIT $2",
      {after.str(), rows_of(limit)});
  if (!rows) return base::fail(rows.error());
  std::vector<SpokenRoom> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(room_of(*rows, i));
  return out;
}

// ---- forgetting -----------------------------------------------------------------------------

base::Expected<bool> remove_room(io::SqlConnection& sql, const RoomId& room) {
  auto entries =
      change(sql,
             "DELETE FROM chat_entries WHERE room = $1 AND position IN "
             "(SELECT position FROM chat_entries WHERE room = $1 ORDER BY position LIMIT $2)",
             {room.str(), kStep});
  if (!entries) return base::fail(std::move(entries.error()));
  if (*entries >= kStep) return true;
  auto itself = change(sql, "DELETE FROM chat_spoken_rooms WHERE room = $1", {room.str()});
  if (!itself) return base::fail(std::move(itself.error()));
  return false;
}

base::Expected<bool> prune(io::SqlConnection& sql, base::WallTime older_than) {
  auto entries = change(sql,
                        "DELETE FROM chat_entries WHERE (room, position) IN "
                        "(SELECT room, position FROM chat_entries WHERE at < $1 "
                        "ORDER BY at, room, position LIMIT $2)",
                        {microseconds(older_than), kStep});
  if (!entries) return base::fail(std::move(entries.error()));
  auto rooms = change(sql,
                      "DELETE FROM chat_spoken_rooms WHERE room IN "
                      "(SELECT room FROM chat_spoken_rooms WHERE last_at < $1 "
                      "ORDER BY last_at LIMIT $2)",
                      {microseconds(older_than), kStep});
  if (!rooms) return base::fail(std::move(rooms.error()));
  return *entries >= kStep || *rooms >= kStep;
}

}  // namespace control::chat_history
