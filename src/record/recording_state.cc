#include "record/recording_state.h"

#include <algorithm>
#include <utility>

namespace record {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxRenditions = 64;
constexpr std::size_t kMaxGenerations = 4096;
constexpr media::Ticks kMaxSegment = media::Ticks{1} << 40;

base::WallTime after(base::WallTime time, media::Ticks duration) {
  return time + std::chrono::microseconds(duration * 100 / 9);
}

std::uint64_t bitrate(std::uint64_t bytes, media::Ticks duration) {
  if (duration <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 8 * media::kVideoTimescale /
                                    static_cast<double>(duration));
}

}  // namespace

base::Expected<void> RecordingState::apply(const Record& record) {
  if (const auto* began = std::get_if<BeganRecord>(&record)) {
    began_ = *began;
    has_begun_ = true;
    catalog_.recording = began->recording;
    last_date_ = began->started_at;
    return {};
  }
  if (!has_begun_) return base::fail(ErrorCode::kMalformed, "the journal has no beginning");
  if (const auto* broadcast = std::get_if<BroadcastRecord>(&record)) {
    complete_segments();
    broadcasts_.push_back(*broadcast);
    on_air_ = true;
    last_date_ = std::max(last_date_, broadcast->at);
  } else if (const auto* over = std::get_if<BroadcastOverRecord>(&record)) {
    complete_segments();
    on_air_ = false;
    last_date_ = over->at;
  } else if (const auto* rendition = std::get_if<RenditionRecord>(&record)) {
    return apply_rendition(*rendition);
  } else if (const auto* part = std::get_if<PartRecord>(&record)) {
    return apply_part(*part);
  } else if (const auto* progress = std::get_if<ProgressRecord>(&record)) {
    catalog_.duration = std::max(catalog_.duration, progress->duration);
    last_date_ = std::max(last_date_, progress->date);
  } else if (const auto* thumbnail = std::get_if<ThumbnailRecord>(&record)) {
    apply_thumbnail(*thumbnail);
  } else if (const auto* stored = std::get_if<StoredRecord>(&record)) {
    apply_stored(*stored);
  } else if (std::holds_alternative<StartedRecord>(record)) {
    started_ = true;
  } else if (std::holds_alternative<EndingRecord>(record)) {
    ending_ = true;
    catalog_.ended = true;
  } else if (const auto* failed = std::get_if<FailedRecord>(&record)) {
    failed_ = *failed;
    catalog_.ended = true;
  } else if (const auto* dropped = std::get_if<DroppedRecord>(&record)) {
    return apply_dropped(*dropped);
  } else if (const auto* catalog = std::get_if<CatalogRecord>(&record)) {
    return apply_catalog(*catalog);
  }
  return {};
}

base::Expected<void> RecordingState::apply_rendition(const RenditionRecord& record) {
  const std::string& name = record.info.name;
  if (std::ranges::none_of(seen_, [&](const auto& one) { return one.name == name; })) {
    if (seen_.size() >= kMaxRenditions) {
      return base::fail(ErrorCode::kLimit, "the broadcast has too many renditions");
    }
    seen_.push_back(record.info);
  }
  if (!record.recorded) return {};
  std::size_t index = 0;
  while (index < catalog_.renditions.size() && catalog_.renditions[index].info.name != name) {
    ++index;
  }
  if (index == catalog_.renditions.size()) {
    catalog_.renditions.push_back(
        {.info = record.info, .is_source = record.is_source, .generations = {}, .segments = {}});
    renditions_.emplace_back();
  }
  CatalogRendition& rendition = catalog_.renditions[index];
  if (rendition.generations.size() >= kMaxGenerations) {
    return base::fail(ErrorCode::kLimit, "the tracks of the broadcast change too often");
  }
  complete_segment(index);
  rendition.generations.push_back(record.generation);
  bytes_ += record.generation.init_bytes;
  return {};
}

