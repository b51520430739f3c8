// Cuts the samples of one rendition into Parts and Segments and keeps its live window.
//
// A part is closed as soon as its last frame is there, one frame earlier than the next one could
// tell, so the decision where the next part will stand (same segment or the next) is a prediction
// from the length of the last groups of pictures. It is always kept, because the preload hint that
// viewers wait on repeats it: a keyframe that comes against the prediction begins a part, not a
// segment. Where nothing can be predicted yet and a keyframe would end the segment, the part waits
// for one more frame.
//
// The packager of a rendition that is made of the source's pictures follows the one of the source:
// it learns from a SegmentLedger which segment a picture belongs to (packager_follow.cc).
//
// Owned by a Stream; used on the channel's home loop only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live/segment_ledger.h"
#include "live/window.h"

namespace live {

inline media::Ticks to_ticks(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count() * 9 / 100;
}

/// How media is cut; the same for all renditions of a stream.
struct PackagingSettings {
  base::Duration part = std::chrono::milliseconds(200);
  base::Duration segment = std::chrono::seconds(2);
  /// Media that playlists list.
  base::Duration window = std::chrono::seconds(12);
  Latency latency = Latency::kLow;
};

/// Which wall-clock time belongs to which media time; anchored anew at every discontinuity.
struct ProgramClock {
  media::Ticks anchor = 0;  // 90 kHz
  base::WallTime date;
  base::WallTime date_of(media::Ticks time) const;
};

/// A part that has just been closed.
struct MadeHere {
  const std::string& rendition;  // as in paths
  bool is_source = true;
  const std::shared_ptr<const Part>& part;
  bool discontinuity = false;  // its segment stands behind one
  base::WallTime date;         // program date-time of its start, as playlists tell it
};

/// Told of every part when it is closed; may not call back.
class PartListener {
 public:
  virtual ~PartListener() = default;
  virtual void on_part(const MadeHere& made) = 0;
};

class Packager {
 public:
  struct Place {
    std::uint64_t msn = 0;
    std::uint64_t discontinuity_sequence = 0;
  };

  Packager(std::string rendition, PackagingSettings settings, Place first);

  /// Writes down where its segments are, for those who follow. Before the first sample.
  void lead(SegmentLedger& ledger) { lead_ = &ledger; }
  /// Cuts where the ledger says, beginning with a keyframe that begins a segment there; its leading
  /// samples decode in the order of presentation. Before the first sample. set_tracks() takes
  /// effect with the next segment then, and needs no clock.
  void follow(const SegmentLedger& ledger) { follow_ = &ledger; }
  /// Of one that follows: whether sound of this segment of the source has its place now.
  bool takes_sound(std::uint64_t msn) const;
  /// Of one that follows: the segment that ends with this leading sample or before it.
  std::optional<std::uint64_t> segment_ended_by(const media::Sample& sample) const;
  /// The segment that is open.
  std::optional<std::uint64_t> open_msn() const {
    return open_segment_ != nullptr ? std::optional(open_segment_->msn) : std::nullopt;
  }
  /// Of one that follows: what is open will not go on.
  bool settle();

  /// Tells somebody of its parts, who outlives it; null for nobody.
  void set_listener(PartListener* listener) { listener_ = listener; }

  /// The tracks of what follows, the leading one first (video if there is any). A second call
  /// begins a new segment behind a discontinuity. Returns true if a part was completed.
  bool set_tracks(std::shared_ptr<const TrackSet> tracks, const ProgramClock& clock);

  /// Adds a sample of `tracks()[index]`. Samples of a track come in decoding order. Samples before
  /// the first keyframe of the leading track are dropped.
  /// Returns true if a part was completed.
  bool add(std::size_t index, const media::Sample& sample);

  /// Puts a cue into the part that holds its time, or into the next if that one is closed. False
  /// if too many wait already.
  bool add_cue(const Cue& cue);
  static constexpr std::size_t kMaxWaitingCues = 32;
  std::size_t waiting_cues() const { return cues_.size(); }

  /// A range that begins in the segment that is open, or with the next one, and is told there; no
  /// effect if one of its kind begins there at the same time.
  void add_range(std::shared_ptr<const DateRange> range);
  /// Ranges that are told in the open segment and in every one that follows, until others are held.
  void hold_ranges(std::vector<std::shared_ptr<const DateRange>> ranges);

  struct SegmentEnd {
    std::uint64_t msn = 0;
    media::Ticks time = 0;  // 90 kHz
  };
  /// Segment `msn` of this rendition (one without video) ends with the first frame that reaches a
  /// time, or as soon after as it still can: keeps it in step with the segments of the video.
  void end_segment(SegmentEnd end);

  /// Dates what follows a break that was made before it was known when the media would go on.
  void set_clock(const ProgramClock& clock) {
    if (!started_) clock_ = clock;
  }

  /// Ends the open part and segment: what follows stands behind a discontinuity. Returns true if
  /// a part was completed.
  bool break_here(const ProgramClock& clock);
  /// The broadcast is over: ends the open part and segment and the playlist.
  void finish();

