// The renditions that are made of a stream's source: each has a Packager that follows the source's,
// and waits for its samples. Sound that is not made for them is the source's own, held back until
// their pictures are there, so that the same sound is in the same segment of every rendition. Owned
// by a Stream; on its home loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/packager.h"
#include "live/playlist.h"
#include "live/track_key.h"

namespace live {

/// A rendition that players are offered.
struct FollowerPlan {
  std::string name;               // in paths and playlists
  TrackKey leading;               // made
  std::optional<TrackKey> audio;  // made, or the source's; beside pictures only
  bool own_audio = false;         // `audio` was made for it
  std::uint32_t width = 0;        // 0 without pictures
  std::uint32_t height = 0;
  double frame_rate = 0;
  std::uint32_t bitrate = 0;        // of all that was made for it, bit/s
  std::vector<std::string> codecs;  // as expected, until they are known
};

class Followers {
 public:
  struct Source {
    PackagingSettings packaging;
    const SegmentLedger* ledger = nullptr;
    /// Numbers of track sets.
    std::function<std::uint64_t()> next_generation;
  };
  explicit Followers(Source source);

  /// What is offered from now on; what has the same name goes on.
  void offer(const std::vector<FollowerPlan>& plans, Packager::Place next);
  bool empty() const { return followers_.empty(); }
  bool has(const std::string& name) const;
  /// A track that was made begins, or changes.
  void set_track(TrackKey key, const media::Track& track);
  /// Adds a sample that was made. True if a part was completed.
  bool add(TrackKey key, const media::Sample& sample);
  /// The source's main soundtrack, and its samples as they are added to the source.
  void set_source_audio(std::optional<media::Track> track);
  void add_source_audio(const media::Sample& sample);
  /// One that was added before, for renditions that begin with the segment it is in.
  void seed_source_audio(const media::Sample& sample);
  void add_cue(const Cue& cue);
  void settle();
  void finish();
  /// Who is told of parts; null for nobody.
  void set_listener(PartListener* listener);

  std::vector<Variant> variants() const;
  std::vector<RenditionReport> reports() const;
  std::size_t size() const { return followers_.size(); }
  std::shared_ptr<const Window> window(std::size_t index, std::vector<RenditionReport> reports);
  std::size_t window_bytes() const;
  /// Where the pictures of a rendition have got to (90 kHz); nothing if it has none yet.
  std::optional<media::Ticks> reached(const std::string& name) const;

 private:
  /// Where sound of the source was put there.
  struct SoundPlace {
    media::Ticks after = 0;  // behind the picture of this time
    std::uint64_t msn = 0;   // in this segment
  };
  struct Held {
    SoundPlace place;
    media::Sample sample;
  };
  struct Follower {
    FollowerPlan plan;
    Packager packager;
    std::optional<media::Track> leading = std::nullopt;
    std::optional<media::Track> audio = std::nullopt;  // if it was made
    std::deque<Held> held = {};
    std::optional<media::Ticks> last_start = std::nullopt;  // of its leading samples, 90 kHz
    std::uint64_t bytes = 0;
    media::Ticks duration = 0;
  };
  /// When sound of the source came.
  struct Mark {
    media::Ticks time = 0;  // of the sound, 90 kHz
    SoundPlace place;
  };

  static constexpr std::size_t kMostHeld = 2048;

  void set_tracks(Follower& follower);
  bool lead(Follower& follower, const media::Sample& sample);
  void hold(Follower& follower, SoundPlace place, const media::Sample& sample);
  void release(Follower& follower);
  void release_before(Follower& follower, const media::Sample& sample);
  void add_sound(Follower& follower);
  SoundPlace place_of(media::Ticks sound) const;

  const Source source_;
  PartListener* listener_ = nullptr;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::optional<media::Track> source_audio_;
  std::deque<Mark> marks_;
};

}  // namespace live
