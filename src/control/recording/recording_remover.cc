#include "control/recording/recording_remover.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "control/recording/recording_row.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

constexpr std::chrono::minutes kTryAgain{10};
constexpr std::int64_t kMostMarked = 100;  // at a time
constexpr std::int64_t kMostAtOnce = 4;

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::Expected<void> done(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

base::Expected<void> mark_old(io::SqlConnection& sql, base::Duration keep, base::WallTime now) {
  const auto oldest = now - std::chrono::duration_cast<std::chrono::microseconds>(keep);
  return done(
      sql.run("UPDATE recordings SET remove_at = $1 WHERE id IN (SELECT id FROM recordings WHERE "
              "ended_at < $2 AND remove_at IS NULL ORDER BY ended_at LIMIT $3)",
              {microseconds(now), microseconds(oldest), kMostMarked}));
}

base::Expected<void> mark_largest(io::SqlConnection& sql, std::uint64_t most, base::WallTime now) {
  auto sum = sql.run(
      "SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM recordings WHERE remove_at IS NULL");
  if (!sum) return base::fail(std::move(sum.error()));
  auto kept = static_cast<std::uint64_t>(sum->integer(0, 0));
  if (kept <= most) return {};
  auto rows = sql.run(
      "SELECT id, bytes FROM recordings WHERE ended_at IS NOT NULL AND remove_at IS NULL "
      "ORDER BY ended_at, id LIMIT $1",
      {kMostMarked});
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t row = 0; row < rows->size() && kept > most; ++row) {
    if (auto marked = mark_removed(sql, rows->text(row, 0), now); !marked) return marked;
    kept -= static_cast<std::uint64_t>(rows->integer(row, 1));
  }
  return {};
}

}  // namespace

base::Expected<void> mark_removed(io::SqlConnection& sql, const std::string& recording,
                                  base::WallTime at) {
  return done(
      sql.run("UPDATE recordings SET remove_at = $2 WHERE id = $1", {recording, microseconds(at)}));
}

base::Expected<void> mark_expired(io::SqlConnection& sql, const RecordingSettings& settings,
                                  base::WallTime now) {
  if (settings.keep > base::Duration::zero()) {
    if (auto marked = mark_old(sql, settings.keep, now); !marked) return marked;
  }
  return settings.keep_bytes == 0 ? base::Expected<void>{}
                                  : mark_largest(sql, settings.keep_bytes, now);
}

base::Expected<std::vector<record::Facts>> load_marked(io::SqlConnection& sql, base::WallTime now,
                                                       std::int64_t limit) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM recordings r WHERE r.remove_at <= $1 ORDER BY r.remove_at "
      "LIMIT $2",
      kRecordingColumns);
  const io::SqlValue values[] = {microseconds(now), limit};
  auto rows = load_recordings(sql, statement, values);
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<record::Facts> marked;
  for (RecordingRow& row : *rows) marked.push_back(std::move(row.facts));
  return marked;
}

void RecordingRemover::remove(record::Recorder& recorder, record::Facts facts, Done done) {
  const bool is_first = under_way_.with([&](auto& all) {
    const auto [entry, is_new] = all.try_emplace(facts.recording);
    entry->second.push_back(std::move(done));
    return is_new;
  });
  if (!is_first) return;
  // It failed before anything was stored; without a prefix there is nothing that is its own.
  if (facts.prefix.empty() || facts.recording.empty()) return on_removed(std::move(facts), {});
  loop_.post([this, &recorder, facts = std::move(facts)] {
    recorder.remove(facts, [this, facts](base::Expected<void> removed) mutable {
      on_removed(std::move(facts), std::move(removed));
    });
  });
}

void RecordingRemover::on_removed(record::Facts facts, base::Expected<void> removed) {
  auto result = std::make_shared<base::Expected<void>>(std::move(removed));
  sql_.write(
      [id = facts.recording, result](io::SqlConnection& sql) {
        if (*result) return done(sql.run("DELETE FROM recordings WHERE id = $1", {id}));
        return mark_removed(sql, id, io::Loop::wall_now() + kTryAgain);
      },
      [this, id = facts.recording, result](base::Expected<void> written) {
        if (!*result) {
          base::log_warn("a recording was not removed; it is tried again",
                         {{"recording", id}, {"reason", result->error().message}});
        } else {
          base::log_info("recording removed", {{"recording", id}});
        }
        finish(id, *result ? std::move(written) : std::move(*result));
      });
}

void RecordingRemover::finish(const std::string& recording, base::Expected<void> result) {
  auto waiting = under_way_.with([&](auto& all) { return all.extract(recording); });
  if (waiting.empty()) return;
  for (Done& one : waiting.mapped()) one(result);
}

void RecordingRemover::sweep(record::Recorder& recorder, const RecordingSettings& settings,
                             base::WallTime now) {
  // The writer hands them over when what it marked is durable.
  auto marked = std::make_shared<std::vector<record::Facts>>();
  sql_.write(
      [settings, now, marked](io::SqlConnection& sql) -> base::Expected<void> {
        if (auto expired = mark_expired(sql, settings, now); !expired) return expired;
        auto loaded = load_marked(sql, now, kMostAtOnce);
        if (!loaded) return base::fail(std::move(loaded.error()));
        *marked = std::move(*loaded);
        return {};
      },
      [this, &recorder, marked](base::Expected<void> written) {
        if (!written) {
          base::log_warn("recordings were not swept", {{"reason", written.error().message}});
          return;
        }
        for (record::Facts& facts : *marked) {
          remove(recorder, std::move(facts), [](const base::Expected<void>&) {});
        }
      });
}

}  // namespace control
