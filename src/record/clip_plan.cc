#include "record/clip_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "record/layout.h"

namespace record {
namespace {

using base::ErrorCode;
using base::fail;
using media::Ticks;

Ticks ticks(base::Duration duration) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  // Times that no recording has end where their sum with others is still a number.
  constexpr std::int64_t kMost = std::int64_t{1} << 50;
  return std::clamp(micros, -kMost, kMost) * 9 / 100;
}

std::chrono::microseconds micros(Ticks value) {
  return std::chrono::microseconds(value * 100 / 9);
}

/// "ivs/v1/<account>/..."
std::string account_of(const std::string& prefix) {
  static constexpr std::string_view kFront = "ivs/v1/";
  if (!prefix.starts_with(kFront)) return {};
  return prefix.substr(kFront.size(), prefix.find('/', kFront.size()) - kFront.size());
}

/// Where the piece that holds `time` begins; nothing behind the end.
std::optional<Ticks> piece_start(const CatalogRendition& rendition, Ticks time) {
  std::optional<Ticks> start;
  for (std::size_t i = 0; i < rendition.segments.size(); ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    Ticks at = segment.position;
    for (const CatalogPiece& piece : segment.pieces) {
      if (at > time && start) return start;
      start = at;
      at += piece.duration;
    }
    if (time < at) return start;
  }
  return std::nullopt;
}

class Planner {
 public:
  Planner(const Facts& facts, const Catalog& catalog, const ClipNames& names) : catalog_(catalog) {
    plan_.facts = facts;
    plan_.facts.recording = names.recording;
    plan_.facts.session = names.session;
    plan_.facts.prefix =
        recording_prefix(account_of(facts.prefix), facts.channel, names.now, names.recording);
    plan_.facts.started_at = names.now;
    plan_.facts.ended_at = names.now;
    plan_.facts.bytes = 0;
    plan_.facts.renditions.clear();
    plan_.catalog.recording = names.recording;
    plan_.catalog.ended = true;
  }

  ClipPlan make(Ticks start, Ticks end) {
    start_ = start;
    end_ = end;
    for (std::size_t i = 0; i < catalog_.renditions.size(); ++i) add_rendition(i);
    add_pictures();
    plan_.facts.duration = micros(plan_.catalog.duration);
    return std::move(plan_);
  }

 private:
  void add_rendition(std::size_t index) {
    const CatalogRendition& source = catalog_.renditions[index];
    CatalogRendition rendition;
    rendition.info = source.info;
    rendition.is_source = source.is_source;
    ClipRendition clip{.source = index, .stretches = {}};
    std::map<std::uint32_t, std::uint32_t> generations;
    for (std::size_t i = 0; i < source.segments.size(); ++i) {
      const CatalogSegment& segment = source.segments[i];
      auto [stretch, part] = stretch_of(segment);
      if (part.pieces.empty()) continue;
      stretch.segment = i;
      part.number = rendition.segments.size();
      part.discontinuity = part.discontinuity && !rendition.segments.empty();
      const auto next = static_cast<std::uint32_t>(generations.size());
      const auto [known, is_new] = generations.emplace(segment.generation, next);
      const CatalogGeneration& generation = source.generations.at(segment.generation);
      part.generation = known->second;
      const std::string& folder = source.info.name;
      if (is_new) {
        rendition.generations.push_back(generation);
        if (generation.init_bytes > 0) {
          plan_.files.push_back(
              {.kind = ClipFile::Kind::kInit,
               .rendition = index,
               .source = segment.generation,
               .key = rendition_key(plan_.facts.prefix, folder, init_name(known->second))});
        }
      }
      plan_.files.push_back(
          {.kind = ClipFile::Kind::kSegment,
           .rendition = index,
           .source = static_cast<std::uint32_t>(i),
           .offset = segment.pieces[stretch.first_piece].offset,
           .length = part.bytes,
           .key = rendition_key(plan_.facts.prefix, folder,
                                segment_name(part.number, generation.container))});
      if (plan_.renditions.empty() && rendition.segments.empty()) {
        plan_.facts.started_at = part.date;
      }
      plan_.facts.bytes += part.bytes;
      plan_.catalog.duration = std::max(plan_.catalog.duration, part.position + part.duration);
      rendition.segments.push_back(std::move(part));
      clip.stretches.push_back(stretch);
    }
    if (clip.stretches.empty()) return;
    plan_.facts.renditions.push_back(rendition.info);
    plan_.catalog.renditions.push_back(std::move(rendition));
    plan_.renditions.push_back(std::move(clip));
  }

