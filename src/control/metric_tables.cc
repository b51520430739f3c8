#include "control/metric_tables.h"

namespace control {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE metric_ticks (
  at BIGINT PRIMARY KEY,
  board $OCTETS NOT NULL
);
CREATE TABLE metric_periods (
  resolution BIGINT NOT NULL,
  subject $TEXT NOT NULL,
  start BIGINT NOT NULL,
  data $OCTETS NOT NULL,
  PRIMARY KEY (resolution, subject, start)
);
CREATE INDEX metric_periods_by_start ON metric_periods (resolution, start);
CREATE TABLE metric_marks (
  resolution BIGINT PRIMARY KEY,
  until BIGINT NOT NULL
);
CREATE TABLE metric_subjects (
  subject $TEXT PRIMARY KEY,
  slots $OCTETS NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE INDEX metric_subjects_by_last ON metric_subjects (last_at);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

// Runs a statement whose rows do not matter.
base::Expected<void> change(io::SqlConnection& sql, std::string_view statement,
                            std::initializer_list<io::SqlValue> parameters) {
  const auto done = sql.run(statement, parameters);
  if (!done) return base::fail(done.error());
  return {};
}

// A single number, or nothing for no row or NULL.
base::Expected<std::optional<std::int64_t>> number(io::SqlConnection& sql,
                                                   std::string_view statement,
                                                   std::initializer_list<io::SqlValue> parameters) {
  const auto found = sql.run(statement, parameters);
  if (!found) return base::fail(found.error());
  if (found->empty() || found->is_null(0, 0)) return std::nullopt;
  return found->integer(0, 0);
}

base::Expected<std::vector<PeriodRow>> periods(io::SqlConnection& sql, std::int64_t resolution,
                                               std::string_view statement,
                                               std::initializer_list<io::SqlValue> parameters) {
  auto found = sql.run(statement, parameters);
  if (!found) return base::fail(std::move(found.error()));
  std::vector<PeriodRow> rows;
  rows.reserve(found->size());
  for (std::size_t i = 0; i < found->size(); ++i) {
    rows.push_back({resolution, found->text(i, 0), found->integer(i, 1), found->octets(i, 2)});
  }
  return rows;
}

}  // namespace

base::Expected<void> migrate_metrics(io::SqlConnection& sql) {
  return io::migrate(sql, "metrics", kMigrations);
}

std::int64_t to_seconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

base::Expected<void> insert_tick(io::SqlConnection& sql, std::int64_t at,
                                 const base::Bytes& board) {
  return change(sql,
                "INSERT INTO metric_ticks (at, board) VALUES ($1, $2) "
                "ON CONFLICT (at) DO UPDATE SET board = excluded.board",
                {at, board});
}

base::Expected<std::vector<TickRow>> load_ticks(io::SqlConnection& sql, std::int64_t from,
                                                std::int64_t to) {
  const auto found = sql.run(
      "SELECT at, board FROM metric_ticks WHERE at >= $1 AND at < $2 ORDER BY at", {from, to});
  if (!found) return base::fail(found.error());
  std::vector<TickRow> rows;
  for (std::size_t i = 0; i < found->size(); ++i) {
    rows.push_back({found->integer(i, 0), found->octets(i, 1)});
  }
  return rows;
}

base::Expected<std::optional<std::int64_t>> first_tick(io::SqlConnection& sql) {
  return number(sql, "SELECT min(at) FROM metric_ticks", {});
}

base::Expected<void> delete_ticks(io::SqlConnection& sql, std::int64_t before) {
  return change(sql, "DELETE FROM metric_ticks WHERE at < $1", {before});
}

base::Expected<void> put_period(io::SqlConnection& sql, const PeriodRow& row) {
  return change(sql,
                "INSERT INTO metric_periods (resolution, subject, start, data) "
                "VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (resolution, subject, start) DO UPDATE SET data = excluded.data",
                {row.resolution, row.subject, row.start, row.data});
}

base::Expected<std::vector<PeriodRow>> load_periods(io::SqlConnection& sql, std::int64_t resolution,
                                                    const std::string& subject, std::int64_t from,
                                                    std::int64_t to) {
  return periods(sql, resolution,
                 "SELECT subject, start, data FROM metric_periods "
                 "WHERE resolution = $1 AND subject = $2 AND start >= $3 AND start < $4 "
                 "ORDER BY start",
                 {resolution, subject, from, to});
}

base::Expected<std::vector<PeriodRow>> load_all_periods(io::SqlConnection& sql,
                                                        std::int64_t resolution, std::int64_t from,
                                                        std::int64_t to) {
  return periods(sql, resolution,
                 "SELECT subject, start, data FROM metric_periods "
                 "WHERE resolution = $1 AND start >= $2 AND start < $3",
                 {resolution, from, to});
}

base::Expected<std::optional<std::int64_t>> first_period(io::SqlConnection& sql,
                                                         std::int64_t resolution,
                                                         std::int64_t from) {
  return number(sql, "SELECT min(start) FROM metric_periods WHERE resolution = $1 AND start >= $2",
                {resolution, from});
}

base::Expected<void> delete_periods(io::SqlConnection& sql, std::int64_t resolution,
                                    std::int64_t before) {
  return change(sql, "DELETE FROM metric_periods WHERE resolution = $1 AND start < $2",
                {resolution, before});
}

base::Expected<std::int64_t> load_mark(io::SqlConnection& sql, std::int64_t resolution) {
  const auto found =
      number(sql, "SELECT until FROM metric_marks WHERE resolution = $1", {resolution});
  if (!found) return base::fail(found.error());
  return found->value_or(0);
}

base::Expected<void> put_mark(io::SqlConnection& sql, std::int64_t resolution, std::int64_t until) {
  return change(sql,
                "INSERT INTO metric_marks (resolution, until) VALUES ($1, $2) "
                "ON CONFLICT (resolution) DO UPDATE SET until = excluded.until "
                "WHERE metric_marks.until < excluded.until",
                {resolution, until});
}

base::Expected<void> put_subject(io::SqlConnection& sql, const SubjectRow& row) {
  return change(sql,
                "INSERT INTO metric_subjects (subject, slots, last_at) VALUES ($1, $2, $3) "
                "ON CONFLICT (subject) DO UPDATE SET slots = excluded.slots, "
                "last_at = excluded.last_at",
                {row.subject, row.slots, row.last_at});
}

base::Expected<std::optional<SubjectRow>> load_subject(io::SqlConnection& sql,
                                                       const std::string& subject) {
  const auto found =
      sql.run("SELECT slots, last_at FROM metric_subjects WHERE subject = $1", {subject});
  if (!found) return base::fail(found.error());
  if (found->empty()) return std::nullopt;
  return SubjectRow{subject, found->octets(0, 0), found->integer(0, 1)};
}

base::Expected<std::vector<SubjectRow>> load_subjects(io::SqlConnection& sql,
                                                      const std::string& first, std::int64_t since,
                                                      std::int64_t limit) {
  const auto found = sql.run(
      "SELECT subject, slots, last_at FROM metric_subjects "
      "WHERE subject >= $1 AND last_at >= $2 ORDER BY subject LIMIT $3",
      {first, since, limit});
  if (!found) return base::fail(found.error());
  std::vector<SubjectRow> rows;
  for (std::size_t i = 0; i < found->size(); ++i) {
    rows.push_back({found->text(i, 0), found->octets(i, 1), found->integer(i, 2)});
  }
  return rows;
}

base::Expected<void> delete_subjects(io::SqlConnection& sql, std::int64_t before) {
  return change(sql, "DELETE FROM metric_subjects WHERE last_at < $1", {before});
}

}  // namespace control
