#include "media/mp4/sample_tables.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "media/fmp4/box.h"

namespace media::mp4 {
namespace {

using base::ByteWriter;
using fmp4::Box;

std::uint32_t bounded(Ticks duration) {
  return static_cast<std::uint32_t>(
      std::clamp<Ticks>(duration, 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void SampleTables::extend(std::vector<Run>& runs, std::uint32_t value) {
  if (runs.empty() || runs.back().value != value) runs.push_back({0, value});
  ++runs.back().count;
}

void SampleTables::begin_chunk(std::uint64_t offset, std::uint32_t description) {
  if (chunks_.empty() || chunks_.back().samples > 0) chunks_.emplace_back();
  chunks_.back() = {.offset = offset, .samples = 0, .description = description};
}

bool SampleTables::add(Ticks dts, Ticks pts, std::uint32_t size, bool sync) {
  CHECK(!chunks_.empty() && !ended_);
  if (sizes_.size() == kMaxSamples) return false;
  if (sizes_.empty()) {
    first_dts_ = last_dts_ = dts;
    first_pts_ = pts;
  } else {
    const std::uint32_t duration = bounded(dts - last_dts_);
    extend(durations_, duration);
    duration_ += duration;
    last_dts_ += duration;
    first_pts_ = std::min(first_pts_, pts);
  }
  const auto composition = static_cast<std::int32_t>(
      std::clamp<Ticks>(pts - last_dts_, std::numeric_limits<std::int32_t>::min(),
                        std::numeric_limits<std::int32_t>::max()));
  if (composition < 0) has_negative_ = true;
  extend(compositions_, static_cast<std::uint32_t>(composition));
  sizes_.push_back(size);
  octets_ += size;
  if (sync) syncs_.push_back(static_cast<std::uint32_t>(sizes_.size()));
  ++chunks_.back().samples;
  return true;
}

void SampleTables::end(Ticks last_duration) {
  if (sizes_.empty() || ended_) return;
  const std::uint32_t duration = bounded(last_duration);
  extend(durations_, duration);
  duration_ += duration;
  ended_ = true;
}

std::size_t SampleTables::written_size() const {
  return 6 * 24 + 4 * sizes_.size() + 8 * (durations_.size() + 1) + 8 * compositions_.size() +
         4 * syncs_.size() + 20 * chunks_.size();
}

SampleTables::OffsetTable SampleTables::write(ByteWriter& w) const {
  std::vector<Run> durations = durations_;
  if (!ended_ && !sizes_.empty()) {
    extend(durations, durations.empty() ? 0 : durations.back().value);
  }
  const auto write_runs = [&w](const std::vector<Run>& runs) {
    w.u32(static_cast<std::uint32_t>(runs.size()));
    for (const Run& run : runs) {
      w.u32(run.count);
      w.u32(run.value);
    }
  };
  {
    const Box stts(w, "stts", 0, 0);
    write_runs(durations);
  }
  const bool reordered =
      std::ranges::any_of(compositions_, [](const Run& run) { return run.value != 0; });
  if (reordered) {
    const Box ctts(w, "ctts", has_negative_ ? 1 : 0, 0);
    write_runs(compositions_);
  }
  if (syncs_.size() < sizes_.size()) {  // without this box every sample is one
    const Box stss(w, "stss", 0, 0);
    w.u32(static_cast<std::uint32_t>(syncs_.size()));
    for (const std::uint32_t number : syncs_) w.u32(number);
  }
  std::size_t chunks = chunks_.size();
  if (chunks > 0 && chunks_.back().samples == 0) --chunks;
  {
    const Box stsc(w, "stsc", 0, 0);
    const std::size_t count_at = w.size();
    w.u32(0);
    std::uint32_t entries = 0;
    for (std::size_t i = 0; i < chunks; ++i) {
      const Chunk& chunk = chunks_[i];
      if (i > 0 && chunks_[i - 1].samples == chunk.samples &&
          chunks_[i - 1].description == chunk.description) {
        continue;
      }
      w.u32(static_cast<std::uint32_t>(i + 1));
      w.u32(chunk.samples);
      w.u32(chunk.description + 1);
      ++entries;
    }
    w.patch_u32(count_at, entries);
  }
  {
    const Box stsz(w, "stsz", 0, 0);
    w.u32(0);
    w.u32(static_cast<std::uint32_t>(sizes_.size()));
    for (const std::uint32_t size : sizes_) w.u32(size);
  }
  const Box co64(w, "co64", 0, 0);
  w.u32(static_cast<std::uint32_t>(chunks));
  const OffsetTable table{w.size(), this};
  for (std::size_t i = 0; i < chunks; ++i) w.u64(chunks_[i].offset);
  return table;
}

void SampleTables::shift_offsets(ByteWriter& w, const OffsetTable& table, std::uint64_t by) {
  std::size_t position = table.position;
  for (const Chunk& chunk : table.tables->chunks_) {
    if (chunk.samples == 0) break;  // the last one
    const std::uint64_t offset = chunk.offset + by;
    w.patch_u32(position, static_cast<std::uint32_t>(offset >> 32));
    w.patch_u32(position + 4, static_cast<std::uint32_t>(offset));
    position += 8;
  }
}

}  // namespace media::mp4
