#include "live/timeline.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace live {
namespace {

// A step of the clock above this, in either direction, is a jump of the clock and not missing
// media.
constexpr double kJumpSeconds = 10.0;
// Up to this much missing media is left as it is: one long frame. Above it the timeline breaks.
constexpr double kGapSeconds = 0.5;
// A clock that steps back by less than this has only been rounded or reordered.
constexpr double kOverlapSeconds = 0.5;
// Millisecond clocks are off by up to one tick; encoders round or truncate.
constexpr double kSnapSeconds = 0.0016;
// Audio is counted in frames; its stamps may stray this far before the count gives way to them.
constexpr double kAudioSnapSeconds = 0.025;
// After so many frames in a row that are not where the announced rate has them, it is not believed.
constexpr unsigned kMaxOffRate = 8;

}  // namespace

Timeline::Timeline(SourceClock clock, media::Ticks start)
    : clock_(clock), start_(start), end_(start) {}

void Timeline::set_track(std::uint32_t track, media::TrackKind kind, std::uint32_t timescale,
                         double frame_ticks) {
  TrackState& state = tracks_[track];
  if (state.started && state.timescale != timescale) state.started = false;
  state.kind = kind;
  state.timescale = timescale;
  state.frame_ticks = frame_ticks;
}

std::int64_t Timeline::unwrap(std::int64_t value) const {
  if (clock_.modulus == 0 || !anchored_) return value;
  const std::int64_t base = last_unwrapped_ - (last_unwrapped_ % clock_.modulus);
  std::int64_t best = base + value;
  for (const std::int64_t turn : {-clock_.modulus, clock_.modulus}) {
    const std::int64_t candidate = base + turn + value;
    if (std::llabs(candidate - last_unwrapped_) < std::llabs(best - last_unwrapped_)) {
      best = candidate;
    }
  }
  return best;
}

std::int64_t Timeline::to_source(double track_ticks, const TrackState& track) const {
  return std::llround(track_ticks * clock_.ticks_per_second / track.timescale);
}

// Finds the offset for a track that starts or whose clock has jumped: the one that the other
// tracks have already moved to if it fits, otherwise one that continues where the stream ends.
void Timeline::anchor(TrackState& track, std::int64_t source_dts, Placed& placed) {
  const double second = clock_.ticks_per_second;
  if (!anchored_) {
    anchored_ = true;
    offset_ = media::rescale(start_, media::kVideoTimescale, clock_.ticks_per_second) - source_dts;
    track.offset = offset_;
    return;
  }
  const std::int64_t expected =
      track.started ? to_source(track.expected, track)
                    : media::rescale(end_, media::kVideoTimescale, clock_.ticks_per_second);
  const std::int64_t by_stream = source_dts + offset_;
  // A new track may begin anywhere near the others; one that jumped has to continue.
  const double tolerance = (track.started ? kGapSeconds : kJumpSeconds) * second;
  if (std::abs(static_cast<double>(by_stream - expected)) <= tolerance) {
    track.offset = offset_;
    return;
  }
  track.offset = expected - source_dts;
  offset_ = track.offset;
  if (track.started) {
    ++repairs_.jumps;
    placed.breaks = true;
  }
}

// A hole in one track stays a hole. Where the whole stream has a hole it is closed up: the first
// track that arrives behind it moves, and the others follow it.
void Timeline::close_gap(TrackState& track, std::int64_t source_dts, Placed& placed) {
  const double tolerance = kGapSeconds * clock_.ticks_per_second;
  const auto expected = static_cast<double>(to_source(track.expected, track));
  const auto own = static_cast<double>(source_dts + track.offset);
  if (own - expected <= tolerance) return;
  const double end = static_cast<double>(
      media::rescale(end_, media::kVideoTimescale, clock_.ticks_per_second));
  const auto shared = static_cast<double>(source_dts + offset_);
  if (offset_ != track.offset && shared > expected - tolerance && shared < end + tolerance) {
    track.offset = offset_;
  } else if (own > end + tolerance) {
    track.offset -= static_cast<std::int64_t>(own - end);
    offset_ = track.offset;
    ++repairs_.gaps;
    placed.breaks = true;
  }
}

std::optional<Timeline::Placed> Timeline::place(std::uint32_t id, const media::Sample& source) {
  TrackState& track = tracks_[id];
  const double second = clock_.ticks_per_second;
  const std::int64_t dts = unwrap(source.dts);
  // The presentation time wraps separately; only its distance from the decoding time counts.
  std::int64_t composition = source.pts - source.dts;
  if (clock_.modulus != 0) {
    if (composition > clock_.modulus / 2) composition -= clock_.modulus;
    if (composition < -clock_.modulus / 2) composition += clock_.modulus;
  }
  Placed placed{.sample = source};
  if (!track.started) {
    anchor(track, dts, placed);
  } else {
    const auto step = static_cast<double>(dts - track.last_source);
    if (step > kJumpSeconds * second || step < -kOverlapSeconds * second) {
      anchor(track, dts, placed);
    } else {
      close_gap(track, dts, placed);
    }
  }
  last_unwrapped_ = dts;
  track.last_source = dts;

  const double exact =
      static_cast<double>(dts + track.offset) * track.timescale / clock_.ticks_per_second;
  double position = exact;
  if (track.started && track.frame_ticks > 0) {
    const double snap =
        (track.kind == media::TrackKind::kAudio ? kAudioSnapSeconds : kSnapSeconds) *
        track.timescale;
    if (std::abs(exact - track.expected) <= snap) {
      position = track.expected;
      track.off_rate = 0;
    } else if (++track.off_rate >= kMaxOffRate && track.kind == media::TrackKind::kVideo) {
      track.frame_ticks = 0;
    }
  }
  auto stream_dts = static_cast<media::Ticks>(std::llround(position));
  const media::Ticks first = media::rescale(start_, media::kVideoTimescale, track.timescale);
  if (stream_dts < first) {
    // Not started: the next sample of this track is measured afresh against the same offset.
    return std::nullopt;
  }
  if (track.started && stream_dts <= track.last_dts) {
    ++repairs_.overlaps;
    stream_dts = track.last_dts + 1;
    position = static_cast<double>(stream_dts);
  }
  double offset = static_cast<double>(composition) * track.timescale / clock_.ticks_per_second;
  if (track.kind == media::TrackKind::kVideo && track.frame_ticks > 0) {
    const double frames = std::round(offset / track.frame_ticks);
    if (std::abs(offset - frames * track.frame_ticks) <= kSnapSeconds * track.timescale) {
      offset = frames * track.frame_ticks;
    }
  }
  if (track.started) track.last_delta = stream_dts - track.last_dts;
  double length = track.frame_ticks > 0 ? track.frame_ticks : static_cast<double>(track.last_delta);
  if (source.duration > 0 && track.frame_ticks <= 0) {
    length = static_cast<double>(source.duration) * track.timescale / clock_.ticks_per_second;
  }
  track.started = true;
  track.last_dts = stream_dts;
  track.expected = position + length;
  placed.sample.dts = stream_dts;
  placed.sample.pts = stream_dts + std::llround(offset);
  placed.sample.duration = std::llround(track.expected) - stream_dts;
  end_ = std::max(end_, media::rescale(std::llround(track.expected), track.timescale,
                                       media::kVideoTimescale));
  return placed;
}

media::Ticks Timeline::stream_time(std::int64_t source_time) const {
  if (!anchored_) return start_;
  return media::rescale(unwrap(source_time) + offset_, clock_.ticks_per_second,
                        media::kVideoTimescale);
}

}  // namespace live
