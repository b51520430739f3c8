#include "control/metric_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"

namespace control {

std::int64_t resolution_for(const MetricRange& range) {
  std::int64_t found = kTick;
  for (const Resolution& resolution : kResolutions) {
    if (range.period % resolution.step == 0 && range.from % resolution.step == 0) {
      found = resolution.step;
    }
  }
  return found;
}

std::int64_t cost_of(const MetricRange& range, std::int64_t now) {
  const std::int64_t step = resolution_for(range);
  const auto* resolution = std::find_if(kResolutions.begin(), kResolutions.end(),
                                        [&](const Resolution& r) { return r.step == step; });
  CHECK(resolution != kResolutions.end());
  const std::int64_t from = std::max(range.from, now - resolution->kept);
  const std::int64_t to = std::min(range.to, now);
  return to <= from ? 1 : (to - from) / step + 1;
}

base::Expected<MetricReader> MetricReader::begin(io::SqlConnection& sql) {
  if (auto begun = sql.begin(false); !begun) return base::fail(std::move(begun.error()));
  MetricReader reader(sql);
  for (std::size_t i = 1; i < kResolutions.size(); ++i) {
    const auto mark = load_mark(sql, kResolutions[i].step);
    if (!mark) return base::fail(mark.error());
    reader.marks_[i] = *mark;
  }
  // The rows of 5 s are written together with the minutes.
  reader.marks_[0] = reader.marks_[1];
  return reader;
}

MetricReader::MetricReader(MetricReader&& other) noexcept
    : sql_(std::exchange(other.sql_, nullptr)), marks_(other.marks_) {}

MetricReader::~MetricReader() {
  if (sql_ != nullptr) sql_->rollback();
}

base::Expected<void> MetricReader::load_open(const std::string& subject, std::int64_t from,
                                             std::int64_t to) {
  if (!open_) {
    auto ticks = load_ticks(*sql_, marks_[0], std::numeric_limits<std::int64_t>::max());
    if (!ticks) return base::fail(std::move(ticks.error()));
    open_ = std::move(*ticks);
  }
  for (const TickRow& tick : *open_) {
    if (tick.at < from || tick.at >= to) continue;
    const auto entries = decode_board(tick.board);
    if (!entries) return base::fail(entries.error());
    for (const BoardEntry& entry : *entries) {
      if (entry.subject != subject) continue;
      pieces_.push_back({tick.at, {entry.points.begin(), entry.points.end()}});
    }
  }
  return {};
}

base::Expected<void> MetricReader::load_samples(const std::string& subject, std::int64_t from,
                                                std::int64_t to) {
  const auto rows = load_periods(*sql_, kTick, subject, round_down(from, kMinute), to);
  if (!rows) return base::fail(rows.error());
  for (const PeriodRow& row : *rows) {
    base::ByteReader in(row.data);
    while (in.remaining() > 0) {
      const std::int64_t at = row.start + in.u8() * kTick;
      const base::ByteSpan points = in.bytes(read_count(in));
      if (at >= from && at < to) pieces_.push_back({at, {points.begin(), points.end()}});
    }
    if (!in.ok()) {
      return base::fail(base::ErrorCode::kMalformed, "metrics: samples of a minute are damaged");
    }
  }
  return {};
}

base::Expected<void> MetricReader::load(const std::string& subject, std::size_t resolution,
                                        std::int64_t from, std::int64_t to) {
  if (from >= to) return {};
  const std::int64_t complete = std::min(to, marks_[resolution]);
  if (resolution == 0) {
    if (from < complete) {
      if (auto loaded = load_samples(subject, from, complete); !loaded) return loaded;
    }
    return load_open(subject, std::max(from, marks_[0]), to);
  }
  if (from < complete) {
    auto rows = load_periods(*sql_, kResolutions[resolution].step, subject, from, complete);
    if (!rows) return base::fail(std::move(rows.error()));
    for (PeriodRow& row : *rows) pieces_.push_back({row.start, std::move(row.data)});
  }
  return load(subject, resolution - 1, std::max(from, marks_[resolution]), to);
}

base::Expected<std::vector<Datapoint>> MetricReader::read(const MetricPlace& place,
                                                          const MetricRange& range) {
  CHECK(range.period > 0);
  const std::int64_t step = resolution_for(range);
  if (subject_ != place.subject || resolution_ != step || from_ != range.from || to_ != range.to) {
    pieces_.clear();
    std::size_t index = 0;
    while (kResolutions[index].step != step) ++index;
    resolution_ = 0;  // nothing is kept if the loading fails
    if (auto loaded = load(place.subject, index, range.from, range.to); !loaded) {
      return base::fail(std::move(loaded.error()));
    }
    subject_ = place.subject;
    resolution_ = step;
    from_ = range.from;
    to_ = range.to;
  }
  std::vector<Datapoint> out;
  for (const Piece& piece : pieces_) {
    const std::int64_t start = range.from + round_down(piece.at - range.from, range.period);
    Aggregate found;
    if (!Points::add_slot(piece.points, place.slot, found)) {
      return base::fail(base::ErrorCode::kMalformed, "metrics: points of a period are damaged");
    }
    if (found.count == 0) continue;
    if (out.empty() || out.back().start != start) out.push_back({start, {}});
    out.back().aggregate.merge(found);
  }
  return out;
}

}  // namespace control
