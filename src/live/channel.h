// One channel on its home loop: who publishes, the stream it feeds, and how long a stream outlives
// its publisher. Owned by the engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "io/timer.h"
#include "live/ad_break.h"
#include "live/health.h"
#include "live/live.h"
#include "live/publisher.h"
#include "live/renditions.h"
#include "live/sound_converter.h"
#include "live/stream.h"

namespace io {
class Loop;
}

namespace live {

/// What is answered to whoever wants something of a channel that is not live.
std::unexpected<base::Error> not_broadcasting();

/// What a channel asks of the engine.
class ChannelHost {
 public:
  virtual ~ChannelHost() = default;
  /// Whether anybody is told of what is new: if not, a channel saves itself the snapshot until it
  /// is asked for one.
  virtual bool wants_snapshots(const base::ChannelId&) { return true; }
  /// There is something new for viewers.
  virtual void on_snapshot(std::shared_ptr<const ChannelSnapshot> snapshot) = 0;
  /// Nothing is left for viewers, and no publisher is expected. Destroys the channel later.
  virtual void on_idle(const base::ChannelId& channel) = 0;
  virtual void on_event(const StreamEvent& event) = 0;
  /// Whether anybody watches on any loop.
  virtual bool is_watched(const base::ChannelId&) { return false; }
  /// What renditions are made with; null if none are.
  virtual Renditions::Workshop* workshop() { return nullptr; }
  /// Who takes the parts of a broadcast that is to be recorded; null if nobody does.
  virtual std::unique_ptr<media::PartSink> record(const PublishGrant&, const base::StreamId&,
                                                  base::WallTime) {
    return nullptr;
  }
};

class Channel final : private AdBreakHost, private RenditionsHost, private SoundConverterHost {
 public:
  Channel(io::Loop& loop, const Settings& settings, base::ChannelId id, ChannelHost& host);
  ~Channel() override;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  base::Expected<std::unique_ptr<Ingest>> open(const PublishGrant& grant, IngestOptions options,
                                               IngestOwner& owner);
  base::Expected<void> put_metadata(std::string payload);
  /// See Live.
  base::Expected<void> stop();
  base::Expected<base::WallTime> insert_ad_break(std::string id, std::chrono::seconds duration);
  /// Ends the broadcast now, from our side.
  void end(const base::Error& reason);
  /// Nobody publishes, and nobody is waited for.
  bool is_over() const { return state_ == State::kIdle || state_ == State::kEnded; }
  StreamStatus status() const;
  /// Somebody begins to watch.
  void on_watched();
  /// What viewers can have now; null if there is nothing.
  std::shared_ptr<const ChannelSnapshot> snapshot() const;

  // For Publisher only.
  /// Its gate has opened: its tracks are known. An error means that it has to go.
  base::Expected<void> on_ready(Publisher& publisher);
  /// What it sends has these tracks from now on.
  void set_tracks(const std::map<TrackKey, media::Track>& tracks, const ProgramClock& clock);
  void on_sample(TrackKey track, const Timeline::Placed& placed);
  /// It was destroyed, after finish() or without.
  void on_gone(Publisher& publisher, bool finished);
  void on_breach(const StreamEvent::Breach& breach, const std::string& sentence);
  /// It was told to go for what it sent.
  void on_refused(const Publisher& publisher, const std::string& why);
  Stream& stream() { return *stream_; }
  const base::StreamId& stream_id() const { return stream_->id(); }

 private:
  enum class State { kIdle, kLive, kWaiting, kEnded };

  StreamEvent make_event(StreamEvent::Kind kind, std::string detail) const;
  void event(StreamEvent::Kind kind, std::string detail = {});
  void event_with_status(StreamEvent::Kind kind);
  /// What a publisher that leaves has done counts on.
  void remember(const Publisher& publisher);
  void start_stream(const PublishGrant& grant);
  void end_stream(std::string_view reason);
  base::Expected<std::unique_ptr<Ingest>> challenge(const PublishGrant& grant,
                                                    IngestOptions options, IngestOwner& owner);
  base::Expected<void> take_over(Publisher& publisher);
  void wait_for_publisher();
  void end_slate(base::WallTime date);
  void watch();
  void drop_challenger();

  // AdBreakHost
  media::Ticks hide_publisher() override;
  void on_slate_over() override;
  void publish() override;
  // RenditionsHost
  void on_renditions_change(StreamEvent::Renditions renditions, std::string sentence) override;
  // SoundConverterHost
  void on_converted(const media::Sample& sample) override;
  void on_conversion_failed() override;
  void look_after_renditions();
  const media::Track* convert(const media::Track& sound);

  io::Loop& loop_;
  const Settings& settings_;
  const base::ChannelId id_;
  ChannelHost& host_;
  State state_ = State::kIdle;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Renditions> renditions_;     // of the stream
  std::unique_ptr<SoundConverter> converter_;  // of its main sound, where that is needed
  bool converts_no_more_ = false;
  media::Ticks broken_at_ = 0;       // where the stream was broken last, 90 kHz
  Publisher* current_ = nullptr;     // owned by its protocol
  Publisher* challenger_ = nullptr;  // wants to take over, its tracks are not known yet
  Packager::Place place_;            // where the next stream goes on
  media::Ticks stream_end_ = 0;      // where the next publisher's timeline begins
  bool told_start_ = false;
  unsigned takeovers_ = 0;
  bool told_takeover_ =
      true;              // false: the present publisher has taken over, its tracks are unknown
  bool fmp4_ = false;    // its default container
  std::string failure_;  // why the last publisher was told to go
  base::MonotonicTime came_{};     // the present publisher
  base::MonotonicTime started_{};  // the stream
  HealthWatch health_;
  EncoderInfo encoder_;  // of the last publisher, and so on
  std::string protocol_;
  std::string remote_address_;
  struct {
    TimelineRepairs repairs;
    DroppedSamples dropped;
  } past_;  // of the stream's publishers that have left
  std::unique_ptr<AdBreak> ad_break_;
  io::Timer timer_;        // waiting for a publisher, or keeping an ended stream
  io::Timer watch_timer_;  // looks at the publisher every second
  io::Timer renditions_timer_;
  io::Timer challenger_timer_;  // one that does not say what it has
};

}  // namespace live
