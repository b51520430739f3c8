// The tables of the metrics, and the statements on them. Times are whole seconds since 1970.
//
//   metric_ticks     what was measured every 5 s and not rolled up yet: one row for all subjects
//   metric_periods   rolled up, a row for each subject and period; of resolution 5 the samples of a
//                    minute stand together in a row
//   metric_marks     up to when each resolution is complete
//   metric_subjects  which series a subject has had
//
// A subject that has nothing to tell gets no rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/metric_points.h"
#include "io/sql.h"

namespace control {

/// Brings the tables to the newest version.
base::Expected<void> migrate_metrics(io::SqlConnection& sql);

/// Seconds since 1970, rounded down.
std::int64_t to_seconds(base::WallTime time);
constexpr std::int64_t round_down(std::int64_t time, std::int64_t step) {
  return time - ((time % step) + step) % step;
}

inline constexpr std::int64_t kTick = 5;
inline constexpr std::int64_t kMinute = 60;

/// A resolution and how long it is kept, both in seconds.
struct Resolution {
  std::int64_t step = 0;
  std::int64_t kept = 0;
};
inline constexpr std::array<Resolution, 4> kResolutions = {{
    {kTick, 3 * 3600},
    {kMinute, 15 * 86'400},
    {300, 63 * 86'400},
    {3600, 455 * 86'400},
}};
/// What ListMetrics knows: series that were there in the last two weeks.
inline constexpr std::int64_t kSeriesKept = 14 * 86'400;

base::Expected<void> insert_tick(io::SqlConnection& sql, std::int64_t at, const base::Bytes& board);

struct TickRow {
  std::int64_t at = 0;
  base::Bytes board;
};
/// In [from, to), in order.
base::Expected<std::vector<TickRow>> load_ticks(io::SqlConnection& sql, std::int64_t from,
                                                std::int64_t to);
base::Expected<std::optional<std::int64_t>> first_tick(io::SqlConnection& sql);
base::Expected<void> delete_ticks(io::SqlConnection& sql, std::int64_t before);

struct PeriodRow {
  std::int64_t resolution = 0;
  std::string subject;
  std::int64_t start = 0;
  base::Bytes data;
};
base::Expected<void> put_period(io::SqlConnection& sql, const PeriodRow& row);
/// Of one subject, in [from, to), in order.
base::Expected<std::vector<PeriodRow>> load_periods(io::SqlConnection& sql, std::int64_t resolution,
                                                    const std::string& subject, std::int64_t from,
                                                    std::int64_t to);
/// Of all subjects, in [from, to).
base::Expected<std::vector<PeriodRow>> load_all_periods(io::SqlConnection& sql,
                                                        std::int64_t resolution, std::int64_t from,
                                                        std::int64_t to);
/// The first period that begins at `from` or later.
base::Expected<std::optional<std::int64_t>> first_period(io::SqlConnection& sql,
                                                         std::int64_t resolution,
                                                         std::int64_t from);
base::Expected<void> delete_periods(io::SqlConnection& sql, std::int64_t resolution,
                                    std::int64_t before);

/// Complete before this time; 0 if nothing was rolled up yet.
base::Expected<std::int64_t> load_mark(io::SqlConnection& sql, std::int64_t resolution);
base::Expected<void> put_mark(io::SqlConnection& sql, std::int64_t resolution, std::int64_t until);

struct SubjectRow {
  std::string subject;
  base::Bytes slots;
  std::int64_t last_at = 0;
};
base::Expected<void> put_subject(io::SqlConnection& sql, const SubjectRow& row);
base::Expected<std::optional<SubjectRow>> load_subject(io::SqlConnection& sql,
                                                       const std::string& subject);
/// In order, from `first` on, seen at `since` or later.
base::Expected<std::vector<SubjectRow>> load_subjects(io::SqlConnection& sql,
                                                      const std::string& first, std::int64_t since,
                                                      std::int64_t limit);
base::Expected<void> delete_subjects(io::SqlConnection& sql, std::int64_t before);

}  // namespace control
