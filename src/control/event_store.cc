#include "control/event_store.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace control::event_store {
namespace {

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}
std::int64_t microseconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}
base::WallTime time_of(std::int64_t value) {
  return base::WallTime(std::chrono::microseconds(value));
}

template <class... Values>
base::Expected<std::int64_t> change(io::SqlConnection& sql, std::string_view statement,
                                    const Values&... values) {
  auto done = sql.run(statement, {io::SqlValue(values)...});
  if (!done) return base::fail(std::move(done.error()));
  return done->changed;
}

base::Expected<std::int64_t> number(io::SqlConnection& sql, std::string_view statement,
                                    std::initializer_list<io::SqlValue> parameters = {}) {
  auto rows = sql.run(statement, parameters);
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->empty() ? 0 : rows->integer(0, 0);
}

base::Expected<std::vector<Lane>> lanes_of(base::Expected<io::SqlResult> rows) {
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<Lane> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    out.push_back({{rows->text(i, 0), rows->text(i, 1), rows->text(i, 2)}, rows->integer(i, 3)});
  }
  return out;
}

base::Expected<std::vector<KeptEvent>> events_of(base::Expected<io::SqlResult> rows) {
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<KeptEvent> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    out.push_back({rows->integer(i, 0), rows->text(i, 1), rows->text(i, 2), rows->text(i, 3)});
  }
  return out;
}

base::Expected<void> add_lane(io::SqlConnection& sql, const LaneKey& lane, base::WallTime now) {
  auto added = change(sql,
                      "INSERT INTO event_lanes (rule, target, channel, next_at, attempts) "
                      "VALUES ($1, $2, $3, $4, 0) ON CONFLICT (rule, target, channel) DO NOTHING",
                      lane.rule, lane.target, lane.channel, microseconds(now));
  if (!added) return base::fail(std::move(added.error()));
  return {};
}

// The delivery that has failed for good, and those behind it that are as old as one may become.
base::Expected<std::int64_t> bury(io::SqlConnection& sql, const LaneResult& result,
                                  base::WallTime now) {
  const LaneKey& lane = result.key;
  auto buried = change(
      sql,
      "INSERT INTO event_dead_letters (rule, target, channel, event, reason, attempts, dead_at) "
      "SELECT rule, target, channel, event, $6, CASE WHEN id = $4 THEN $7 ELSE 0 END, $8 "
      "FROM event_deliveries WHERE rule = $1 AND target = $2 AND channel = $3 AND id >= $4 "
      "AND (id = $4 OR queued_at <= $5) ORDER BY id LIMIT 1000",
      lane.rule, lane.target, lane.channel, result.failed, microseconds(result.give_up_at),
      result.reason, result.attempts, microseconds(now));
  if (!buried) return buried;
  auto removed =
      change(sql,
             "DELETE FROM event_deliveries WHERE id IN (SELECT id FROM event_deliveries "
             "WHERE rule = $1 AND target = $2 AND channel = $3 AND id >= $4 "
             "AND (id = $4 OR queued_at <= $5) ORDER BY id LIMIT 1000)",
             lane.rule, lane.target, lane.channel, result.failed, microseconds(result.give_up_at));
  if (!removed) return removed;
  return buried;
}

}  // namespace

base::Expected<std::int64_t> append(io::SqlConnection& sql, const NewEvent& event) {
  return number(sql,
                "INSERT INTO events (id, resource, detail_type, envelope, recorded_at) "
                "VALUES ($1, $2, $3, $4, $5) RETURNING sequence",
                {event.id, event.resource, event.detail_type, event.envelope,
                 microseconds(event.recorded_at)});
}

base::Expected<void> queue(io::SqlConnection& sql, const LaneKey& lane, std::int64_t sequence,
                           base::WallTime now) {
  auto added = change(sql,
                      "INSERT INTO event_deliveries (rule, target, channel, event, queued_at) "
                      "VALUES ($1, $2, $3, $4, $5)",
                      lane.rule, lane.target, lane.channel, sequence, microseconds(now));
  if (!added) return base::fail(std::move(added.error()));
  return add_lane(sql, lane, now);
}

base::Expected<std::vector<Lane>> due_lanes(io::SqlConnection& sql, base::WallTime now,
                                            std::int64_t limit) {
  return lanes_of(
      sql.run("SELECT rule, target, channel, attempts FROM event_lanes WHERE next_at <= $1 "
              "ORDER BY next_at LIMIT $2",
              {microseconds(now), limit}));
}

base::Expected<std::vector<Lane>> due_lanes_of(io::SqlConnection& sql, std::string_view rule,
                                               std::string_view target, base::WallTime now,
                                               std::int64_t limit) {
  return lanes_of(
      sql.run("SELECT rule, target, channel, attempts FROM event_lanes WHERE rule = $1 "
              "AND target = $2 AND next_at <= $3 ORDER BY next_at LIMIT $4",
              {std::string(rule), std::string(target), microseconds(now), limit}));
}

base::Expected<std::vector<LaneKey>> waiting_targets(io::SqlConnection& sql) {
  // From one to the next in the index: the lanes of each may be very many.
  std::vector<LaneKey> out;
  LaneKey last;
  while (true) {
    auto rows = sql.run(
        "SELECT rule, target FROM event_lanes WHERE (rule, target) > ($1, $2) "
        "ORDER BY rule, target LIMIT 1",
        {last.rule, last.target});
    if (!rows) return base::fail(std::move(rows.error()));
    if (rows->empty()) return out;
    last = {.rule = rows->text(0, 0), .target = rows->text(0, 1), .channel = {}};
    out.push_back(last);
  }
}

