// The samples of a part. For each track: their number, the first one's dts, then runs of equal
// durations, and for each sample size and keyframe in one number, with the composition offsets
// behind them if any differs from zero.
#include <algorithm>

#include "media/mpegts/carried.h"
#include "record/catalog.h"
#include "record/track_codec.h"
#include "record/varint.h"

namespace record {
namespace {

constexpr std::uint32_t kMaxSamples = 100'000;  // of one track in one part
constexpr std::uint8_t kComposed = 1;           // flags of a track
constexpr std::uint8_t kAllKeyframes = 2;
constexpr media::Ticks kMaxTime = media::Ticks{1} << 59;

std::uint32_t duration_of(const media::Sample& sample) {
  return static_cast<std::uint32_t>(std::clamp<media::Ticks>(sample.duration, 0, UINT32_MAX));
}

std::int32_t composition_of(const media::Sample& sample) {
  return static_cast<std::int32_t>(
      std::clamp<media::Ticks>(sample.pts - sample.dts, INT32_MIN, INT32_MAX));
}

// A sample that does not come back leaves its time to the one before.
TrackTable table_of(const media::RenditionInfo& rendition, std::size_t track,
                    const std::vector<media::Sample>& samples) {
  const bool ts = rendition.container == media::PartContainer::kMpegTs;
  TrackTable table;
  table.samples.reserve(samples.size());
  for (const media::Sample& sample : samples) {
    const std::size_t size =
        ts ? media::mpegts::carried_size(rendition.tracks[track].codec, sample.data.span())
           : sample.data.size();
    if (ts && size == 0) {
      if (!table.samples.empty()) table.samples.back().duration += duration_of(sample);
      continue;
    }
    if (table.samples.empty()) table.first_dts = sample.dts;
    table.samples.push_back({.size = static_cast<std::uint32_t>(size),
                             .duration = duration_of(sample),
                             .composition = composition_of(sample),
                             .keyframe = sample.keyframe});
  }
  return table;
}

void write_track_samples(base::ByteWriter& out, const TrackTable& table) {
  const std::vector<SampleEntry>& samples = table.samples;
  write_varint(out, samples.size());
  if (samples.empty()) return;
  const bool composed = std::ranges::any_of(
      samples, [](const SampleEntry& sample) { return sample.composition != 0; });
  const bool keyframes =
      std::ranges::all_of(samples, [](const SampleEntry& sample) { return sample.keyframe; });
  out.u8(static_cast<std::uint8_t>((composed ? kComposed : 0) | (keyframes ? kAllKeyframes : 0)));
  write_signed(out, table.first_dts);
  for (std::size_t i = 0; i < samples.size();) {
    const std::uint32_t duration = samples[i].duration;
    std::size_t run = 1;
    while (i + run < samples.size() && samples[i + run].duration == duration) ++run;
    write_varint(out, run);
    write_varint(out, duration);
    i += run;
  }
  for (const SampleEntry& sample : samples) {
    const std::uint64_t size = sample.size;
    write_varint(out, keyframes ? size : size << 1 | (sample.keyframe ? 1 : 0));
  }
  if (!composed) return;
  for (const SampleEntry& sample : samples) write_signed(out, sample.composition);
}

TrackTable read_track_samples(base::ByteReader& in) {
  TrackTable table;
  const std::uint32_t count = read_count(in, kMaxSamples);
  // Each takes an octet at least.
  if (count > in.remaining()) in.set_failed();
  if (count == 0 || !in.ok()) return table;
  const std::uint8_t flags = in.u8();
  if (flags > (kComposed | kAllKeyframes)) in.set_failed();
  table.first_dts = read_signed(in);
  if (table.first_dts > kMaxTime || table.first_dts < -kMaxTime) in.set_failed();
  table.samples.resize(count);
  for (std::size_t i = 0; i < count && in.ok();) {
    const std::uint32_t run = read_count(in, static_cast<std::uint32_t>(count - i));
    const std::uint32_t duration = read_count(in, UINT32_MAX);
    if (run == 0) in.set_failed();
    for (std::size_t end = i + run; i < end; ++i) table.samples[i].duration = duration;
  }
  for (SampleEntry& sample : table.samples) {
    if ((flags & kAllKeyframes) != 0) {
      sample.size = read_count(in, UINT32_MAX);
      sample.keyframe = true;
      continue;
    }
    const std::uint64_t value = read_varint(in);
    if (value >> 1 > UINT32_MAX) in.set_failed();
    sample.size = static_cast<std::uint32_t>(value >> 1);
    sample.keyframe = (value & 1) != 0;
  }
  if ((flags & kComposed) == 0) return table;
  for (SampleEntry& sample : table.samples) {
    const std::int64_t value = read_signed(in);
    if (value > INT32_MAX || value < INT32_MIN) in.set_failed();
    sample.composition = in.ok() ? static_cast<std::int32_t>(value) : 0;
  }
  return table;
}

}  // namespace

void append_part_samples(base::ByteWriter& out, const media::RenditionInfo& rendition,
                         std::span<const std::vector<media::Sample>> tracks) {
  const std::size_t count = std::min(tracks.size(), rendition.tracks.size());
  write_varint(out, count);
  for (std::size_t i = 0; i < count; ++i) {
    write_track_samples(out, table_of(rendition, i, tracks[i]));
  }
}

void append_part_tables(base::ByteWriter& out, const PartTables& tables) {
  write_varint(out, tables.size());
  for (const TrackTable& table : tables) write_track_samples(out, table);
}

base::Expected<std::vector<PartTables>> parse_samples(base::ByteSpan data) {
  base::ByteReader in(data);
  std::vector<PartTables> parts;
  while (in.ok() && in.remaining() > 0) {
    PartTables& tables = parts.emplace_back(read_count(in, kMaxTracks));
    for (TrackTable& table : tables) table = read_track_samples(in);
  }
  if (!in.ok()) {
    return base::fail(base::ErrorCode::kMalformed, "the list of samples is wrong at octet " +
                                                       std::to_string(in.position()) + " of " +
                                                       std::to_string(data.size()));
  }
  return parts;
}

}  // namespace record
