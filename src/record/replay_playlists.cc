#include "record/replay_playlists.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/time.h"
#include "record/layout.h"
#include "record/replay_path.h"

namespace record {
namespace {

using media::Ticks;
using Out = std::back_insert_iterator<std::string>;

constexpr Ticks kSecond = media::kVideoTimescale;

double seconds(Ticks ticks) {
  return static_cast<double>(ticks) / kSecond;
}

// As players round them when they compare with the target duration.
std::uint32_t rounded_seconds(Ticks ticks) {
  return static_cast<std::uint32_t>(std::max<Ticks>(0, ticks + kSecond / 2) / kSecond);
}

bool needs_map(const CatalogGeneration& generation) {
  return generation.container == media::PartContainer::kFmp4;
}

void write_pieces(Out out, const CatalogSegment& segment, media::PartContainer container) {
  for (std::size_t i = 0; i < segment.pieces.size(); ++i) {
    fmt::format_to(out, "#EXTINF:{:.5f},\n{}\n", seconds(segment.pieces[i].duration),
                   piece_name(segment.number, i, container));
  }
}

void write_vtt_time(Out out, Ticks ticks) {
  const Ticks milliseconds = std::max<Ticks>(0, ticks) * 1000 / kSecond;
  fmt::format_to(out, "{:02}:{:02}:{:02}.{:03}", milliseconds / 3'600'000,
                 milliseconds / 60'000 % 60, milliseconds / 1000 % 60, milliseconds % 1000);
}

}  // namespace

ReplayGoesOn goes_on(const Catalog& catalog, const Facts& facts) {
  if (catalog.ended) return ReplayGoesOn::kEnded;
  return facts.time_shift ? ReplayGoesOn::kSliding : ReplayGoesOn::kGrowing;
}

std::uint32_t shorter_edge(const RecordedRendition& rendition) {
  return std::min(rendition.width, rendition.height);
}

std::uint32_t target_duration(const CatalogRendition& rendition) {
  std::uint32_t target = 2;
  for (std::size_t i = 0; i < rendition.segments.size(); ++i) {
    for (const CatalogPiece& piece : rendition.segments[i].pieces) {
      target = std::max(target, rounded_seconds(piece.duration));
    }
  }
  return target;
}

std::optional<std::string> render_multivariant(const Catalog& catalog, std::string_view folder,
                                               std::optional<std::uint32_t> max_height) {
  std::vector<const CatalogRendition*> variants;
  for (const CatalogRendition& rendition : catalog.renditions) {
    if (rendition.segments.empty()) continue;
    if (max_height && shorter_edge(rendition.info) > *max_height) continue;
    variants.push_back(&rendition);
  }
  if (variants.empty()) return std::nullopt;
  // The first one is where players begin.
  std::ranges::sort(variants, std::ranges::greater(), [](const CatalogRendition* rendition) {
    return std::pair(shorter_edge(rendition->info), rendition->info.bandwidth);
  });
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n");
  if (!catalog.thumbnails.empty()) {
    fmt::format_to(out, "#EXT-X-SESSION-DATA:DATA-ID=\"rostrum.storyboard\",VALUE=\"{}{}\"\n",
                   folder, kReplayStoryboard);
  }
  fmt::format_to(out, "#EXT-X-SESSION-DATA:DATA-ID=\"rostrum.download\",VALUE=\"{}{}\"\n", folder,
                 kReplayMovie);
  for (const CatalogRendition* rendition : variants) {
    const RecordedRendition& info = rendition->info;
    const bool video = info.height > 0;
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"{0}\",NAME=\"{0}\",AUTOSELECT={1},"
                   "DEFAULT={1}\n#EXT-X-STREAM-INF:BANDWIDTH={2},CODECS=\"{3}\"",
                   info.name, video ? "YES" : "NO", std::max(info.bandwidth, 1u),
                   fmt::join(info.codecs, ","));
    if (video) fmt::format_to(out, ",RESOLUTION={}x{}", info.width, info.height);
    if (info.frame_rate > 0) fmt::format_to(out, ",FRAME-RATE={:.3f}", info.frame_rate);
    fmt::format_to(out, ",VIDEO=\"{0}\"\n{1}{0}/{2}\n", info.name, folder, kReplayPlaylist);
  }
  return text;
}

std::string render_replay_playlist(const CatalogRendition& rendition, ReplayGoesOn how) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{}\n",
                 target_duration(rendition));
  if (how == ReplayGoesOn::kSliding) {
    fmt::format_to(out, "#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
                   rendition.dropped_pieces, rendition.dropped_discontinuities);
  } else {
    fmt::format_to(out, "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:{}\n",
                   how == ReplayGoesOn::kEnded ? "VOD" : "EVENT");
  }
  fmt::format_to(out, "#EXT-X-INDEPENDENT-SEGMENTS\n");
  std::optional<std::uint32_t> generation;
  for (std::size_t i = 0; i < rendition.segments.size(); ++i) {
    const CatalogSegment& segment = rendition.segments[i];
    const CatalogGeneration& tracks = rendition.generations.at(segment.generation);
    if (segment.pieces.empty()) continue;
    // In front of all others it means nothing, unless others were there.
    if (segment.discontinuity && (generation || how == ReplayGoesOn::kSliding)) {
      fmt::format_to(out, "#EXT-X-DISCONTINUITY\n");
    }
    if (needs_map(tracks) && generation != segment.generation) {
      fmt::format_to(out, "#EXT-X-MAP:URI=\"{}\"\n", init_name(segment.generation));
    }
    generation = segment.generation;
    fmt::format_to(out, "#EXT-X-PROGRAM-DATE-TIME:{}\n", base::to_rfc3339_ms(segment.date));
    write_pieces(out, segment, tracks.container);
  }
  if (how == ReplayGoesOn::kEnded) fmt::format_to(out, "#EXT-X-ENDLIST\n");
  return text;
}

std::string render_storyboard(const Catalog& catalog, std::string_view folder) {
  std::string text = "WEBVTT\n";
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < catalog.thumbnails.size(); ++i) {
    const CatalogThumbnail& picture = catalog.thumbnails[i];
    const Ticks start = i == 0 ? 0 : picture.position;
    const bool last = i + 1 == catalog.thumbnails.size();
    const Ticks end =
        last ? std::max(catalog.duration, start + kSecond) : catalog.thumbnails[i + 1].position;
    if (end <= start) continue;
    fmt::format_to(out, "\n");
    write_vtt_time(out, start);
    fmt::format_to(out, " --> ");
    write_vtt_time(out, end);
    fmt::format_to(out, "\n{}{}\n", folder, thumbnail_name(static_cast<std::uint32_t>(i)));
  }
  return text;
}

}  // namespace record
