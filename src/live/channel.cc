#include "live/channel.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "io/loop.h"
#include "live/metrics.h"

namespace live {
namespace {

constexpr unsigned kMaxTakeovers = 100;

// Sequence numbers of a channel must not go back, not even over a restart of the server, and
// nothing is kept of an idle channel: so a stream starts counting at the clock, in quarters of a
// second since 2024. Segments take longer than that on average.
constexpr std::int64_t kMsnEpoch = 1'704'067'200;

std::uint64_t msn_by_clock() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch());
  return now.count() > kMsnEpoch ? static_cast<std::uint64_t>(now.count() - kMsnEpoch) * 4 : 0;
}

// What a takeover has to share with the broadcast it takes over.
bool same_media(const std::map<TrackKey, media::Track>& a,
                const std::map<TrackKey, media::Track>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.codec == y.second.codec &&
           x.second.video.width == y.second.video.width &&
           x.second.video.height == y.second.video.height;
  });
}

}  // namespace

std::unexpected<base::Error> not_broadcasting() {
  return base::fail(base::ErrorCode::kNotFound, "this channel is not broadcasting");
}

Channel::Channel(io::Loop& loop, const Settings& settings, base::ChannelId id, ChannelHost& host)
    : loop_(loop),
      settings_(settings),
      id_(std::move(id)),
      host_(host),
      timer_(loop),
      silence_timer_(loop) {}

Channel::~Channel() {
  for (Publisher* publisher : {current_, challenger_}) {
    if (publisher != nullptr) publisher->detach();
  }
}

void Channel::event(StreamEvent::Kind kind, std::string detail) {
  StreamEvent event;
  event.kind = kind;
  event.channel = id_;
  event.stream = stream_->id();
  event.at = io::Loop::wall_now();
  event.detail = std::move(detail);
  host_.on_event(event);
}

base::Expected<std::unique_ptr<Ingest>> Channel::open(const PublishGrant& grant,
                                                      IngestOptions options, IngestOwner& owner) {
  if (current_ != nullptr || challenger_ != nullptr) {
    if (options.priority == 0) {
      return base::fail(base::ErrorCode::kConflict, "this channel is already being published to");
    }
    const bool outranks = challenger_ == nullptr && current_ != nullptr &&
                          options.priority > current_->options().priority;
    if (!outranks || takeovers_ >= kMaxTakeovers) {
      event(StreamEvent::Kind::kTakeoverFailure,
            outranks ? "StreamTakeoverLimitBreached" : "StreamTakeoverInvalidPriority");
      return base::fail(base::ErrorCode::kConflict,
                        outranks ? "this stream was taken over too often"
                                 : "the running stream has the same or a higher priority");
    }
    auto publisher = std::make_unique<Publisher>(loop_, *this, grant, std::move(options), owner);
    challenger_ = publisher.get();
    return publisher;
  }
  if (state_ == State::kIdle || state_ == State::kEnded) {
    start_stream(grant);
  } else {
    event(StreamEvent::Kind::kIngestBack);
  }
  timer_.cancel();
  state_ = State::kLive;
  auto publisher = std::make_unique<Publisher>(loop_, *this, grant, std::move(options), owner);
  current_ = publisher.get();
  last_media_ = loop_.now();
  watch_silence();
  return publisher;
}

void Channel::start_stream(const PublishGrant& grant) {
  place_.msn = std::max(place_.msn, msn_by_clock());
  Stream::Settings settings;
  settings.channel = id_;
  settings.packaging = {
      settings_.part, settings_.segment, settings_.window,
      grant.latency == PublishGrant::LatencyMode::kLow ? Latency::kLow : Latency::kNormal};
  settings.default_container =
      grant.container == PublishGrant::DefaultContainer::kFmp4 ? Container::kFmp4 : Container::kTs;
  stream_ = std::make_unique<Stream>(std::move(settings), place_, io::Loop::wall_now());
  stream_end_ = 0;
  told_start_ = false;
  takeovers_ = 0;
  started_ = loop_.now();
  event(StreamEvent::Kind::kSessionCreated);
}

base::Expected<void> Channel::on_ready(Publisher& publisher) {
  const bool takes_over = &publisher == challenger_;
  if (takes_over) {
    if (current_ != nullptr && !same_media(current_->tracks(), publisher.tracks())) {
      challenger_ = nullptr;
      publisher.detach();
      event(StreamEvent::Kind::kTakeoverFailure, "StreamTakeoverMediaMismatch");
      return base::fail(base::ErrorCode::kConflict,
                        "a takeover needs the same codecs, picture size and number of tracks");
    }
    challenger_ = nullptr;
    if (current_ != nullptr) {
      stream_end_ = std::max(stream_end_, current_->end());
      current_->kick({base::ErrorCode::kConflict, "another publisher has taken over"});
    }
    current_ = &publisher;
    ++takeovers_;
    event(StreamEvent::Kind::kTakeover);
  }
  encoder_ = publisher.encoder_info();
  protocol_ = publisher.options().protocol;
  publisher.start_timeline(stream_end_);
  stream_->set_tracks(publisher.tracks(), {stream_end_, publisher.first_arrival()});
  return {};
}

