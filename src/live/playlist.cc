#include "live/playlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/base64.h"

namespace live {
namespace {

constexpr double kScale = media::kVideoTimescale;

using Out = std::back_insert_iterator<std::string>;

double seconds(media::Ticks ticks) {
  return static_cast<double>(ticks) / kScale;
}

std::string_view extension(Container container) {
  return container == Container::kTs ? ".ts" : ".m4s";
}

std::string_view owner_of(const media::TimedText& text) {
  return text.origin == media::TimedText::Origin::kApi ? "metadata.live-video.net"
                                                       : "inband.metadata.live-video.net";
}

// Parts are listed only near the live edge (RFC 8216bis section 4.4.4.9: within three target
// durations of the end).
std::size_t first_segment_with_parts(const Window& window) {
  const media::Ticks near = 3 * window.times.target_duration * media::kVideoTimescale;
  media::Ticks sum = 0;
  std::size_t first = window.segments.size();
  while (first > window.first_listed && sum < near) sum += window.segments[--first]->duration;
  return first;
}

// Segments older than the skip boundary may be left out of a delta update.
std::size_t skippable(const Window& window) {
  const media::Ticks boundary = 6 * window.times.target_duration * media::kVideoTimescale;
  media::Ticks sum = 0;
  std::size_t index = window.segments.size();
  while (index > window.first_listed && sum < boundary) sum += window.segments[--index]->duration;
  return index - window.first_listed;
}

void write_date(Out out, base::WallTime date) {
  fmt::format_to(out, "#EXT-X-PROGRAM-DATE-TIME:{}\n", base::to_rfc3339_ms(date));
}

void write_cues(Out out, const Segment& segment) {
  for (const auto& part : segment.parts) {
    for (const Cue& cue : part->cues) {
      fmt::format_to(out,
                     "#EXT-X-DATERANGE:ID=\"cue-{}\",CLASS=\"rostrum.timed-metadata\","
                     "START-DATE=\"{}\",DURATION=0,X-OWNER=\"{}\",X-PAYLOAD-BASE64=\"{}\"\n",
                     cue.id, base::to_rfc3339_ms(cue.date), owner_of(cue.text),
                     base::to_base64(base::as_bytes(cue.text.payload)));
    }
  }
}

constexpr std::string_view kLive = "live";

void write_range(Out out, const DateRange& range) {
  const auto since_1970 = range.start.time_since_epoch();
  const std::string start = base::to_rfc3339_ms(range.start);
  if (range.kind == DateRange::Kind::kSource) {
    fmt::format_to(out,
                   "#EXT-X-DATERANGE:ID=\"source-{}\",CLASS=\"live-video-net-stream-source\","
                   "START-DATE=\"{}\",END-ON-NEXT=YES,X-NET-LIVE-VIDEO-STREAM-SOURCE=\"{}\"\n",
                   std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count(), start,
                   range.value);
    return;
  }
  // The id has the time in seconds and the duration in nanoseconds.
  fmt::format_to(out,
                 "#EXT-X-DATERANGE:ID=\"stitched-ad-{}-{}\",CLASS=\"live-video-net-stitched-ad\","
                 "START-DATE=\"{}\",DURATION={:.3f},X-NET-LIVE-VIDEO-AD-AD-BREAK-ID=\"{}\"\n",
                 std::chrono::duration_cast<std::chrono::seconds>(since_1970).count(),
                 range.duration.count(), start,
                 std::chrono::duration<double>(range.duration).count(), range.value);
}

// A range stands with the first listed segment that has to do with it.
void write_ranges(Out out, const Segment* previous, const Segment& segment) {
  for (const auto& range : segment.ranges) {
    const bool told =
        previous != nullptr && std::ranges::find(previous->ranges, range) != previous->ranges.end();
    if (!told) write_range(out, *range);
  }
}

// The title of a segment names its source.
std::string_view source_of(const Segment& segment) {
  std::string_view source = kLive;
  for (const auto& range : segment.ranges) {
    if (range->kind == DateRange::Kind::kSource) source = range->value;
  }
  return source;
}

void write_parts(Out out, const Segment& segment, Container container) {
  for (const auto& part : segment.parts) {
    fmt::format_to(out, "#EXT-X-PART:DURATION={:.5f},URI=\"{}\"{}\n", seconds(part->duration),
                   part_name({part->msn, part->index}, container),
                   part->independent ? ",INDEPENDENT=YES" : "");
  }
}

// What has to be known before this segment, seen after `previous`.
void write_segment_head(Out out, const Segment* previous, const Segment& segment,
                        Container container) {
  if (segment.discontinuity && previous != nullptr) fmt::format_to(out, "#EXT-X-DISCONTINUITY\n");
  const bool new_tracks =
      previous == nullptr || previous->tracks->generation() != segment.tracks->generation();
  if (container == Container::kFmp4 && new_tracks) {
    fmt::format_to(out, "#EXT-X-MAP:URI=\"{}\"\n", init_name(segment.tracks->generation()));
  }
  write_date(out, segment.date);
}

bool all_independent(const Window& window) {
  return std::all_of(window.segments.begin() + static_cast<std::ptrdiff_t>(window.first_listed),
                     window.segments.end(),
                     [](const auto& segment) { return segment->independent(); });
}

void write_server_control(Out out, const PlaylistTimes& times) {
  const double target = times.target_duration;
  const double part_target = seconds(times.part_target);
  fmt::format_to(out,
                 "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={:.3f},"
                 "HOLD-BACK={:.1f},CAN-SKIP-UNTIL={:.1f}\n#EXT-X-PART-INF:PART-TARGET={:.3f}\n",
                 3 * part_target, 3 * target, 6 * target, part_target);
}

void write_edge(Out out, const Window& window, Container container) {
  if (window.ended) {
    fmt::format_to(out, "#EXT-X-ENDLIST\n");
    return;
  }
  if (window.times.latency == Latency::kNormal) return;
  fmt::format_to(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{}\"\n",
                 part_name(window.next, container));
  // The segment that is being made, and the one after it: held or sent as they come into being.
  fmt::format_to(out, "#EXT-X-PREFETCH:{}\n#EXT-X-PREFETCH:{}\n",
                 segment_name(window.next.msn, container),
                 segment_name(window.next.msn + 1, container));
  for (const RenditionReport& report : window.reports) {
    fmt::format_to(out, "#EXT-X-RENDITION-REPORT:URI=\"../../{}/{}/index.m3u8\",LAST-MSN={}",
                   report.rendition, to_string(container), report.last_msn);
    if (report.last_part) fmt::format_to(out, ",LAST-PART={}", *report.last_part);
    fmt::format_to(out, "\n");
  }
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto digits = static_cast<std::size_t>(end - text.data());
  // One spelling a number: no leading zeros, so that caches hold each object once.
  if (error != std::errc() || (digits > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string render_media_playlist(const Window& window, Container container, bool skip) {
  std::string text;
  text.reserve(4096);
  const auto out = std::back_inserter(text);
  const bool may_skip = skip && window.times.latency == Latency::kLow;
  const std::size_t skipped = may_skip ? skippable(window) : 0;
  const std::size_t first = window.first_listed;
  const bool low_latency = window.times.latency == Latency::kLow;
  fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n", skipped ? 9 : 6,
                 window.times.target_duration);
  if (low_latency) write_server_control(out, window.times);
  if (window.segments.empty()) {
    write_edge(out, window, container);
    return text;
  }
  fmt::format_to(out, "#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
                 window.segments[first]->msn, window.segments[first]->discontinuity_sequence);
  if (all_independent(window)) fmt::format_to(out, "#EXT-X-INDEPENDENT-SEGMENTS\n");
  if (skipped > 0) fmt::format_to(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={}\n", skipped);
  // Date ranges are no tags of a segment: a delta update may leave them out only for clients that
  // have asked for that.
  const Segment* listed = nullptr;
  for (std::size_t i = first; i < first + skipped; ++i) {
    write_ranges(out, listed, *window.segments[i]);
    listed = window.segments[i].get();
    write_cues(out, *listed);
  }
  const std::size_t with_parts = first_segment_with_parts(window);
  const Segment* previous = nullptr;
  // Behind skipped segments the first unskipped one repeats everything it needs.
  for (std::size_t i = first + skipped; i < window.segments.size(); ++i) {
    const Segment& segment = *window.segments[i];
    if (!segment.complete && !low_latency) break;
    if (previous == nullptr && skipped > 0 && segment.discontinuity) {
      fmt::format_to(out, "#EXT-X-DISCONTINUITY\n");
    }
    write_segment_head(out, previous, segment, container);
    if (!segment.ranges.empty()) write_ranges(out, listed, segment);
    listed = &segment;
    write_cues(out, segment);
    if (low_latency && i >= with_parts) write_parts(out, segment, container);
    if (segment.complete) {
      fmt::format_to(out, "#EXTINF:{:.5f},{}\n{}\n", seconds(segment.duration), source_of(segment),
                     segment_name(segment.msn, container));
    }
    previous = &segment;
  }
  write_edge(out, window, container);
  return text;
}

std::string render_multivariant_playlist(const MultivariantInfo& info) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "#EXTM3U\n#EXT-X-VERSION:6\n");
  const double now = static_cast<double>(info.server_time.time_since_epoch().count()) / 1e6;
  fmt::format_to(out, "#EXT-X-SESSION-DATA:DATA-ID=\"SERVER-TIME\",VALUE=\"{:.3f}\"\n", now);
  fmt::format_to(out, "#EXT-X-SESSION-DATA:DATA-ID=\"BROADCAST-ID\",VALUE=\"{}\"\n",
                 info.broadcast_id);
  const bool alternates = !info.alternate_audio.empty();
  if (alternates) {
    // The first soundtrack is inside the variants themselves.
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Main\",DEFAULT=YES,"
                   "AUTOSELECT=YES\n");
  }
  for (const AlternateAudio& audio : info.alternate_audio) {
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"{}\",DEFAULT=NO,"
                   "AUTOSELECT=NO,CHANNELS=\"{}\",URI=\"{}\"\n",
                   audio.name, audio.channels, audio.uri);
  }
  for (const Variant& variant : info.variants) {
    const bool video = variant.height > 0;
    fmt::format_to(out,
                   "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"{0}\",NAME=\"{0}\",AUTOSELECT={1},"
                   "DEFAULT={1}\n",
                   variant.rendition, video ? "YES" : "NO");
    fmt::format_to(out, "#EXT-X-STREAM-INF:BANDWIDTH={}", variant.bandwidth);
    if (variant.average_bandwidth > 0) {
      fmt::format_to(out, ",AVERAGE-BANDWIDTH={}", variant.average_bandwidth);
    }
    fmt::format_to(out, ",CODECS=\"{}\"", fmt::join(variant.codecs, ","));
    if (video) fmt::format_to(out, ",RESOLUTION={}x{}", variant.width, variant.height);
    if (variant.frame_rate > 0) fmt::format_to(out, ",FRAME-RATE={:.3f}", variant.frame_rate);
    fmt::format_to(out, ",VIDEO=\"{}\"", variant.rendition);
    if (alternates && video) fmt::format_to(out, ",AUDIO=\"audio\"");
    fmt::format_to(out, "\n{}\n", variant.uri);
  }
  return text;
}

std::string segment_name(std::uint64_t msn, Container container) {
  return fmt::format("seg-{}{}", msn, extension(container));
}

std::string part_name(PartPosition position, Container container) {
  return fmt::format("part-{}-{}{}", position.msn, position.part, extension(container));
}

std::string init_name(std::uint64_t generation) {
  return fmt::format("init-{}.mp4", generation);
}

std::optional<MediaName> parse_media_name(std::string_view name, Container container) {
  MediaName parsed;
  std::optional<std::uint64_t> number;
  if (take(name, "seg-")) {
    parsed.kind = MediaName::Kind::kSegment;
    number = take_number(name);
    if (!number || name != extension(container)) return std::nullopt;
    parsed.position.msn = *number;
    return parsed;
  }
  if (take(name, "part-")) {
    parsed.kind = MediaName::Kind::kPart;
    number = take_number(name);
    if (!number || !take(name, "-")) return std::nullopt;
    const auto part = take_number(name);
    if (!part || *part > 100'000 || name != extension(container)) return std::nullopt;
    parsed.position = {*number, static_cast<std::uint32_t>(*part)};
    return parsed;
  }
  if (container == Container::kFmp4 && take(name, "init-")) {
    parsed.kind = MediaName::Kind::kInit;
    number = take_number(name);
    if (!number || name != ".mp4") return std::nullopt;
    parsed.generation = *number;
    return parsed;
  }
  return std::nullopt;
}

}  // namespace live