  /// The pieces between start and end, and the segment that they make.
  std::pair<ClipStretch, CatalogSegment> stretch_of(const CatalogSegment& segment) const {
    // Renditions have about the same times, not quite.
    constexpr Ticks kTolerance = 45'000;
    ClipStretch stretch;
    CatalogSegment part;
    Ticks at = 0;
    for (std::size_t i = 0; i < segment.pieces.size(); ++i) {
      const CatalogPiece& piece = segment.pieces[i];
      const Ticks position = segment.position + at;
      at += piece.duration;
      const Ticks tolerance = std::min(kTolerance, piece.duration / 2);
      if (position < start_ - tolerance || position >= end_) continue;
      if (part.pieces.empty()) {
        stretch.first_piece = i;
        const Ticks before = at - piece.duration;
        part.position = std::max<Ticks>(0, position - start_);
        part.start = segment.start + before;
        part.date = segment.date + micros(before);
        part.discontinuity = segment.discontinuity && i == 0;
      }
      stretch.end_piece = i + 1;
      part.pieces.push_back({.offset = static_cast<std::uint32_t>(part.bytes),
                             .length = piece.length,
                             .duration = piece.duration});
      part.bytes += piece.length;
      part.duration += piece.duration;
    }
    return {stretch, std::move(part)};
  }

  void add_pictures() {
    for (std::size_t i = 0; i < catalog_.thumbnails.size(); ++i) {
      CatalogThumbnail picture = catalog_.thumbnails[i];
      if (picture.position < start_ || picture.position >= start_ + plan_.catalog.duration) {
        continue;
      }
      picture.position -= start_;
      const auto number = static_cast<std::uint32_t>(plan_.catalog.thumbnails.size());
      plan_.files.push_back({.kind = ClipFile::Kind::kThumbnail,
                             .source = static_cast<std::uint32_t>(i),
                             .key = thumbnail_key(plan_.facts.prefix, number)});
      plan_.catalog.thumbnails.push_back(picture);
    }
    plan_.facts.thumbnails = static_cast<std::uint32_t>(plan_.catalog.thumbnails.size());
  }

  const Catalog& catalog_;
  ClipPlan plan_;
  Ticks start_ = 0;
  Ticks end_ = 0;
};

}  // namespace

base::Expected<ClipPlan> plan_clip(const Facts& facts, const Catalog& catalog,
                                   const ClipRequest& request, const ClipNames& names) {
  if (facts.bucket.empty() || facts.time_shift) {
    return fail(ErrorCode::kInvalid, "what is not recorded cannot be clipped");
  }
  const Ticks start = ticks(request.start);
  const Ticks end = ticks(request.end);
  if (start < 0 || end <= start) {
    return fail(ErrorCode::kInvalid, "the end of a clip has to lie behind its start");
  }
  // The largest pictures say where a clip begins.
  const CatalogRendition* leading = nullptr;
  for (const CatalogRendition& rendition : catalog.renditions) {
    if (rendition.segments.empty()) continue;
    if (leading == nullptr || rendition.info.height > leading->info.height) leading = &rendition;
  }
  const auto begin = leading == nullptr ? std::nullopt : piece_start(*leading, start);
  if (!begin) return fail(ErrorCode::kInvalid, "nothing of the recording lies there");
  ClipPlan plan = Planner(facts, catalog, names).make(*begin, end);
  if (plan.renditions.empty()) {
    return fail(ErrorCode::kInvalid, "nothing of the recording lies there");
  }
  return plan;
}

base::Expected<base::Bytes> clip_samples(const CatalogGeneration& generation,
                                         const CatalogSegment& segment, const ClipStretch& stretch,
                                         base::ByteSpan samples) {
  if (stretch.first_piece == 0 && stretch.end_piece == segment.pieces.size()) {
    return base::Bytes(samples.begin(), samples.end());
  }
  const auto parts = parse_samples(samples);
  if (!parts) return fail(parts.error());
  Ticks begin = segment.start;
  for (std::size_t i = 0; i < stretch.first_piece; ++i) begin += segment.pieces[i].duration;
  Ticks end = begin;
  for (std::size_t i = stretch.first_piece; i < stretch.end_piece; ++i) {
    end += segment.pieces[i].duration;
  }
  // A part belongs to the piece in which its leading track begins; times are rounded here and
  // there.
  constexpr Ticks kTolerance = 900;
  base::ByteWriter out;
  for (const PartTables& tables : *parts) {
    if (tables.size() != generation.tracks.size()) {
      return fail(ErrorCode::kMalformed, "a list of samples with another number of tracks");
    }
    std::optional<Ticks> at;
    for (std::size_t i = 0; i < tables.size() && !at; ++i) {
      if (tables[i].samples.empty()) continue;
      at = media::rescale(tables[i].first_dts, generation.tracks[i].timescale,
                          media::kVideoTimescale);
    }
    if (at && *at >= begin - kTolerance && *at < end - kTolerance) append_part_tables(out, tables);
  }
  return out.take();
}

}  // namespace record
