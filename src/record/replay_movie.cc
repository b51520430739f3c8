#include "record/replay_movie.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace record {
namespace {

using base::ErrorCode;
using base::fail;
using media::Ticks;

constexpr std::size_t kMaxDescriptions = 64;
constexpr Ticks kSecond = media::kVideoTimescale;

Ticks in_90khz(Ticks value, const media::Track& track) {
  return media::rescale(value, track.timescale, media::kVideoTimescale);
}

/// When the part's first sample of any track is decoded, 90 kHz; nothing if it has none.
std::optional<Ticks> start_of(const PartTables& tables, const CatalogGeneration& generation) {
  std::optional<Ticks> start;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].samples.empty()) continue;
    const Ticks time = in_90khz(tables[i].first_dts, generation.tracks[i]);
    start = std::min(start.value_or(time), time);
  }
  return start;
}

// A decoder of pictures can begin with the part.
bool is_independent(const PartTables& tables, const CatalogGeneration& generation) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (generation.tracks[i].kind() != media::TrackKind::kVideo) continue;
    if (!tables[i].samples.empty()) return tables[i].samples.front().keyframe;
  }
  return true;
}

std::uint64_t octets_of(const PartTables& tables) {
  std::uint64_t octets = 0;
  for (const TrackTable& table : tables) {
    for (const SampleEntry& sample : table.samples) octets += sample.size;
  }
  return octets;
}

base::Expected<std::vector<PartTables>> read_tables(const CatalogGeneration& generation,
                                                    base::ByteSpan samples) {
  auto parts = parse_samples(samples);
  if (!parts) return parts;
  for (const PartTables& tables : *parts) {
    if (tables.size() != generation.tracks.size()) {
      return fail(ErrorCode::kMalformed, "a list of samples with another number of tracks");
    }
  }
  return parts;
}

bool same_kinds(const CatalogGeneration& a, const CatalogGeneration& b) {
  return std::ranges::equal(a.tracks, b.tracks, {}, &media::Track::codec, &media::Track::codec);
}

}  // namespace

base::Expected<MoviePlanner> MoviePlanner::create(const CatalogRendition& rendition,
                                                  MovieRange range, base::WallTime created) {
  MoviePlanner planner(rendition);
  planner.range_ = range;
  planner.movie_.created = created;
  const auto& segments = rendition.segments;
  std::size_t first = 0;
  while (first < segments.size() &&
         segments[first].position + segments[first].duration <= range.start) {
    ++first;
  }
  std::size_t end = first;
  while (end < segments.size() && segments[end].position < range.end) ++end;
  if (first == end) {
    return fail(ErrorCode::kNotFound, "nothing of the recording lies between start and end");
  }
  const CatalogGeneration& generation = rendition.generations.at(segments[first].generation);
  for (std::size_t i = first; i < end; ++i) {
    if (segments[i].samples_length == 0) {
      return fail(ErrorCode::kUnsupported, "what is kept of this broadcast makes no MP4 file");
    }
    if (!same_kinds(rendition.generations.at(segments[i].generation), generation)) {
      return fail(ErrorCode::kUnsupported,
                  "the tracks of the recording change at " +
                      std::to_string(segments[i].position / (kSecond / 1000)) +
                      " ms: ask for what is before or behind that with start and end");
    }
  }
  for (const media::Track& track : generation.tracks) {
    planner.movie_.tracks.push_back({{}, media::mp4::SampleTables(track.timescale)});
  }
  planner.last_durations_.resize(generation.tracks.size());
  planner.first_ = planner.next_ = first;
  planner.end_ = end;
  return planner;
}

