// The renditions of one broadcast: when they are made, what is left out when the machine cannot
// carry them all, and how they come into the stream. The source itself never waits for any of this.
// Owned by a Channel for the life of a stream; on its home loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/ladder.h"
#include "live/live.h"
#include "live/rendition_budget.h"
#include "live/stream.h"
#include "live/transcoder.h"

namespace live {

/// What they ask of their channel.
class RenditionsHost {
 public:
  /// There may be something new for viewers.
  virtual void publish() = 0;
  /// Renditions were left out or are made again; `sentence` is for the streamer.
  virtual void on_renditions_change(StreamEvent::Renditions renditions, std::string sentence) = 0;

 protected:
  ~RenditionsHost() = default;
};

class Renditions final : private SourceFeed, private TranscoderOwner {
 public:
  /// Made once for each loop.
  struct Workshop {
    const RenditionSettings& settings;
    RenditionBudget& budget;
    HelperFactory helpers;
  };
  /// How long renditions are made that nobody asks for any more.
  static constexpr base::Duration kKept = std::chrono::seconds(30);
  /// How often look() is to be called.
  static constexpr base::Duration kLookInterval = std::chrono::milliseconds(250);

  Renditions(io::Loop& loop, Workshop& workshop, RenditionsHost& host, Stream& stream,
             const PublishGrant& grant);
  ~Renditions();

  /// The source has these tracks from now on; call before the stream is told, and once more when
  /// it was.
  void plan(const media::VideoFormat& video, const media::Track* audio);
  void on_source_changed();
  /// Somebody watches: they are started if need be, at once.
  void on_watched(base::MonotonicTime now);
  /// Looks after everything.
  void look(base::MonotonicTime now);
  /// What is planned beside the source, from the top.
  std::vector<RenditionStatus> status() const;

 private:
  // SourceFeed
  void on_source_track(const media::Track& track) override;
  void on_source_sample(media::TrackKind kind, const media::Sample& sample) override;
  // TranscoderOwner
  void on_made_track(TrackKey key, const media::Track& track) override;
  void on_made_sample(TrackKey key, const media::Sample& sample) override;
  void on_restart(const std::string& how) override;
  void on_given_up(const std::string& how) override;

  bool is_wanted() const;
  std::span<const PlannedRendition> wanted() const;
  bool take_share(std::size_t shed);
  void look();
  void start();
  void stop();
  /// Makes all but the `shed_` top ones.
  void apply();
  media::pipe::TranscodeJob job() const;
  std::vector<FollowerPlan> offers() const;
  TrackKey audio_key(std::uint32_t bitrate) const;
  void shed_top();
  void try_restore();
  void tell(std::string sentence);

  io::Loop& loop_;
  base::MonotonicTime now_{};  // as it was told last
  Workshop& workshop_;
  RenditionsHost& host_;
  Stream& stream_;
  const PublishGrant grant_;
  LadderPlan plan_;
  media::VideoFormat video_;
  std::uint32_t source_audio_bitrate_ = 0;
  bool planned_anew_ = false;
  RenditionBudget::Share share_;
  std::unique_ptr<Transcoder> transcoder_;  // while renditions are made
  std::size_t shed_ = 0;                    // so many are left out, from the top
  bool refused_ = false;                    // there is no room for any
  bool given_up_ = false;
  std::optional<base::MonotonicTime> last_watched_;
  base::MonotonicTime judged_from_{};  // before, it may be behind
  base::MonotonicTime calm_since_{};
  base::MonotonicTime restored_at_{};
  base::Duration patience_;  // until one that was shed is tried again
  base::MonotonicTime last_given_{};
  base::MonotonicTime last_made_{};
  bool settled_ = false;
};

}  // namespace live
