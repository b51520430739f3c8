#include "control/metric_rollup.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/log.h"

namespace control {
namespace {

// How old `last_at` of a subject may become before it is written again.
constexpr std::int64_t kSubjectRefresh = 3600;

// Damaged rows are left out: one bad row must not stop all that come after it.
void report_damage(std::string_view table) {
  base::log_error("metrics.damaged", {{"table", table}});
}

base::Expected<void> add_subject(io::SqlConnection& sql, RollupStep& step,
                                 const std::string& subject, const Points& points,
                                 std::int64_t now) {
  auto known = load_subject(sql, subject);
  if (!known) return base::fail(std::move(known.error()));
  std::vector<Slot> slots;
  if (*known) {
    if (auto decoded = decode_slots((*known)->slots)) slots = std::move(*decoded);
  }
  const std::size_t before = slots.size();
  for (const Point& point : points.all()) {
    const auto at = std::lower_bound(slots.begin(), slots.end(), point.slot);
    if (at == slots.end() || *at != point.slot) slots.insert(at, point.slot);
  }
  if (*known && slots.size() == before && (*known)->last_at + kSubjectRefresh > now) return {};
  step.subjects.push_back({subject, encode_slots(slots), now});
  return {};
}

// The samples of one minute, of all subjects.
base::Expected<std::optional<RollupStep>> minute_step(io::SqlConnection& sql, std::int64_t minute) {
  auto ticks = load_ticks(sql, minute, minute + kMinute);
  if (!ticks) return base::fail(std::move(ticks.error()));
  struct Minute {
    base::ByteWriter samples;  // offset in ticks, length, points; repeatedly
    Points points;
  };
  std::map<std::string, Minute> subjects;
  for (const TickRow& tick : *ticks) {
    const auto entries = decode_board(tick.board);
    if (!entries) {
      report_damage("metric_ticks");
      continue;
    }
    for (const BoardEntry& entry : *entries) {
      const auto points = Points::decode(entry.points);
      if (!points) {
        report_damage("metric_ticks");
        continue;
      }
      Minute& subject = subjects[std::string(entry.subject)];
      subject.samples.u8(static_cast<std::uint8_t>((tick.at - minute) / kTick));
      write_count(subject.samples, entry.points.size());
      subject.samples.bytes(entry.points);
      subject.points.merge(*points);
    }
  }
  RollupStep step{.resolution = kMinute, .until = minute + kMinute, .periods = {}, .subjects = {}};
  for (auto& [subject, rolled] : subjects) {
    if (auto added = add_subject(sql, step, subject, rolled.points, step.until); !added) {
      return base::fail(std::move(added.error()));
    }
    step.periods.push_back({kTick, subject, minute, rolled.samples.take()});
    step.periods.push_back({kMinute, subject, minute, rolled.points.encode()});
  }
  return step;
}

// Coarser periods from finer ones.
base::Expected<std::optional<RollupStep>> coarse_step(io::SqlConnection& sql, std::int64_t fine,
                                                      std::int64_t coarse, std::int64_t start) {
  auto rows = load_all_periods(sql, fine, start, start + coarse);
  if (!rows) return base::fail(std::move(rows.error()));
  std::map<std::string, Points> subjects;
  for (const PeriodRow& row : *rows) {
    const auto points = Points::decode(row.data);
    if (!points) {
      report_damage("metric_periods");
      continue;
    }
    subjects[row.subject].merge(*points);
  }
  RollupStep step{.resolution = coarse, .until = start + coarse, .periods = {}, .subjects = {}};
  for (const auto& [subject, points] : subjects) {
    step.periods.push_back({coarse, subject, start, points.encode()});
  }
  return step;
}

}  // namespace

base::Expected<std::optional<RollupStep>> next_rollup(io::SqlConnection& sql,
                                                      std::int64_t horizon) {
  const auto mark = load_mark(sql, kMinute);
  if (!mark) return base::fail(mark.error());
  const auto tick = first_tick(sql);
  if (!tick) return base::fail(tick.error());
  if (*tick && **tick < horizon) {
    // A minute that was rolled up is never opened again: samples that a stepping clock put there
    // are dropped.
    if (**tick < *mark) return RollupStep{kMinute, *mark, {}, {}};
    const std::int64_t minute = round_down(**tick, kMinute);
    if (minute + kMinute <= horizon) return minute_step(sql, minute);
  }
  // Without samples that wait, the minutes are complete up to the horizon even if nobody said so.
  std::int64_t complete = std::max(*mark, round_down(horizon, kMinute));
  for (std::size_t i = 2; i < kResolutions.size(); ++i) {
    const std::int64_t fine = kResolutions[i - 1].step;
    const std::int64_t coarse = kResolutions[i].step;
    const auto done = load_mark(sql, coarse);
    if (!done) return base::fail(done.error());
    const auto first = first_period(sql, fine, *done);
    if (!first) return base::fail(first.error());
    if (*first && round_down(**first, coarse) + coarse <= complete) {
      return coarse_step(sql, fine, coarse, round_down(**first, coarse));
    }
    complete = round_down(complete, coarse);
  }
  return std::nullopt;
}

base::Expected<void> write_rollup(io::SqlConnection& sql, const RollupStep& step, std::size_t first,
                                  std::size_t count) {
  const std::size_t end = std::min(first + count, rows_of(step));
  for (std::size_t i = first; i < end; ++i) {
    auto written = i < step.periods.size()
                       ? put_period(sql, step.periods[i])
                       : put_subject(sql, step.subjects[i - step.periods.size()]);
    if (!written) return written;
  }
  return {};
}

base::Expected<void> finish_rollup(io::SqlConnection& sql, const RollupStep& step) {
  if (step.resolution == kMinute) {
    if (auto deleted = delete_ticks(sql, step.until); !deleted) return deleted;
  }
  return put_mark(sql, step.resolution, step.until);
}

base::Expected<void> prune_metrics(io::SqlConnection& sql, std::int64_t now) {
  for (const Resolution& resolution : kResolutions) {
    const auto first = first_period(sql, resolution.step, 0);
    if (!first) return base::fail(first.error());
    const std::int64_t cutoff = now - resolution.kept;
    if (!*first || **first >= cutoff) continue;
    const std::int64_t row = std::max(resolution.step, kMinute);
    const std::int64_t before = std::min(cutoff, **first + 10 * row);
    if (auto deleted = delete_periods(sql, resolution.step, before); !deleted) return deleted;
  }
  return delete_subjects(sql, now - kSeriesKept);
}

}  // namespace control
