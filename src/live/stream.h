// One broadcast: its tracks, the renditions made of them, and the snapshot that viewers read.
// Owned by a Channel; used on its home loop only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "live/followers.h"
#include "live/packager.h"
#include "live/part_tap.h"
#include "live/playlist.h"
#include "live/segment_ledger.h"
#include "live/track_key.h"

namespace live {

/// Everything a viewer's loop needs to answer for a channel. Immutable; one a part.
struct ChannelSnapshot {
  base::ChannelId channel;
  base::StreamId stream;
  Container default_container = Container::kTs;
  bool ended = false;
  std::shared_ptr<const MultivariantInfo> multivariant;  // whoever renders it adds server_time
  std::vector<std::shared_ptr<const Window>> windows;    // in the order of the renditions

  const std::shared_ptr<const Window>* find(std::string_view rendition) const;
};

/// Takes what the main picture and the main sound of a stream consist of, slates included, to make
/// renditions of it. Tracks have the id 0.
class SourceFeed {
 public:
  virtual ~SourceFeed() = default;
  virtual void on_source_track(const media::Track& track) = 0;
  virtual void on_source_sample(media::TrackKind kind, const media::Sample& sample) = 0;
};

class Stream {
 public:
  struct Settings {
    base::ChannelId channel;
    PackagingSettings packaging;
    Container default_container = Container::kTs;
  };

  /// `first` is where the channel's numbering goes on.
  Stream(Settings settings, Packager::Place first, base::WallTime started_at);

  /// Everything that is made is handed to `sink`, too, until finish(). Before the first tracks.
  void record(std::unique_ptr<media::PartSink> sink);

  const base::StreamId& id() const { return id_; }
  base::WallTime started_at() const { return started_at_; }
  /// The tracks that renditions are made of; empty before the first set_tracks().
  const std::map<TrackKey, media::Track>& tracks() const { return tracks_; }

  /// Tells the tracks of what follows. Where they differ from those before, and after a break,
  /// what follows stands behind a discontinuity. `clock` dates it.
  void set_tracks(std::map<TrackKey, media::Track> tracks, const ProgramClock& clock);
  /// Adds a sample on the stream's timeline. Returns true if a part was completed somewhere: then
  /// there is a new snapshot.
  bool add(TrackKey track, const media::Sample& sample);

  /// Renditions that are made of the source from now on, from the top; with `hides_source` players
  /// are offered these instead of the source.
  void offer(const std::vector<FollowerPlan>& plans, bool hides_source);
  /// Names that renditions may have later; before the first part.
  void reserve_names(const std::set<std::string>& names);
  void set_made_track(TrackKey key, const media::Track& track);
  /// As add(), for a sample that was made.
  bool add_made(TrackKey key, const media::Sample& sample);
  /// Tells `feed`, which outlives this or is replaced, of everything that is added from now on;
  /// null for nobody. Begins with the tracks and with what is in the segment that is open.
  void feed(SourceFeed* feed);
  /// Renditions end what they have open: the source has ended, and no more will come of it for now.
  void settle_made() { followers_.settle(); }
  const Followers& made() const { return followers_; }
  /// Bit/s of the source's main picture and sound, announced or measured.
  std::uint32_t source_bitrate() const;

  /// Puts timed metadata into every rendition at one media time: `wanted` (90 kHz), or the
  /// earliest that all renditions still can. kLimit: too many at once.
  base::Expected<void> add_text(const media::TimedText& text, media::Ticks wanted);
  /// A clip takes the place of the broadcast from here on, behind a discontinuity: what is added by
  /// add_cover() is shown, in every rendition, until break_here() and set_tracks().
  void cover(const media::Track& video, const media::Track& audio, const ProgramClock& clock);
  /// As add(), for a sample of the clip.
  bool add_cover(media::TrackKind kind, const media::Sample& sample);
  /// See Packager; of the main picture's rendition.
  Packager::Edge edge() const { return main().edge(); }
  bool begins_segment(TrackKey track, const media::Sample& sample) const;
  bool owes_part() const;
  /// See Packager; in every rendition.
  void add_range(const std::shared_ptr<const DateRange>& range);
  void hold_ranges(const std::vector<std::shared_ptr<const DateRange>>& ranges);
  /// Media is missing or the publisher has gone: ends open parts and segments.
  void break_here(const ProgramClock& clock);
  /// The broadcast is over.
  void finish();

  Packager::Place next_place() const;
  bool started() const;
  /// True once something can be played.
  bool playable() const;
  std::size_t window_bytes() const;
  std::shared_ptr<const ChannelSnapshot> snapshot();

 private:
  struct Rendition {
    Packager packager;
    TrackKey leading;               // the track that parts are cut by
    std::optional<TrackKey> audio;  // muxed beside it
    std::uint64_t bytes = 0;        // of samples, for the average bitrate
    media::Ticks duration = 0;
  };

  Rendition& rendition(const std::string& name, TrackKey leading, std::optional<TrackKey> audio);
  const Packager& main() const;
  void follow_segments();
  void feed_sample(media::TrackKind kind, const media::Sample& sample);
  void feed_tracks(const media::Track& video, const media::Track* audio);
  MultivariantInfo multivariant() const;
  ProgramClock later(ProgramClock clock) const;

  const Settings settings_;
  const base::StreamId id_;
  const Packager::Place first_;
  const base::WallTime started_at_;
  std::map<TrackKey, media::Track> tracks_;
  std::optional<TrackKey> main_audio_;
  std::unique_ptr<PartTap> tap_;  // while it is recorded; outlives the renditions
  SegmentLedger ledger_;          // outlives the renditions
  Followers followers_;
  bool hides_source_ = false;
  SourceFeed* feed_ = nullptr;
  std::vector<std::unique_ptr<Rendition>> renditions_;
  ProgramClock clock_;
  std::uint64_t generation_;
  std::uint64_t next_cue_ = 1;
  std::shared_ptr<const MultivariantInfo> multivariant_;  // kept for a second of media
  media::Ticks multivariant_at_ = 0;
  bool covered_ = false;
  bool finished_ = false;
};

}  // namespace live