base::Expected<std::optional<base::WallTime>> next_due(io::SqlConnection& sql, base::WallTime now) {
  auto rows =
      sql.run("SELECT min(next_at) FROM event_lanes WHERE next_at > $1", {microseconds(now)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty() || rows->is_null(0, 0)) return std::nullopt;
  return time_of(rows->integer(0, 0));
}

base::Expected<std::vector<Delivery>> first_of(io::SqlConnection& sql, const LaneKey& lane,
                                               std::int64_t limit) {
  auto rows = sql.run(
      "SELECT d.id, e.id, e.detail_type, e.envelope, d.queued_at FROM event_deliveries d "
      "JOIN events e ON e.sequence = d.event "
      "WHERE d.rule = $1 AND d.target = $2 AND d.channel = $3 ORDER BY d.id LIMIT $4",
      {lane.rule, lane.target, lane.channel, limit});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<Delivery> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    out.push_back({rows->integer(i, 0), rows->text(i, 1), rows->text(i, 2), rows->text(i, 3),
                   time_of(rows->integer(i, 4))});
  }
  return out;
}

base::Expected<std::int64_t> apply(io::SqlConnection& sql, const LaneResult& result,
                                   base::WallTime now) {
  const LaneKey& lane = result.key;
  if (result.delivered_up_to > 0) {
    auto removed = change(sql,
                          "DELETE FROM event_deliveries WHERE rule = $1 AND target = $2 "
                          "AND channel = $3 AND id <= $4",
                          lane.rule, lane.target, lane.channel, result.delivered_up_to);
    if (!removed) return removed;
  }
  const bool retries = result.next == LaneResult::Next::kRetry;
  std::int64_t dead = 0;
  if (result.next == LaneResult::Next::kDead) {
    auto buried = bury(sql, result, now);
    if (!buried) return buried;
    dead = *buried;
  }
  auto moved =
      change(sql,
             "UPDATE event_lanes SET next_at = $4, attempts = $5 "
             "WHERE rule = $1 AND target = $2 AND channel = $3",
             lane.rule, lane.target, lane.channel, microseconds(retries ? result.next_at : now),
             retries ? result.attempts : std::int64_t{0});
  if (!moved) return moved;
  auto ended = change(sql,
                      "DELETE FROM event_lanes WHERE rule = $1 AND target = $2 AND channel = $3 "
                      "AND NOT EXISTS (SELECT 1 FROM event_deliveries "
                      "WHERE rule = $1 AND target = $2 AND channel = $3)",
                      lane.rule, lane.target, lane.channel);
  if (!ended) return ended;
  return dead;
}

base::Expected<void> drop_lane(io::SqlConnection& sql, const LaneKey& lane) {
  for (const std::string_view statement :
       {"DELETE FROM event_deliveries WHERE rule = $1 AND target = $2 AND channel = $3",
        "DELETE FROM event_lanes WHERE rule = $1 AND target = $2 AND channel = $3"}) {
    auto done = change(sql, statement, lane.rule, lane.target, lane.channel);
    if (!done) return base::fail(std::move(done.error()));
  }
  return {};
}

base::Expected<std::int64_t> backlog(io::SqlConnection& sql) {
  return number(sql, "SELECT count(*) FROM event_deliveries");
}

base::Expected<std::vector<KeptEvent>> newest(io::SqlConnection& sql, std::string_view resource,
                                              std::int64_t before, std::int64_t limit) {
  const std::int64_t end = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
  if (resource.empty()) {
    return events_of(
        sql.run("SELECT sequence, resource, detail_type, envelope FROM events "
                "WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2",
                {end, limit}));
  }
  return events_of(
      sql.run("SELECT sequence, resource, detail_type, envelope FROM events "
              "WHERE resource = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3",
              {std::string(resource), end, limit}));
}

base::Expected<std::vector<KeptEvent>> following(io::SqlConnection& sql, std::int64_t after,
                                                 std::int64_t limit) {
  return events_of(
      sql.run("SELECT sequence, resource, detail_type, envelope FROM events "
              "WHERE sequence > $1 ORDER BY sequence LIMIT $2",
              {after, limit}));
}

base::Expected<std::int64_t> last_sequence(io::SqlConnection& sql) {
  return number(sql, "SELECT coalesce(max(sequence), 0) FROM events");
}

base::Expected<bool> clean_up(io::SqlConnection& sql, const Retention& retention,
                              base::WallTime now) {
  constexpr std::int64_t kStep = 1000;
  auto last_dead = number(sql, "SELECT coalesce(max(id), 0) FROM event_dead_letters");
  if (!last_dead) return base::fail(std::move(last_dead.error()));
  auto dead = change(sql,
                     "DELETE FROM event_dead_letters WHERE id IN (SELECT id FROM "
                     "event_dead_letters WHERE dead_at < $1 OR id <= $2 ORDER BY id LIMIT $3)",
                     microseconds(now) - microseconds(retention.dead_letters),
                     *last_dead - retention.max_dead_letters, kStep);
  if (!dead) return base::fail(std::move(dead.error()));
  auto last = last_sequence(sql);
  if (!last) return base::fail(std::move(last.error()));
  auto events = change(
      sql,
      "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events e "
      "WHERE (e.recorded_at < $1 OR e.sequence <= $2) "
      "AND NOT EXISTS (SELECT 1 FROM event_deliveries d WHERE d.event = e.sequence) "
      "AND NOT EXISTS (SELECT 1 FROM event_dead_letters l WHERE l.event = e.sequence) "
      "ORDER BY e.sequence LIMIT $3)",
      microseconds(now) - microseconds(retention.events), *last - retention.max_events, kStep);
  if (!events) return base::fail(std::move(events.error()));
  return *dead >= kStep || *events >= kStep;
}

}  // namespace control::event_store