  /// The segment that is being made, or the one that comes next.
  struct Edge {
    std::uint64_t msn = 0;
    bool open = false;
    base::WallTime date;          // of its start; expected if it is not open
    base::WallTime expected_end;  // of the open one, the start of the next otherwise
  };
  Edge edge() const;
  /// Whether viewers have been promised a part of which nothing has come.
  bool owes_part() const { return open_segment_ != nullptr && open_.part == nullptr; }
  /// Whether add() would begin a segment with this sample of the leading track.
  bool begins_segment(const media::Sample& sample) const;

  const std::string& rendition() const { return rendition_; }
  const std::shared_ptr<const TrackSet>& tracks() const { return tracks_; }
  bool started() const { return started_; }
  /// Start of the part that is open or would be opened next, 90 kHz.
  media::Ticks open_start() const;
  /// Ends of segments since the last call, for renditions that follow this one.
  std::vector<SegmentEnd> take_segment_ends() { return std::exchange(segment_ends_, {}); }
  /// The samples of the segment that is open, with their tracks' indices, in the order of their
  /// decoding; none if it did not begin with a keyframe.
  std::vector<std::pair<std::size_t, media::Sample>> open_samples() const;
  /// Where a stream that continues this channel goes on.
  Place next_place() const;
  RenditionReport report() const;
  /// Bytes of the samples in the window.
  std::size_t window_bytes() const { return window_bytes_; }

  /// The window as it stands now, for viewers; the same as before if nothing was completed since
  /// (`reports` are left as they were then).
  std::shared_ptr<const Window> snapshot(std::vector<RenditionReport> reports);

 private:
  struct OpenPart {
    std::shared_ptr<Part> part;
    media::Ticks last_start = 0;  // of one that follows: of its last leading sample
    media::Ticks end = 0;         // expected end of its last leading sample
    std::size_t frames = 0;
    std::size_t bytes = 0;
  };

  enum class Follows { kNewSegment, kWhateverFits };

  bool is_leading(std::size_t index) const { return index == 0; }
  bool has_video() const;
  void fix_times(const media::Sample& first);
  media::Ticks to_stream(media::Ticks time, std::size_t index) const;
  media::Ticks longest_segment() const;
  bool wants_cut(media::Ticks elapsed) const;
  bool expects_keyframe() const;
  void learn_group(media::Ticks start);
  bool add_leading(const media::Sample& sample);
  bool add_following(const media::Sample& sample);
  bool place_following(const SegmentLedger::Entry& entry, const media::Sample& sample);
  void open_following(const SegmentLedger::Entry& entry);
  bool follower_ends(media::Ticks start, media::Ticks end) const;
  bool close_following(Follows follows, Part& part) const;
  bool add_beside(std::size_t index, const media::Sample& sample);
  bool is_full(media::Ticks frame) const;
  bool reaches_limit(media::Ticks end) const;
  bool cuts_at(media::Ticks end) const;
  void open_part(media::Ticks start);
  void open_segment(media::Ticks start);
  void append(std::size_t index, const media::Sample& sample);
  void close_part(Follows follows);
  void close_segment();
  void trim();
  base::Slice segment_tag(base::WallTime date, media::Ticks start) const;

  const std::string rendition_;
  const PackagingSettings settings_;
  PartListener* listener_ = nullptr;
  SegmentLedger* lead_ = nullptr;
  const SegmentLedger* follow_ = nullptr;
  std::shared_ptr<const TrackSet> next_tracks_;  // of one that follows, for its next segment
  PlaylistTimes times_;
  bool times_fixed_ = false;
  media::Ticks frame_target_ = 0;  // length of a full part in whole frames, 90 kHz
  ProgramClock clock_;
  base::WallTime date_end_;  // of the last whole segment's end
  std::shared_ptr<const TrackSet> tracks_;
  bool started_ = false;
  bool ended_ = false;

  std::uint64_t next_msn_;
  std::uint64_t discontinuity_sequence_;
  bool discontinuity_pending_ = false;

  std::deque<std::shared_ptr<const Segment>> segments_;  // whole ones, oldest first
  std::shared_ptr<Segment> open_segment_;
  media::Ticks segment_start_ = 0;  // of the open segment
  // End of the last closed part as playlists have been told; may be off what its samples say while
  // a hole is being made up for.
  media::Ticks told_end_ = 0;
  OpenPart open_;
  std::vector<std::size_t> last_counts_;  // samples of each track in the last part
  media::mpegts::Continuity continuity_;
  std::deque<Cue> cues_;  // waiting for their part, in order of time
  std::deque<SegmentEnd> limits_;
  std::vector<SegmentEnd> segment_ends_;
  std::vector<std::shared_ptr<const DateRange>> next_ranges_;  // only for the next segment
  std::vector<std::shared_ptr<const DateRange>> held_ranges_;
  std::shared_ptr<const Window> window_;  // as viewers were told; empty when something is new
  std::size_t window_bytes_ = 0;

  std::uint32_t frames_since_key_ = 0;
  std::uint32_t group_frames_ = 0;  // length of the last group of pictures
  media::Ticks group_start_ = 0;    // of the present group
  media::Ticks group_length_ = 0;   // of the last one, 90 kHz
  bool group_stable_ = false;       // the last two were equally long
  bool close_waits_ = false;        // a full part waits for the next frame
};

}  // namespace live
