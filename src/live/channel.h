// One channel on its home loop: who publishes, the stream it feeds, and how long a stream outlives
// its publisher. Owned by the engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "io/timer.h"
#include "live/live.h"
#include "live/publisher.h"
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
};

class Channel {
 public:
  Channel(io::Loop& loop, const Settings& settings, base::ChannelId id, ChannelHost& host);
  ~Channel();
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
  /// What viewers can have now; null if there is nothing.
  std::shared_ptr<const ChannelSnapshot> snapshot() const;

  // For Publisher only.
  /// Its gate has opened: its tracks are known. An error means that it has to go.
  base::Expected<void> on_ready(Publisher& publisher);
  void on_sample(TrackKey track, const Timeline::Placed& placed);
  /// It was destroyed, after finish() or without.
  void on_gone(Publisher& publisher, bool finished);
  void on_limit(const base::Error& breach);
  Stream& stream() { return *stream_; }
  const base::StreamId& stream_id() const { return stream_->id(); }

 private:
  enum class State { kIdle, kLive, kWaiting, kEnded };

  void event(StreamEvent::Kind kind, std::string detail = {});
  void start_stream(const PublishGrant& grant);
  void end_stream(std::string_view reason);
  void publish();
  void watch_silence();

  io::Loop& loop_;
  const Settings& settings_;
  const base::ChannelId id_;
  ChannelHost& host_;
  State state_ = State::kIdle;
  std::unique_ptr<Stream> stream_;
  Publisher* current_ = nullptr;     // owned by its protocol
  Publisher* challenger_ = nullptr;  // wants to take over, its tracks are not known yet
  Packager::Place place_;            // where the next stream goes on
  media::Ticks stream_end_ = 0;      // where the next publisher's timeline begins
  bool told_start_ = false;
  unsigned takeovers_ = 0;
  base::MonotonicTime last_media_{};
  base::MonotonicTime started_{};
  EncoderInfo encoder_;
  Protocol protocol_ = Protocol::kRtmp;
  io::Timer timer_;          // waiting for a publisher, or keeping an ended stream
  io::Timer silence_timer_;  // a publisher that sends nothing
};

}  // namespace live
