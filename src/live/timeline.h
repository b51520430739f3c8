// Puts what a publisher sends onto the stream's one timeline: unwraps 32- and 33-bit clocks, keeps
// tracks in step, evens out millisecond rounding, closes small gaps and jumps, and says where the
// timeline has to break. Belongs to an Ingest and is used on the channel's home loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "media/types.h"

namespace live {

/// The clock that a protocol stamps its samples with.
struct SourceClock {
  std::uint32_t ticks_per_second = 1'000'000;
  /// The value at which the clock starts again at zero; 0 if it never wraps.
  std::int64_t modulus = 0;
};

/// Microseconds made of RTMP's 32-bit milliseconds.
inline constexpr SourceClock kRtmpClock{1'000'000, (std::int64_t{1} << 32) * 1000};
/// MPEG-TS: 33 bits at 90 kHz.
inline constexpr SourceClock kTsClock{90'000, std::int64_t{1} << 33};

/// What was mended, for stream health.
struct TimelineRepairs {
  std::uint64_t jumps = 0;     // the clock jumped and was anchored anew
  std::uint64_t gaps = 0;      // media is missing; the timeline was broken and closed up
  std::uint64_t overlaps = 0;  // a sample not after its predecessor: pictures are moved behind
                               // it, sound that is covered already is dropped
  void operator+=(const TimelineRepairs& other) {
    jumps += other.jumps;
    gaps += other.gaps;
    overlaps += other.overlaps;
  }
  bool operator==(const TimelineRepairs&) const = default;
};

class Timeline {
 public:
  /// All output begins at `start` (90 kHz ticks) or after it.
  Timeline(SourceClock clock, media::Ticks start);

  /// Tells a track's scale, and the length of one frame where it is constant (0 if unknown): one
  /// coded frame in the track's time scale for audio, 90,000 / frame rate for video.
  void set_track(std::uint32_t track, media::TrackKind kind, std::uint32_t timescale,
                 double frame_ticks);

  struct Placed {
    media::Sample sample;  // dts and pts in the track's time scale on the stream's timeline
    /// Media is missing before this sample and the timeline was closed up: what follows has to
    /// stand behind a discontinuity.
    bool breaks = false;
  };
  /// Places one sample whose dts and pts are in the source clock. No pts comes out before its dts.
  /// nullopt if it lies before the start of the timeline (the end of a track that began earlier
  /// than the others), or is sound for a time that has its sound.
  std::optional<Placed> place(std::uint32_t track, const media::Sample& source);

  /// The stream time (90 kHz) of something that carries a source time but is no sample (text).
  media::Ticks stream_time(std::int64_t source_time) const;

  /// End of the latest sample of any track, in 90 kHz ticks.
  media::Ticks end() const { return end_; }
  const TimelineRepairs& repairs() const { return repairs_; }

 private:
  struct TrackState {
    media::TrackKind kind = media::TrackKind::kVideo;
    std::uint32_t timescale = media::kVideoTimescale;
    double frame_ticks = 0;
    bool started = false;
    unsigned epoch = 0;            // the last anchoring that this track has followed
    std::int64_t last_source = 0;  // unwrapped dts of the previous sample, source ticks
    std::int64_t offset = 0;       // stream = source + offset, in source ticks
    double expected = 0;           // where the next sample should stand, track ticks
    media::Ticks last_dts = 0;
    media::Ticks last_delta = 0;
    media::Ticks lead = 0;  // decoding times are moved forward by this: none is behind its pts
    unsigned off_rate = 0;  // grows where samples do not keep to frame_ticks
  };

  std::int64_t unwrap(std::int64_t value) const;
  std::int64_t to_source(double track_ticks, const TrackState& track) const;
  std::int64_t end_in_source() const;
  void anchor_at(TrackState& track, std::int64_t source_dts, std::int64_t position);
  void join(TrackState& track, std::int64_t source_dts, std::int64_t composition);
  bool follow_epoch(TrackState& track, std::int64_t source_dts) const;
  void mend(TrackState& track, std::int64_t source_dts, Placed& placed);
  double settle(TrackState& track, double exact) const;

  SourceClock clock_;
  media::Ticks start_;
  media::Ticks end_;
  bool anchored_ = false;
  std::int64_t last_unwrapped_ = 0;
  std::int64_t offset_ = 0;        // of the track that was anchored last
  std::int64_t epoch_source_ = 0;  // its source time then
  unsigned epoch_ = 0;             // counts anchorings
  std::map<std::uint32_t, TrackState> tracks_;
  TimelineRepairs repairs_;
};

}  // namespace live
