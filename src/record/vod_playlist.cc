#include "record/vod_playlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "record/layout.h"

namespace record {
namespace {

using Out = std::back_insert_iterator<std::string>;

double seconds(media::Ticks ticks) {
  return static_cast<double>(ticks) / media::kVideoTimescale;
}

base::WallTime after(base::WallTime time, media::Ticks duration) {
  return time + std::chrono::microseconds(duration * 100 / 9);
}

// A duration rounded to whole seconds may not be above it (section 4.3.3.1).
std::uint32_t target_duration(const CatalogRendition& rendition, const VariantOptions& options) {
  media::Ticks longest = 0;
  for (std::size_t i = 0; i < options.segments; ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    if (!options.byte_ranges) {
      longest = std::max(longest, segment.duration);
      continue;
    }
    for (const CatalogPiece& piece : segment.pieces) longest = std::max(longest, piece.duration);
  }
  return std::max(options.least_target, static_cast<std::uint32_t>(std::ceil(seconds(longest))));
}

media::PartContainer container_of(const CatalogRendition& rendition,
                                  const CatalogSegment& segment) {
  return rendition.generations[segment.generation].container;
}

bool needs_map(const CatalogRendition& rendition, std::size_t segments) {
  for (std::size_t i = 0; i < segments; ++i) {
    if (container_of(rendition, rendition.segments[i]) == media::PartContainer::kFmp4) return true;
  }
  return false;
}

void write_date(Out out, base::WallTime date) {
  fmt::format_to(out, "#EXT-X-PROGRAM-DATE-TIME:{}\n", base::to_rfc3339_ms(date));
}

void write_segment(Out out, const CatalogSegment& segment, const std::string& name,
                   bool byte_ranges) {
  if (!byte_ranges) {
    write_date(out, segment.date);
    fmt::format_to(out, "#EXTINF:{:.5f},\n{}\n", seconds(segment.duration), name);
    return;
  }
  media::Ticks passed = 0;
  for (const CatalogPiece& piece : segment.pieces) {
    write_date(out, after(segment.date, passed));
    fmt::format_to(out, "#EXTINF:{:.5f},\n#EXT-X-BYTERANGE:{}@{}\n{}\n", seconds(piece.duration),
                   piece.length, piece.offset, name);
    passed += piece.duration;
  }
}

}  // namespace

std::string render_variant(const CatalogRendition& rendition, const VariantOptions& options) {
  std::string text;
  text.reserve(256 + options.segments * 128);
  const auto out = std::back_inserter(text);
  int version = 3;                       // fractions in EXTINF
  if (options.byte_ranges) version = 4;  // EXT-X-BYTERANGE
  if (needs_map(rendition, options.segments)) version = 6;
  fmt::format_to(out,
                 "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n"
                 "#EXT-X-PLAYLIST-TYPE:{}\n",
                 version, target_duration(rendition, options), options.ended ? "VOD" : "EVENT");
  const CatalogSegment* previous = nullptr;
  for (std::size_t i = 0; i < options.segments; ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    const media::PartContainer container = container_of(rendition, segment);
    if (previous != nullptr && segment.discontinuity) {
      fmt::format_to(out, "#EXT-X-DISCONTINUITY\n");
    }
    const bool new_tracks = previous == nullptr || previous->generation != segment.generation;
    if (container == media::PartContainer::kFmp4 && new_tracks) {
      fmt::format_to(out, "#EXT-X-MAP:URI=\"{}\"\n", init_name(segment.generation));
    }
    write_segment(out, segment, segment_name(segment.number, container), options.byte_ranges);
    previous = &segment;
  }
  if (options.ended) fmt::format_to(out, "#EXT-X-ENDLIST\n");
  return text;
}

std::string render_master(const std::vector<VariantLine>& variants, std::string_view playlist,
                          media::PartContainer container) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:{}\n",
                 container == media::PartContainer::kFmp4 ? 6 : 4);
  for (const VariantLine& variant : variants) {
    const RecordedRendition& info = *variant.info;
    const bool video = info.height > 0;
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"{0}\",NAME=\"{0}\",AUTOSELECT={1},"
                   "DEFAULT={1}\n",
                   info.name, video ? "YES" : "NO");
    fmt::format_to(out, "#EXT-X-STREAM-INF:BANDWIDTH={}", std::max(info.bandwidth, 1U));
    if (variant.average_bandwidth > 0) {
      fmt::format_to(out, ",AVERAGE-BANDWIDTH={}", variant.average_bandwidth);
    }
    if (!info.codecs.empty()) fmt::format_to(out, ",CODECS=\"{}\"", fmt::join(info.codecs, ","));
    if (video) fmt::format_to(out, ",RESOLUTION={}x{}", info.width, info.height);
    if (video && info.frame_rate > 0) fmt::format_to(out, ",FRAME-RATE={:.3f}", info.frame_rate);
    fmt::format_to(out, ",VIDEO=\"{}\"\n{}/{}\n", info.name, info.name, playlist);
  }
  return text;
}

Bandwidth measure_bandwidth(const CatalogRendition& rendition, std::size_t segments) {
  Bandwidth measured;
  double octets = 0;
  double length = 0;
  for (std::size_t i = 0; i < segments; ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    if (segment.duration <= 0) continue;
    const auto bits = static_cast<double>(segment.bytes) * 8;
    octets += bits;
    length += seconds(segment.duration);
    measured.peak = std::max(
        measured.peak, static_cast<std::uint64_t>(std::ceil(bits / seconds(segment.duration))));
  }
  if (length > 0) measured.average = static_cast<std::uint64_t>(octets / length);
  return measured;
}

}  // namespace record
