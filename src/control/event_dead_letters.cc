// Deliveries that were given up: looked at, made again, deleted.

#include <algorithm>

#include "control/event_store.h"

namespace control::event_store {
namespace {

base::WallTime time_of(std::int64_t value) {
  return base::WallTime(std::chrono::microseconds(value));
}

// The ids that a choice names, oldest first.
base::Expected<std::vector<std::int64_t>> chosen(io::SqlConnection& sql,
                                                 const DeadLetterChoice& choice) {
  std::vector<std::int64_t> out;
  const auto add = [&](base::Expected<io::SqlResult> rows) -> base::Expected<void> {
    if (!rows) return base::fail(std::move(rows.error()));
    for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(rows->integer(i, 0));
    return {};
  };
  if (choice.ids.empty()) {
    auto added =
        add(sql.run("SELECT id FROM event_dead_letters WHERE $1 = '' OR rule = $1 "
                    "ORDER BY id LIMIT $2",
                    {choice.rule, kMaxDead}));
    if (!added) return base::fail(std::move(added.error()));
    return out;
  }
  for (const std::int64_t id : choice.ids) {
    auto added =
        add(sql.run("SELECT id FROM event_dead_letters WHERE id = $1 AND ($2 = '' OR rule = $2)",
                    {id, choice.rule}));
    if (!added) return base::fail(std::move(added.error()));
  }
  std::ranges::sort(out);
  const auto repeated = std::ranges::unique(out);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

base::Expected<void> remove(io::SqlConnection& sql, std::int64_t id) {
  auto removed = sql.run("DELETE FROM event_dead_letters WHERE id = $1", {id});
  if (!removed) return base::fail(std::move(removed.error()));
  return {};
}

}  // namespace

base::Expected<std::vector<DeadLetter>> list_dead(io::SqlConnection& sql, std::string_view rule,
                                                  std::int64_t after, std::int64_t limit) {
  constexpr std::string_view kAll =
      "SELECT l.id, l.rule, l.target, e.envelope, l.reason, l.attempts, e.recorded_at, l.dead_at "
      "FROM event_dead_letters l JOIN events e ON e.sequence = l.event "
      "WHERE l.id > $1 ORDER BY l.id LIMIT $2";
  constexpr std::string_view kOfRule =
      "SELECT l.id, l.rule, l.target, e.envelope, l.reason, l.attempts, e.recorded_at, l.dead_at "
      "FROM event_dead_letters l JOIN events e ON e.sequence = l.event "
      "WHERE l.rule = $3 AND l.id > $1 ORDER BY l.id LIMIT $2";
  auto rows = rule.empty() ? sql.run(kAll, {after, limit})
                           : sql.run(kOfRule, {after, limit, std::string(rule)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<DeadLetter> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    out.push_back({rows->integer(i, 0), rows->text(i, 1), rows->text(i, 2), rows->text(i, 3),
                   rows->text(i, 4), rows->integer(i, 5), time_of(rows->integer(i, 6)),
                   time_of(rows->integer(i, 7))});
  }
  return out;
}

base::Expected<std::int64_t> replay_dead(io::SqlConnection& sql, const DeadLetterChoice& choice,
                                         base::WallTime now) {
  auto ids = chosen(sql, choice);
  if (!ids) return base::fail(std::move(ids.error()));
  for (const std::int64_t id : *ids) {
    auto rows =
        sql.run("SELECT rule, target, channel, event FROM event_dead_letters WHERE id = $1", {id});
    if (!rows) return base::fail(std::move(rows.error()));
    auto queued = queue(sql, {rows->text(0, 0), rows->text(0, 1), rows->text(0, 2)},
                        rows->integer(0, 3), now);
    if (!queued) return base::fail(std::move(queued.error()));
    if (auto removed = remove(sql, id); !removed) return base::fail(std::move(removed.error()));
  }
  return static_cast<std::int64_t>(ids->size());
}

base::Expected<std::int64_t> delete_dead(io::SqlConnection& sql, const DeadLetterChoice& choice) {
  auto ids = chosen(sql, choice);
  if (!ids) return base::fail(std::move(ids.error()));
  for (const std::int64_t id : *ids) {
    if (auto removed = remove(sql, id); !removed) return base::fail(std::move(removed.error()));
  }
  return static_cast<std::int64_t>(ids->size());
}

}  // namespace control::event_store
