#include "live/timeline.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace live {
namespace {

// A step of the clock above this, in either direction, is a jump of the clock and not missing
// media.
constexpr double kJumpSeconds = 10.0;
// Up to this much missing media, beside two frames, is left as it is: one long frame. Above it the
// timeline breaks.
constexpr double kGapSeconds = 0.5;
// The same while the length of a frame is unknown: pictures may come once a second.
constexpr double kFirstGapSeconds = 1.2;
// A clock that steps back by less than this has only been rounded or reordered.
constexpr double kOverlapSeconds = 0.5;
// Millisecond clocks are off by up to one tick on either side: that much is only rounding. A larger
// error is a frame rate that is not quite the announced one and is worked off gently.
constexpr double kRoundingSeconds = 0.0011;
constexpr double kVideoSnapSeconds = 0.0025;
constexpr double kVideoPull = 1.0 / 8;
// Audio is counted in frames; its stamps may stray this far before the count gives way to them. A
// lost frame must show.
constexpr double kAudioSnapSeconds = 0.025;
constexpr double kAudioSnapFrames = 0.75;
constexpr double kAudioPull = 1.0 / 32;
// Every picture that is not where the announced rate has it counts this much, every other one takes
// one away; at the limit the rate is not believed any more.
constexpr unsigned kOffRateStep = 4;
constexpr unsigned kMaxOffRate = 32;

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

std::int64_t Timeline::end_in_source() const {
  return media::rescale(end_, media::kVideoTimescale, clock_.ticks_per_second);
}

// Moves the clock: this sample stands at `position` (source ticks), and so do the other tracks once
// they come to the same place of their source.
void Timeline::anchor_at(TrackState& track, std::int64_t source_dts, std::int64_t position) {
  offset_ = position - source_dts;
  epoch_source_ = source_dts;
  track.offset = offset_;
  track.epoch = ++epoch_;
}

// A track begins: where the others are, if its clock is theirs.
void Timeline::join(TrackState& track, std::int64_t source_dts, std::int64_t composition) {
  if (!anchored_) {
    anchored_ = true;
    const std::int64_t start =
        media::rescale(start_, media::kVideoTimescale, clock_.ticks_per_second);
    // Room for decoding times that have to be moved in front of such a presentation time.
    anchor_at(track, source_dts, start + std::max<std::int64_t>(0, -composition));
    return;
  }
  const auto distance = static_cast<double>(source_dts + offset_ - end_in_source());
  if (std::abs(distance) <= kJumpSeconds * clock_.ticks_per_second) {
    track.offset = offset_;
    track.epoch = epoch_;
  } else {
    anchor_at(track, source_dts, end_in_source());
  }
}

// Another track has moved the clock. This one follows when its source is nearer to the place where
// that happened than to where it was itself: then both keep their distance exactly.
bool Timeline::follow_epoch(TrackState& track, std::int64_t source_dts) const {
  if (track.epoch == epoch_ || track.offset == offset_) return false;
  const auto behind = std::llabs(source_dts - epoch_source_);
  const auto ahead = std::llabs(source_dts - (to_source(track.expected, track) - track.offset));
  const auto distance = static_cast<double>(source_dts + offset_ - end_in_source());
  if (behind >= ahead || std::abs(distance) > kJumpSeconds * clock_.ticks_per_second) return false;
  track.offset = offset_;
  track.epoch = epoch_;
  return true;
}

// A hole in one track stays a hole. Where the whole stream has a hole, or its clock jumps, it is
// closed up: the first track that arrives behind it moves, and the others follow it.
void Timeline::mend(TrackState& track, std::int64_t source_dts, Placed& placed) {
  if (follow_epoch(track, source_dts)) return;
  const double second = clock_.ticks_per_second;
  const auto step = static_cast<double>(source_dts - track.last_source);
  const std::int64_t end = end_in_source();
  if (step > kJumpSeconds * second || step < -kOverlapSeconds * second) {
    anchor_at(track, source_dts, end);
    ++repairs_.jumps;
    placed.breaks = true;
    return;
  }
  const double frame =
      track.frame_ticks > 0 ? track.frame_ticks : static_cast<double>(track.last_delta);
  const double tolerance = frame > 0 ? kGapSeconds * second + 2 * frame * second / track.timescale
                                     : kFirstGapSeconds * second;
  const std::int64_t own = source_dts + track.offset;
  if (static_cast<double>(own - to_source(track.expected, track)) <= tolerance ||
      static_cast<double>(own - end) <= tolerance) {
    return;
  }
  anchor_at(track, source_dts, end);
  ++repairs_.gaps;
  placed.breaks = true;
}

// Where a sample stands that should be at `track.expected` and is stamped `exact`: evenly behind
// its predecessor as long as the stamps allow it.
double Timeline::settle(TrackState& track, double exact) const {
  if (!track.started || track.frame_ticks <= 0) return exact;
  const bool audio = track.kind == media::TrackKind::kAudio;
  const double snap =
      audio ? std::min(kAudioSnapSeconds * track.timescale, kAudioSnapFrames * track.frame_ticks)
            : kVideoSnapSeconds * track.timescale;
  const double error = exact - track.expected;
  if (std::abs(error) <= snap) {
    track.off_rate -= track.off_rate > 0 ? 1 : 0;
    const double excess = std::abs(error) - kRoundingSeconds * track.timescale;
    if (excess <= 0) return track.expected;
    return track.expected + std::copysign(excess * (audio ? kAudioPull : kVideoPull), error);
  }
  track.off_rate += kOffRateStep;
  if (!audio && track.off_rate >= kMaxOffRate) track.frame_ticks = 0;
  return exact;
}

std::optional<Timeline::Placed> Timeline::place(std::uint32_t id, const media::Sample& source) {
  TrackState& track = tracks_[id];
  const bool video = track.kind == media::TrackKind::kVideo;
  const std::int64_t dts = unwrap(source.dts);
  // The presentation time wraps separately; only its distance from the decoding time counts.
  std::int64_t composition = source.pts - source.dts;
  if (clock_.modulus != 0) {
    if (composition > clock_.modulus / 2) composition -= clock_.modulus;
    if (composition < -clock_.modulus / 2) composition += clock_.modulus;
  }
  Placed placed{.sample = source};
  if (track.started) {
    mend(track, dts, placed);
  } else {
    join(track, dts, composition);
  }
  last_unwrapped_ = dts;
  track.last_source = dts;

  const double position = settle(
      track, static_cast<double>(dts + track.offset) * track.timescale / clock_.ticks_per_second);
  const auto unmoved = static_cast<media::Ticks>(std::llround(position));
  const media::Ticks first = media::rescale(start_, media::kVideoTimescale, track.timescale);
  // Not started: the next sample of this track is measured afresh against the same offset.
  if (unmoved < first) return std::nullopt;

  double offset = static_cast<double>(composition) * track.timescale / clock_.ticks_per_second;
  if (video && track.frame_ticks > 0) {
    const double frames = std::round(offset / track.frame_ticks);
    if (std::abs(offset - frames * track.frame_ticks) <= kVideoSnapSeconds * track.timescale) {
      offset = frames * track.frame_ticks;
    }
  }
  const auto pts = unmoved + static_cast<media::Ticks>(std::llround(offset));
  track.lead = std::max(track.lead, unmoved - pts);
  media::Ticks stream_dts = std::max(unmoved - track.lead, first);
  if (track.started && stream_dts <= track.last_dts) {
    ++repairs_.overlaps;
    if (!video) return std::nullopt;
    stream_dts = track.last_dts + 1;
  } else if (track.started && !video && position + track.frame_ticks / 2 < track.expected) {
    ++repairs_.overlaps;
    return std::nullopt;
  }
  if (track.started) {
    const media::Ticks delta = stream_dts - track.last_dts;
    // A hole says nothing about the length of a frame.
    if (static_cast<double>(delta) <= kFirstGapSeconds * track.timescale) track.last_delta = delta;
  }
  double length = track.frame_ticks > 0 ? track.frame_ticks : static_cast<double>(track.last_delta);
  if (source.duration > 0 && track.frame_ticks <= 0) {
    length = static_cast<double>(source.duration) * track.timescale / clock_.ticks_per_second;
  }
  track.started = true;
  track.last_dts = stream_dts;
  track.expected = position + length;
  const auto next = static_cast<media::Ticks>(std::llround(track.expected));
  placed.sample.dts = stream_dts;
  placed.sample.pts = std::max(pts, stream_dts);
  placed.sample.duration = std::max<media::Ticks>(0, next - track.lead - stream_dts);
  end_ = std::max(end_, media::rescale(next, track.timescale, media::kVideoTimescale));
  return placed;
}

media::Ticks Timeline::stream_time(std::int64_t source_time) const {
  if (!anchored_) return start_;
  return media::rescale(unwrap(source_time) + offset_, clock_.ticks_per_second,
                        media::kVideoTimescale);
}

}  // namespace live