base::Expected<void> RecordingState::apply_part(const PartRecord& record) {
  if (record.rendition >= renditions_.size()) {
    return base::fail(ErrorCode::kMalformed, "the journal names a rendition that it has not");
  }
  CatalogRendition& rendition = catalog_.renditions[record.rendition];
  RenditionState& state = renditions_[record.rendition];
  if (rendition.generations.empty()) {
    return base::fail(ErrorCode::kMalformed, "the journal has a rendition without tracks");
  }
  if (record.new_segment) {
    complete_segment(record.rendition);
    CatalogSegment segment;
    segment.number = state.next_number++;
    segment.position = record.position;
    segment.start = record.start;
    segment.date = record.date;
    segment.discontinuity = record.discontinuity;
    segment.complete = false;
    segment.generation = static_cast<std::uint32_t>(rendition.generations.size() - 1);
    segment.samples_offset = state.samples_bytes;
    rendition.segments.push_back(std::move(segment));
  }
  if (rendition.segments.empty() || rendition.segments.back().complete) {
    return base::fail(ErrorCode::kMalformed, "the journal has a part without a segment");
  }
  CatalogSegment& segment = rendition.segments.last();
  if (segment.bytes + record.bytes > UINT32_MAX ||
      segment.duration + record.duration > kMaxSegment) {
    return base::fail(ErrorCode::kLimit, "a segment of the recording is too large");
  }
  if (record.new_piece || segment.pieces.empty()) {
    segment.pieces.push_back(
        {.offset = static_cast<std::uint32_t>(segment.bytes), .length = 0, .duration = 0});
  }
  segment.pieces.back().length += record.bytes;
  segment.pieces.back().duration += record.duration;
  segment.bytes += record.bytes;
  segment.duration += record.duration;
  segment.samples_length += record.samples_bytes;
  state.samples_bytes += record.samples_bytes;
  state.open_parts.push_back({.bytes = record.bytes,
                              .samples_bytes = record.samples_bytes,
                              .duration = record.duration,
                              .new_piece = record.new_piece || record.new_segment});
  bytes_ += record.bytes;
  catalog_.duration = std::max(catalog_.duration, segment.position + segment.duration);
  last_date_ = std::max(last_date_, after(segment.date, segment.duration));
  return {};
}

void RecordingState::complete_segment(std::size_t rendition) {
  ChunkList<CatalogSegment>& segments = catalog_.renditions[rendition].segments;
  RenditionState& state = renditions_[rendition];
  state.open_parts.clear();
  if (segments.empty() || segments.back().complete) return;
  CatalogSegment& segment = segments.last();
  segment.complete = true;
  state.peak_bitrate = std::max(state.peak_bitrate, bitrate(segment.bytes, segment.duration));
}

void RecordingState::complete_segments() {
  for (std::size_t i = 0; i < renditions_.size(); ++i) complete_segment(i);
}

void RecordingState::apply_stored(const StoredRecord& record) {
  if (record.rendition >= renditions_.size()) return;
  RenditionState& state = renditions_[record.rendition];
  if (record.number < state.stored_below) return;
  state.stored.insert(record.number);
  while (!state.stored.empty() && *state.stored.begin() == state.stored_below) {
    state.stored.erase(state.stored.begin());
    ++state.stored_below;
  }
}

void RecordingState::apply_thumbnail(const ThumbnailRecord& record) {
  if (record.sequential) catalog_.thumbnails.push_back(record.thumbnail);
  latest_ = record.thumbnail;
  bytes_ += record.bytes;
}

base::Expected<void> RecordingState::apply_dropped(const DroppedRecord& record) {
  if (record.rendition >= renditions_.size() ||
      record.count > catalog_.renditions[record.rendition].segments.size()) {
    return base::fail(ErrorCode::kMalformed, "the journal drops segments that are not there");
  }
  CatalogRendition& rendition = catalog_.renditions[record.rendition];
  for (std::size_t i = 0; i < record.count; ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    bytes_ -= std::min(bytes_, segment.bytes);
    rendition.dropped_pieces += segment.pieces.size();
    if (segment.discontinuity) ++rendition.dropped_discontinuities;
  }
  rendition.segments.drop_front(record.count);
  return {};
}

