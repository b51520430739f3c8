// Rolling up: samples of 5 s become minutes, minutes become 5 minutes, these become hours. The
// database alone knows how far it has come, so that a crash costs nothing: a step that was
// interrupted is done again, with the same result.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "control/metric_tables.h"
#include "io/sql.h"

namespace control {

/// What one closed period gives. Write the rows, in any number of transactions, then finish().
struct RollupStep {
  std::int64_t resolution = 0;
  /// The resolution is complete before this time when the step is done.
  std::int64_t until = 0;
  std::vector<PeriodRow> periods;
  std::vector<SubjectRow> subjects;  // whose series are new, or were last told an hour ago
};

/// The next step, or nothing if all periods that ended at `horizon` or before are rolled up. Only
/// reads; call it inside a transaction.
base::Expected<std::optional<RollupStep>> next_rollup(io::SqlConnection& sql, std::int64_t horizon);

/// Writes `count` rows of the step from `first` on, periods before subjects.
base::Expected<void> write_rollup(io::SqlConnection& sql, const RollupStep& step, std::size_t first,
                                  std::size_t count);
inline std::size_t rows_of(const RollupStep& step) {
  return step.periods.size() + step.subjects.size();
}
/// Marks the step as done and removes the samples it has used; one transaction.
base::Expected<void> finish_rollup(io::SqlConnection& sql, const RollupStep& step);

/// Removes what is older than it is kept: of each resolution at most ten of its rows' periods at a
/// time, so that a long absence is worked off in small pieces.
base::Expected<void> prune_metrics(io::SqlConnection& sql, std::int64_t now);

}  // namespace control