void Channel::on_sample(TrackKey track, const Timeline::Placed& placed) {
  last_media_ = loop_.now();
  if (placed.breaks) {
    const std::uint32_t scale = track.kind == media::TrackKind::kVideo
                                    ? media::kVideoTimescale
                                    : stream_->tracks().at(track).timescale;
    stream_->break_here(
        {media::rescale(placed.sample.dts, scale, media::kVideoTimescale), io::Loop::wall_now()});
  }
  if (stream_->add(track, placed.sample) || placed.breaks) publish();
}

void Channel::publish() {
  if (!stream_->playable()) return;
  if (!told_start_) {
    told_start_ = true;
    event(StreamEvent::Kind::kStreamStart);
  }
  parts_made().add();
  if (host_.wants_snapshots(id_)) host_.on_snapshot(stream_->snapshot());
}

std::shared_ptr<const ChannelSnapshot> Channel::snapshot() const {
  return stream_ != nullptr && stream_->playable() ? stream_->snapshot() : nullptr;
}

void Channel::on_gone(Publisher& publisher, bool finished) {
  if (&publisher == challenger_) {
    challenger_ = nullptr;
    return;
  }
  CHECK(&publisher == current_);
  stream_end_ = std::max(stream_end_, publisher.end());
  if (challenger_ != nullptr) {
    // The one that it has come to take over from is gone already: it goes on without a break.
    current_ = std::exchange(challenger_, nullptr);
    ++takeovers_;
    event(StreamEvent::Kind::kTakeover);
    last_media_ = loop_.now();
    return;
  }
  current_ = nullptr;
  silence_timer_.cancel();
  if (finished || !stream_->playable()) {
    end_stream(finished ? "the publisher ended it" : "the publisher went before anything was sent");
    return;
  }
  event(StreamEvent::Kind::kIngestLost);
  stream_->break_here({stream_end_, io::Loop::wall_now()});
  publish();
  state_ = State::kWaiting;
  timer_.start(settings_.reconnect_window,
               [this] { end_stream("the publisher did not come back"); });
}

void Channel::on_limit(const base::Error& breach) {
  event(StreamEvent::Kind::kLimitBreach, breach.message);
}

void Channel::end(const base::Error& reason) {
  if (stream_ == nullptr || state_ == State::kEnded || state_ == State::kIdle) return;
  for (Publisher* publisher :
       {std::exchange(current_, nullptr), std::exchange(challenger_, nullptr)}) {
    if (publisher != nullptr) publisher->kick(reason);
  }
  silence_timer_.cancel();
  end_stream(reason.message);
}

void Channel::end_stream(std::string_view reason) {
  state_ = State::kEnded;
  event(StreamEvent::Kind::kSessionEnded, std::string(reason));
  stream_->finish();
  place_ = stream_->next_place();
  ++place_.discontinuity_sequence;
  publish();
  if (told_start_) event(StreamEvent::Kind::kStreamEnd, std::string(reason));
  timer_.start(told_start_ ? settings_.ended_kept : base::Duration::zero(),
               [this] { host_.on_idle(id_); });
}

// A publisher that is connected and sends no media holds its channel for as long as one that was
// lost, and no longer; and no stream lasts for ever.
void Channel::watch_silence() {
  silence_timer_.start(std::chrono::seconds(1), [this] {
    if (current_ == nullptr) return;
    if (loop_.now() - last_media_ >= settings_.reconnect_window) {
      end({base::ErrorCode::kTimeout, "no media for too long"});
    } else if (loop_.now() - started_ >= settings_.max_stream_duration) {
      end({base::ErrorCode::kLimit, "the longest duration of a stream is reached"});
    } else {
      watch_silence();
    }
  });
}

base::Expected<void> Channel::put_metadata(std::string payload) {
  if (stream_ == nullptr || state_ != State::kLive || !stream_->playable()) {
    return not_broadcasting();
  }
  return stream_->add_text({media::TimedText::Origin::kApi, std::move(payload)}, 0);
}

base::Expected<void> Channel::stop() {
  if (stream_ == nullptr || is_over()) return not_broadcasting();
  end({base::ErrorCode::kClosed, "the broadcast was stopped"});
  return {};
}

base::Expected<base::WallTime> Channel::insert_ad_break(std::string, std::chrono::seconds) {
  return not_broadcasting();
}

StreamStatus Channel::status() const {
  StreamStatus status;
  status.channel = id_;
  if (stream_ == nullptr) return status;
  status.stream = stream_->id();
  status.started_at = stream_->started_at();
  status.live = state_ == State::kLive && told_start_;
  status.encoder = encoder_;
  status.protocol = to_string(protocol_);
  status.window_bytes = stream_->window_bytes();
  if (current_ != nullptr) {
    status.bitrate = current_->bitrate();
    status.repairs = current_->repairs();
  }
  for (const auto& [key, track] : stream_->tracks()) {
    const bool video = key.kind == media::TrackKind::kVideo;
    status.tracks.push_back({fmt::format("{} {}", video ? "video" : "audio", key.id),
                             track.codec_string, track.video.width, track.video.height,
                             track.video.frame_rate, track.audio.sample_rate,
                             track.audio.channels});
  }
  return status;
}

}  // namespace live
