// Has a broadcast's source transcoded by a helper, and sees to it that it goes on: a helper that
// ends is replaced at once by one that is given the source's samples since a keyframe and goes on
// where the other one had got to. Owned by a Renditions or a SoundConverter; on its home loop.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "io/timer.h"
#include "live/helper_link.h"
#include "live/track_key.h"

namespace live {

class TranscoderOwner {
 public:
  virtual void on_made_track(TrackKey key, const media::Track& track) = 0;
  virtual void on_made_sample(TrackKey key, const media::Sample& sample) = 0;
  /// It ended and is replaced.
  virtual void on_restart(const std::string& how) = 0;
  /// It ended too often: nothing more is made. May destroy the transcoder.
  virtual void on_given_up(const std::string& how) = 0;

 protected:
  ~TranscoderOwner() = default;
};

class Transcoder final : private HelperListener {
 public:
  /// More crashes than this within kCrashTime, and it is given up.
  static constexpr std::size_t kMostCrashes = 2;
  static constexpr base::Duration kCrashTime = std::chrono::minutes(1);

  Transcoder(io::Loop& loop, const HelperFactory& factory, TranscoderOwner& owner);
  ~Transcoder();

  /// Starts the helper; or replaces it by one with another job, which goes on at the same place.
  void start(media::pipe::TranscodeJob job);
  /// The source: tracks have the id 0.
  void set_track(const media::Track& track);
  void add(media::TrackKind kind, const media::Sample& sample);
  void end_output(TrackKey key);

  /// How far what was made last is behind what was given last, 90 kHz. Of pictures if there are
  /// any.
  media::Ticks lag() const;
  std::size_t queued() const { return link_ != nullptr ? link_->queued() : 0; }
  /// Samples that are kept for a helper that takes over.
  std::size_t kept() const { return history_.size(); }

 private:
  struct Given {
    media::TrackKind kind = media::TrackKind::kVideo;
    media::Ticks pts = 0;  // 90 kHz
    std::variant<media::Track, media::Sample> what;
  };

  void on_message(media::pipe::Message message) override;
  void on_ended(const std::string& how) override;
  void launch();
  void send(const media::pipe::Message& message);
  void send(const Given& given);
  void fall(const std::string& how);
  bool has_pictures() const { return !job_.video.empty(); }
  std::optional<media::Ticks> got_to(media::TrackKind kind) const;
  media::Ticks resume_at() const;
  void trim();
  void drop_front();

  io::Loop& loop_;
  const HelperFactory& factory_;
  TranscoderOwner& owner_;
  media::pipe::TranscodeJob job_;
  std::unique_ptr<HelperLink> link_;
  std::map<media::TrackKind, media::Track> tracks_;      // as they are now
  std::map<media::TrackKind, media::Track> old_tracks_;  // as they were before the history
  std::deque<Given> history_;
  std::size_t history_bytes_ = 0;
  std::map<TrackKey, media::Ticks> ends_;           // where outputs have got to, 90 kHz
  std::map<TrackKey, std::uint32_t> scales_;        // of outputs
  std::map<media::TrackKind, media::Ticks> given_;  // where the source has got to, 90 kHz
  std::optional<media::Ticks> first_given_;
  std::deque<base::MonotonicTime> crashes_;
  io::Timer again_;
};

}  // namespace live