base::Expected<void> RecordingState::apply_catalog(const CatalogRecord& record) {
  for (const CatalogRendition& rendition : record.catalog.renditions) {
    if (rendition.generations.empty()) {
      return base::fail(ErrorCode::kMalformed, "the journal has a rendition without tracks");
    }
  }
  const std::string recording = std::move(catalog_.recording);
  catalog_ = record.catalog;
  catalog_.recording = recording;
  last_date_ = record.last_date;
  bytes_ = record.bytes;
  renditions_.assign(catalog_.renditions.size(), RenditionState());
  for (std::size_t i = 0; i < renditions_.size(); ++i) {
    const ChunkList<CatalogSegment>& segments = catalog_.renditions[i].segments;
    RenditionState& state = renditions_[i];
    if (i < record.stored_below.size()) state.stored_below = record.stored_below[i];
    for (std::size_t j = 0; j < segments.size(); ++j) {
      const CatalogSegment& segment = segments[j];
      state.next_number = segment.number + 1;
      state.samples_bytes = segment.samples_offset + segment.samples_length;
      if (!segment.complete) continue;
      state.peak_bitrate = std::max(state.peak_bitrate, bitrate(segment.bytes, segment.duration));
    }
  }
  return {};
}

std::vector<Record> RecordingState::checkpoint() const {
  std::vector<Record> records{began_};
  for (const BroadcastRecord& broadcast : broadcasts_) records.emplace_back(broadcast);
  if (!on_air_ && !broadcasts_.empty()) records.emplace_back(BroadcastOverRecord{last_date_});
  for (const RecordedRendition& rendition : seen_) {
    records.emplace_back(RenditionRecord{
        .recorded = false, .is_source = false, .info = rendition, .generation = {}});
  }
  if (latest_) {
    // Its octets are in those of the catalog's record.
    records.emplace_back(ThumbnailRecord{.thumbnail = *latest_, .bytes = 0, .sequential = false});
  }
  CatalogRecord all{
      .catalog = catalog_, .stored_below = {}, .last_date = last_date_, .bytes = bytes_};
  for (const RenditionState& state : renditions_) all.stored_below.push_back(state.stored_below);
  records.emplace_back(std::move(all));
  for (std::uint32_t i = 0; i < renditions_.size(); ++i) {
    for (const std::uint64_t number : renditions_[i].stored) {
      records.emplace_back(StoredRecord{.rendition = i, .number = number});
    }
  }
  if (started_) records.emplace_back(StartedRecord{});
  if (ending_) records.emplace_back(EndingRecord{});
  if (failed_) records.emplace_back(*failed_);
  return records;
}

Facts RecordingState::facts() const {
  Facts facts;
  facts.recording = began_.recording;
  facts.session = began_.session;
  facts.channel = began_.plan.channel;
  facts.channel_arn = began_.plan.channel_arn;
  facts.channel_name = began_.plan.channel_name;
  facts.bucket = began_.plan.bucket;
  facts.prefix = began_.prefix;
  for (const BroadcastRecord& broadcast : broadcasts_) facts.streams.push_back(broadcast.stream);
  facts.started_at = began_.started_at;
  if (ending_ || failed_) facts.ended_at = last_date_;
  facts.duration = std::chrono::microseconds(catalog_.duration * 100 / 9);
  facts.bytes = bytes_;
  for (const CatalogRendition& rendition : catalog_.renditions) {
    facts.renditions.push_back(rendition.info);
    const RenditionState& state = renditions_[facts.renditions.size() - 1];
    if (state.peak_bitrate > 0) {
      facts.renditions.back().bandwidth =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(state.peak_bitrate, UINT32_MAX));
    }
    if (!rendition.generations.empty()) facts.container = rendition.generations[0].container;
  }
  facts.thumbnails = thumbnails();
  facts.thumbnail_interval = began_.plan.thumbnails.interval;
  facts.time_shift = began_.plan.time_shift > base::Duration::zero();
  return facts;
}