// The first segment is entered at the last keyframe that is not behind the range's start.
bool MoviePlanner::choose_parts(const std::vector<PartTables>& parts, const CatalogSegment& segment,
                                MovieSegment& share) const {
  const CatalogGeneration& generation = rendition_.generations[segment.generation];
  const auto position_of = [&](const PartTables& tables) {
    const auto start = start_of(tables, generation);
    return start ? segment.position + *start - segment.start : segment.position;
  };
  std::size_t begin = 0;
  if (plan_.segments.empty()) {
    std::optional<std::size_t> entry;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!is_independent(parts[i], generation)) continue;
      // None before: the first one behind, sooner than pictures that nobody can decode.
      if (entry && position_of(parts[i]) > range_.start) break;
      entry = i;
    }
    begin = entry.value_or(0);
  }
  std::size_t end = begin;
  while (end < parts.size() && position_of(parts[end]) < range_.end) ++end;
  share.first_part = begin;
  share.end_part = end;
  return begin < end;
}

std::uint32_t MoviePlanner::description_of(std::size_t track, const media::Track& config) {
  auto& known = movie_.tracks[track].descriptions;
  // Mostly it is the last one. Where it matters for decoding only the configuration does.
  for (std::size_t i = known.size(); i-- > 0;) {
    if (known[i].codec == config.codec &&
        std::ranges::equal(known[i].config.span(), config.config.span())) {
      return static_cast<std::uint32_t>(i);
    }
  }
  known.push_back(config);
  return static_cast<std::uint32_t>(known.size() - 1);
}

void MoviePlanner::begin_stretch(const PartTables& tables, const CatalogGeneration& generation) {
  const auto start = start_of(tables, generation);
  if (!start) return;
  shift_ = latest_end_ - *start;
  stretch_begins_ = false;
}

base::Expected<void> MoviePlanner::add_part(const PartTables& tables,
                                            const CatalogSegment& segment) {
  const CatalogGeneration& generation = rendition_.generations[segment.generation];
  if (stretch_begins_) begin_stretch(tables, generation);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const TrackTable& table = tables[i];
    if (table.samples.empty()) continue;
    const media::Track& track = generation.tracks[i];
    const std::uint32_t description = description_of(i, track);
    if (description >= kMaxDescriptions) {
      return fail(ErrorCode::kUnsupported,
                  "the configuration changes too often for one file: ask for a part of it");
    }
    media::mp4::SampleTables& out = movie_.tracks[i].tables;
    const std::uint32_t timescale = out.timescale();
    const auto in_file = [&](Ticks time) {
      return track.timescale == timescale
                 ? time + media::rescale(shift_, media::kVideoTimescale, timescale)
                 : media::rescale(in_90khz(time, track) + shift_, media::kVideoTimescale,
                                  timescale);
    };
    out.begin_chunk(payload_, description);
    Ticks dts = table.first_dts;
    for (const SampleEntry& sample : table.samples) {
      if (!out.add(in_file(dts), in_file(dts + sample.composition), sample.size, sample.keyframe)) {
        return fail(ErrorCode::kUnsupported,
                    "the recording is too long for one file: ask for a part with start and end");
      }
      dts += sample.duration;
      payload_ += sample.size;
    }
    last_durations_[i] = media::rescale(table.samples.back().duration, track.timescale, timescale);
    latest_end_ = std::max(latest_end_, in_90khz(dts, track) + shift_);
  }
  return {};
}

base::Expected<void> MoviePlanner::add(base::ByteSpan samples) {
  CHECK(next_ < end_);
  const CatalogSegment& segment = rendition_.segments[next_];
  const CatalogGeneration& generation = rendition_.generations[segment.generation];
  auto parts = read_tables(generation, samples);
  if (!parts) return fail(std::move(parts.error()));
  if (segment.discontinuity) stretch_begins_ = true;
  MovieSegment share{.index = next_, .offset = payload_};
  ++next_;
  if (!choose_parts(*parts, segment, share)) return {};
  for (std::size_t i = share.first_part; i < share.end_part; ++i) {
    if (auto added = add_part((*parts)[i], segment); !added) return added;
  }
  share.size = payload_ - share.offset;
  if (share.size > 0) plan_.segments.push_back(share);
  return {};
}

