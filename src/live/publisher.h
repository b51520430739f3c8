// The Ingest that protocols hold: gate, timeline and limits between one publisher and its channel.
// Owned by the protocol's connection; on the channel's home loop.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "io/timer.h"
#include "live/encoder_figures.h"
#include "live/ingest_gate.h"
#include "live/ingest_meter.h"
#include "live/live.h"
#include "live/timeline.h"

namespace live {

class Channel;

class Publisher final : public Ingest {
 public:
  Publisher(io::Loop& loop, Channel& channel, PublishGrant grant, IngestOptions options,
            IngestOwner& owner);
  ~Publisher() override;

  // Ingest
  const base::StreamId& stream() const override;
  base::Expected<void> track(const media::Track& track) override;
  base::Expected<void> sample(media::TrackKind kind, std::uint32_t track,
                              const media::Sample& sample) override;
  void encoder(const EncoderInfo& info) override;
  void text(const media::TimedText& text, std::int64_t source_time) override;
  void captions(const media::CaptionData& captions, std::int64_t source_time) override;
  void finish() override;

  // For Channel.
  const std::map<TrackKey, media::Track>& tracks() const { return tracks_; }
  const IngestOptions& options() const { return options_; }
  const PublishGrant& grant() const { return grant_; }
  const EncoderInfo& encoder_info() const { return encoder_; }
  base::WallTime first_arrival() const { return gate_->first_arrival(); }
  /// Begins its timeline where the stream ends.
  void start_timeline(media::Ticks start);
  media::Ticks end() const { return timeline_ ? timeline_->end() : 0; }
  /// Its tracks are known, and it has sent pictures.
  bool is_ready() const { return ready_; }
  /// It is not to be shown for now: what it sends is measured and goes no further.
  void hide();
  /// It is to be shown again: once its next keyframe is there it is ready() anew.
  void recall();
  TimelineRepairs repairs() const;
  DroppedSamples dropped() const;
  base::MonotonicTime last_sample() const { return last_sample_; }
  /// Over the last `seconds`; nothing if not measured for long enough.
  std::optional<IngestMeter::Rates> rates(int seconds) const;
  /// Media time a second of clock; nothing if not measured for so long.
  std::optional<double> pace(int seconds) const;
  /// Between the last two keyframes of the main video track; 0 if not known.
  base::Duration keyframe_interval() const;
  const std::optional<EncoderFigures>& encoder_figures() const { return encoder_tally_.figures(); }
  /// Tells the owner, from a fresh call stack, that it has to go; nothing it sends counts any more.
  void kick(base::Error reason);
  /// The channel has gone or given the stream to another.
  void detach() { channel_ = nullptr; }

 private:
  base::Expected<void> open_gate();
  base::Expected<void> check_size(const media::VideoFormat& video);
  void announce(TrackKey key, const IngestGate* gate);
  void place(TrackKey key, const media::Sample& sample);
  base::Expected<void> measure(TrackKey key, const media::Sample& sample);
  std::int64_t measure_picture(const media::Sample& sample);
  std::unexpected<base::Error> refuse(base::Error error);

  io::Loop& loop_;
  Channel* channel_;
  const base::StreamId stream_;
  const PublishGrant grant_;
  const IngestOptions options_;
  IngestOwner& owner_;
  EncoderInfo encoder_;
  std::map<TrackKey, media::Track> tracks_;
  std::unique_ptr<IngestGate> gate_;  // until it has opened
  std::optional<Timeline> timeline_;  // while it is shown
  bool ready_ = false;
  TimelineRepairs earlier_repairs_;  // of timelines before
  DroppedSamples dropped_;           // without those of the present gate
  EncoderTally encoder_tally_;
  IngestMeter meter_;
  base::MonotonicTime last_sample_{};
  // Decoding times of the main video track, in source ticks.
  std::optional<std::int64_t> last_picture_;
  std::optional<std::int64_t> last_keyframe_;
  std::int64_t keyframe_interval_ = 0;
  base::Bytes captions_;  // cc_data that waits for the next picture
  bool finished_ = false;
  io::Timer kick_timer_;
};

}  // namespace live