std::size_t RecordingState::stored_prefix(std::size_t rendition) const {
  const ChunkList<CatalogSegment>& segments = catalog_.renditions[rendition].segments;
  // All below a number, but not always all numbers: it is found by halving.
  std::size_t low = 0;
  std::size_t high = segments.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (segments[middle].number < renditions_[rendition].stored_below) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Catalog RecordingState::stored_catalog() const {
  Catalog stored = catalog_;
  stored.duration = 0;
  for (std::size_t i = 0; i < stored.renditions.size(); ++i) {
    ChunkList<CatalogSegment>& segments = stored.renditions[i].segments;
    const std::size_t prefix = stored_prefix(i);
    while (segments.size() > prefix) segments.pop_back();
    if (segments.empty()) continue;
    stored.duration =
        std::max(stored.duration, segments.back().position + segments.back().duration);
  }
  if (stored.renditions.empty()) stored.duration = catalog_.duration;
  return stored;
}

Catalog RecordingState::readable_catalog() const {
  Catalog readable = catalog_;
  for (std::size_t i = 0; i < readable.renditions.size(); ++i) {
    ChunkList<CatalogSegment>& segments = readable.renditions[i].segments;
    if (segments.empty() || segments.back().complete) continue;
    CatalogSegment& segment = segments.last();
    const CatalogPiece open = segment.pieces.back();
    segment.pieces.pop_back();
    segment.bytes -= open.length;
    segment.duration -= open.duration;
    const std::vector<OpenPart>& parts = renditions_[i].open_parts;
    for (std::size_t j = parts.size(); j > 0; --j) {
      segment.samples_length -= std::min(segment.samples_length, parts[j - 1].samples_bytes);
      if (parts[j - 1].new_piece) break;
    }
    if (segment.pieces.empty()) segments.pop_back();
  }
  return readable;
}

void RecordingState::measure_duration() {
  catalog_.duration = 0;
  for (const CatalogRendition& one : catalog_.renditions) {
    if (one.segments.empty()) continue;
    catalog_.duration =
        std::max(catalog_.duration, one.segments.back().position + one.segments.back().duration);
  }
}

RecordingState::FileSizes RecordingState::cut_open_segment(std::size_t rendition, FileSizes found) {
  ChunkList<CatalogSegment>& segments = catalog_.renditions[rendition].segments;
  RenditionState& state = renditions_[rendition];
  if (segments.empty() || segments.back().complete) {
    return {.segment = 0, .samples = state.samples_bytes};
  }
  const auto fits = [&] {
    return segments.back().bytes <= found.segment && state.samples_bytes <= found.samples;
  };
  while (!fits() && !state.open_parts.empty()) {
    const OpenPart part = state.open_parts.back();
    state.open_parts.pop_back();
    CatalogSegment& segment = segments.last();
    segment.bytes -= part.bytes;
    segment.duration -= part.duration;
    segment.samples_length -= part.samples_bytes;
    state.samples_bytes -= part.samples_bytes;
    bytes_ -= part.bytes;
    segment.pieces.back().length -= part.bytes;
    segment.pieces.back().duration -= part.duration;
    if (part.new_piece) segment.pieces.pop_back();
  }
  if (!fits() || segments.back().pieces.empty()) {
    // Its first octets are missing: it goes as a whole.
    bytes_ -= segments.back().bytes;
    state.samples_bytes -= segments.back().samples_length;
    state.next_number = segments.back().number;
    segments.pop_back();
    measure_duration();
    return {.segment = 0, .samples = state.samples_bytes};
  }
  measure_duration();
  return {.segment = segments.back().bytes, .samples = state.samples_bytes};
}

}  // namespace record