base::Expected<MoviePlan> MoviePlanner::finish() {
  CHECK(next_ == end_);
  media::mp4::Movie movie;
  movie.created = movie_.created;
  std::size_t head = 0;
  for (std::size_t i = 0; i < movie_.tracks.size(); ++i) {
    media::mp4::MovieTrack& track = movie_.tracks[i];
    if (track.tables.samples() == 0) continue;  // silent all the time
    track.tables.end(last_durations_[i]);
    head += track.tables.written_size();
    movie.tracks.push_back(std::move(track));
  }
  if (movie.tracks.empty()) {
    return fail(ErrorCode::kNotFound, "nothing of the recording lies between start and end");
  }
  if (head > kMaxHead) {
    return fail(ErrorCode::kUnsupported,
                "the recording is too long for one file: ask for a part with start and end");
  }
  plan_.head = base::Slice::take(media::mp4::write_movie_head(movie));
  plan_.size = plan_.head.size() + payload_;
  return std::move(plan_);
}

MovieReader::MovieReader(const CatalogGeneration& generation) {
  if (generation.container == media::PartContainer::kMpegTs) {
    ts_.emplace(generation.tracks);
    waiting_.resize(generation.tracks.size());
  }
}

base::Expected<MovieReader> MovieReader::create(const CatalogGeneration& generation,
                                                base::ByteSpan samples, const MovieSegment& share) {
  MovieReader reader(generation);
  auto parts = read_tables(generation, samples);
  if (!parts) return fail(std::move(parts.error()));
  reader.parts_ = std::move(*parts);
  if (share.end_part > reader.parts_.size() || share.first_part > share.end_part) {
    return fail(ErrorCode::kMalformed, "a list of samples that has become shorter");
  }
  for (std::size_t i = 0; i < share.first_part; ++i) reader.skip_ += octets_of(reader.parts_[i]);
  reader.left_ = share.size;
  return reader;
}

// Only what is behind `skip_`, and no more than `left_`.
void MovieReader::put(const base::Slice& data, std::vector<base::Slice>& out) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, data.size()));
  skip_ -= skipped;
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size() - skipped));
  left_ -= count;
  if (count > 0) out.push_back(data.sub(skipped, count));
}

// MPEG-TS has the tracks' samples among each other: a part goes out when all of it is there.
base::Expected<void> MovieReader::drain(std::vector<base::Slice>& out) {
  for (; part_ < parts_.size(); ++part_) {
    const PartTables& tables = parts_[part_];
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (waiting_[i].size() < tables[i].samples.size()) return {};
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
      for (const SampleEntry& sample : tables[i].samples) {
        if (waiting_[i].front().size() != sample.size) {
          return fail(ErrorCode::kMalformed,
                      "a sample of " + std::to_string(waiting_[i].front().size()) +
                          " octets where the list says " + std::to_string(sample.size));
        }
        put(waiting_[i].front(), out);
        waiting_[i].pop_front();
      }
    }
  }
  return {};
}

base::Expected<void> MovieReader::push(const base::Slice& data, std::vector<base::Slice>& out) {
  if (!ts_) {
    std::vector<base::Slice> payload;
    if (auto read = fmp4_.push(data, payload); !read) return read;
    for (const base::Slice& slice : payload) put(slice, out);
    return {};
  }
  std::vector<media::mpegts::SampleReader::Read> read;
  ts_->push(data.span(), read);
  for (auto& sample : read) waiting_[sample.track].push_back(std::move(sample.data));
  return drain(out);
}

base::Expected<void> MovieReader::finish(std::vector<base::Slice>& out) {
  if (ts_) {
    std::vector<media::mpegts::SampleReader::Read> read;
    ts_->flush(read);
    for (auto& sample : read) waiting_[sample.track].push_back(std::move(sample.data));
    if (auto drained = drain(out); !drained) return drained;
  }
  if (left_ > 0) {
    return fail(ErrorCode::kMalformed, std::to_string(left_) + " octets of samples are missing");
  }
  return {};
}

}  // namespace record
