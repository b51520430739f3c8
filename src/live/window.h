// The live window of one rendition: Parts gathered into Segments, and the immutable snapshot of
// them that viewers on every loop read. A snapshot is made once a part and shared; what viewers
// need from it (muxed bytes, rendered playlists) is computed on first request and kept with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/lazy.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/mpegts/muxer.h"
#include "media/types.h"

namespace live {

/// What players are offered: parts and the segment that is being made, or whole segments only.
enum class Latency { kLow, kNormal };

/// Which form of the same media a viewer reads.
enum class Container { kFmp4, kTs };
std::string_view to_string(Container container);  // "fmp4", "ts"

/// Timed metadata at one media time; the same in every rendition.
struct Cue {
  std::uint64_t id = 0;   // unique in the channel
  media::Ticks time = 0;  // stream time, 90 kHz
  base::WallTime date;    // program date-time of that media time
  media::TimedText text;
  base::Slice id3;  // an ID3v2.4 tag with one PRIV frame
};

/// A stretch of the broadcast that playlists name with EXT-X-DATERANGE, the same in every
/// rendition. Immutable.
struct DateRange {
  enum class Kind {
    kSource,  // where the media comes from, until the next range of this kind
    kAd,      // an advertisement
  };
  Kind kind = Kind::kSource;
  base::WallTime start;
  base::Duration duration{};  // of an advertisement
  std::string value;          // the source ("live" for the broadcast), or the id of the ad break
};

/// The tracks of a rendition while their configuration stays the same. Immutable.
class TrackSet {
 public:
  /// `generation` names the initialization segment; `tracks` has the leading one first.
  TrackSet(std::uint64_t generation, std::vector<media::Track> tracks);

  std::uint64_t generation() const { return generation_; }
  const std::vector<media::Track>& tracks() const { return tracks_; }
  /// True if the container can carry all of them.
  bool fits(Container container) const { return container == Container::kFmp4 || ts_.has_value(); }
  /// The MPEG-TS muxer; only if that container fits.
  const media::mpegts::Muxer& ts_muxer() const { return *ts_; }
  /// The fMP4 initialization segment.
  const base::Slice& init_segment() const;

 private:
  const std::uint64_t generation_;
  const std::vector<media::Track> tracks_;
  std::optional<media::mpegts::Muxer> ts_;
  base::Lazy<base::Slice> init_;
};

/// A partial segment. Immutable.
struct Part {
  std::uint64_t msn = 0;      // of its segment
  std::uint32_t index = 0;    // in its segment
  media::Ticks start = 0;     // decoding time of its first sample, 90 kHz
  media::Ticks duration = 0;  // as playlists tell it, 90 kHz
  bool independent = false;   // begins with a keyframe (every part of an audio rendition)
  std::shared_ptr<const TrackSet> tracks;
  std::vector<std::vector<media::Sample>> samples;  // a list for each of `tracks`
  std::vector<Cue> cues;
  base::Slice segment_tag;               // ID3 tag that opens the segment; only in the first part
  media::mpegts::Continuity continuity;  // counters before this part

  /// The part's bytes; muxed once, whichever loop asks first.
  const base::Slice& bytes(Container container) const;
  /// MPEG-TS counters behind this part.
  media::mpegts::Continuity continuity_after() const;

 private:
  base::Lazy<base::Slice> fmp4_;
  base::Lazy<base::Slice> ts_;
};

/// A segment, or what exists of the one that is being made. Immutable.
struct Segment {
  std::uint64_t msn = 0;
  std::uint64_t discontinuity_sequence = 0;  // discontinuities before it, in the channel's life
  bool discontinuity = false;                // stands behind a discontinuity itself
  bool complete = false;
  base::WallTime date;  // program date-time of its first sample
  std::shared_ptr<const TrackSet> tracks;
  std::vector<std::shared_ptr<const Part>> parts;
  media::Ticks duration = 0;  // sum of its parts
  /// What begins in it, and what it lies in.
  std::vector<std::shared_ptr<const DateRange>> ranges;

  bool independent() const { return !parts.empty() && parts.front()->independent; }
  /// All bytes that exist, one slice a part.
  std::vector<base::Slice> bytes(Container container) const;
};

/// Where another rendition stands, for EXT-X-RENDITION-REPORT.
struct RenditionReport {
  std::string rendition;
  std::uint64_t last_msn = 0;
  std::optional<std::uint32_t> last_part;
};

/// The place where a part will stand.
struct PartPosition {
  std::uint64_t msn = 0;
  std::uint32_t part = 0;
  auto operator<=>(const PartPosition&) const = default;
};

/// A rendered playlist and its compressed form.
struct RenderedPlaylist {
  base::Slice text;
  base::Slice gzip;
};

/// Durations that a playlist announces; fixed for the life of a stream.
struct PlaylistTimes {
  Latency latency = Latency::kLow;
  media::Ticks part_target = 0;                      // 90 kHz
  std::uint32_t target_duration = 2;                 // seconds
  base::Duration listed = std::chrono::seconds(12);  // how much media a playlist lists
};

/// One rendition's window as it stands after one part.
class Window {
 public:
  std::string rendition;
  PlaylistTimes times;
  std::vector<std::shared_ptr<const Segment>> segments;  // oldest first; the last may be open
  std::size_t first_listed = 0;  // segments before it are still served, but no longer listed
  PartPosition next;             // what the preload hint promises
  bool ended = false;            // the stream is over; nothing will follow
  bool starting = false;         // offered, but nothing of it has been made yet
  std::vector<RenditionReport> reports;

  /// Segment `msn` if the window holds it.
  std::shared_ptr<const Segment> segment(std::uint64_t msn) const;
  std::shared_ptr<const Part> part(PartPosition position) const;
  /// The track set with this generation, if any segment still uses it.
  std::shared_ptr<const TrackSet> track_set(std::uint64_t generation) const;
  /// Newest segment's number and its last part's index.
  PartPosition last() const;
  /// True once the playlist holds segment `msn` whole, or part `part` of it.
  bool has(std::uint64_t msn, std::optional<std::uint32_t> part) const;

  /// The media playlist; `skip` asks for a delta update.
  const RenderedPlaylist& playlist(Container container, bool skip) const;

 private:
  base::Lazy<RenderedPlaylist> playlists_[2][2];
};

}  // namespace live
