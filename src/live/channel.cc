#include "live/channel.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "io/loop.h"
#include "live/metrics.h"

namespace live {
namespace {

constexpr unsigned kMaxTakeovers = 100;
// A publisher that wants to take over has to show its tracks within this time.
constexpr base::Duration kChallengeTime = std::chrono::seconds(10);
constexpr base::Duration kLongestAdBreak = std::chrono::hours(1);
constexpr base::Duration kWatchInterval = std::chrono::seconds(1);

// Sequence numbers of a channel must not go back, not even over a restart of the server, and
// nothing is kept of an idle channel: so a stream starts counting at the clock, in quarters of a
// second since 2024. Segments take longer than that on average.
constexpr std::int64_t kMsnEpoch = 1'704'067'200;

std::uint64_t msn_by_clock() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch());
  return now.count() > kMsnEpoch ? static_cast<std::uint64_t>(now.count() - kMsnEpoch) * 4 : 0;
}

// May stand in a playlist's attribute as it is.
bool is_plain(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
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
      watch_timer_(loop),
      renditions_timer_(loop),
      challenger_timer_(loop) {}

Channel::~Channel() {
  for (Publisher* publisher : {current_, challenger_}) {
    if (publisher != nullptr) publisher->detach();
  }
}

base::Expected<std::unique_ptr<Ingest>> Channel::open(const PublishGrant& grant,
                                                      IngestOptions options, IngestOwner& owner) {
  if (current_ != nullptr || challenger_ != nullptr) {
    return challenge(grant, std::move(options), owner);
  }
  if (state_ == State::kIdle || state_ == State::kEnded) {
    start_stream(grant);
  } else {
    event(StreamEvent::Kind::kIngestBack);
  }
  timer_.cancel();
  state_ = State::kLive;
  failure_.clear();
  auto publisher = std::make_unique<Publisher>(loop_, *this, grant, std::move(options), owner);
  current_ = publisher.get();
  came_ = loop_.now();
  watch();
  return publisher;
}

base::Expected<std::unique_ptr<Ingest>> Channel::challenge(const PublishGrant& grant,
                                                           IngestOptions options,
                                                           IngestOwner& owner) {
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
  challenger_timer_.start(std::min(kChallengeTime, settings_.reconnect_window),
                          [this] { drop_challenger(); });
  return publisher;
}

void Channel::drop_challenger() {
  if (challenger_ == nullptr) return;
  std::exchange(challenger_, nullptr)
      ->kick({base::ErrorCode::kTimeout, "no media came from the publisher that takes over"});
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
  fmp4_ = settings.default_container == Container::kFmp4;
  renditions_.reset();
  converter_.reset();
  converts_no_more_ = false;
  broken_at_ = 0;
  stream_ = std::make_unique<Stream>(std::move(settings), place_, io::Loop::wall_now());
  if (Renditions::Workshop* workshop = host_.workshop(); workshop != nullptr) {
    RenditionsHost& host = *this;
    renditions_ = std::make_unique<Renditions>(loop_, *workshop, host, *stream_, grant);
    look_after_renditions();
  }
  if (grant.recording != nullptr) {
    auto sink = host_.record(grant, stream_->id(), stream_->started_at());
    if (sink != nullptr) stream_->record(std::move(sink));
  }
  stream_end_ = 0;
  past_ = {};
  told_start_ = false;
  told_takeover_ = true;
  takeovers_ = 0;
  started_ = loop_.now();
  event(StreamEvent::Kind::kSessionCreated);
}

base::Expected<void> Channel::on_ready(Publisher& publisher) {
  if (&publisher == challenger_) {
    if (auto taken = take_over(publisher); !taken) return taken;
  }
  encoder_ = publisher.encoder_info();
  protocol_ = to_string(publisher.options().protocol);
  remote_address_ = publisher.options().remote_address;
  const bool covered = ad_break_ != nullptr && ad_break_->covers();
  if (!covered || ad_break_->may_return()) {
    if (covered) end_slate(publisher.first_arrival());
    publisher.start_timeline(stream_end_);
    set_tracks(publisher.tracks(), {stream_end_, publisher.first_arrival()});
  }
  if (!told_takeover_) {
    told_takeover_ = true;
    event_with_status(StreamEvent::Kind::kTakeover);
  }
  return {};
}

base::Expected<void> Channel::take_over(Publisher& publisher) {
  challenger_timer_.cancel();
  challenger_ = nullptr;
  if (!same_media(current_->tracks(), publisher.tracks())) {
    publisher.detach();
    event(StreamEvent::Kind::kTakeoverFailure, "StreamTakeoverMediaMismatch");
    return base::fail(base::ErrorCode::kConflict,
                      "a takeover needs the same codecs, picture size and number of tracks");
  }
  stream_end_ = std::max(stream_end_, current_->end());
  remember(*current_);
  current_->kick({base::ErrorCode::kConflict, "another publisher has taken over"});
  current_ = &publisher;
  came_ = loop_.now();
  ++takeovers_;
  told_takeover_ = false;
  return {};
}

void Channel::on_sample(TrackKey track, const Timeline::Placed& placed) {
  if (ad_break_ != nullptr) {
    ad_break_->before(track, placed.sample);
    if (ad_break_->covers()) return;
  }
  if (placed.breaks) {
    const std::uint32_t scale = track.kind == media::TrackKind::kVideo
                                    ? media::kVideoTimescale
                                    : current_->tracks().at(track).timescale;
    broken_at_ = media::rescale(placed.sample.dts, scale, media::kVideoTimescale);
    stream_->break_here({broken_at_, io::Loop::wall_now()});
  }
  const bool converts = converter_ != nullptr && track.kind == media::TrackKind::kAudio &&
                        track.id == converter_->source().id;
  if (converts) converter_->add(placed.sample);
  if ((!converts && stream_->add(track, placed.sample)) || placed.breaks) publish();
  if (ad_break_ != nullptr) {
    ad_break_->advance();
    if (ad_break_->is_done()) ad_break_.reset();
  }
}

void Channel::publish() {
  if (!stream_->playable()) return;
  if (!told_start_) {
    told_start_ = true;
    health_.start();
    event_with_status(StreamEvent::Kind::kStreamStart);
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
    challenger_timer_.cancel();
    return;
  }
  CHECK(&publisher == current_);
  remember(publisher);
  stream_end_ = std::max(stream_end_, publisher.end());
  if (challenger_ != nullptr) {
    // The one that it has come to take over from is gone already: it goes on without a break.
    challenger_timer_.cancel();
    current_ = std::exchange(challenger_, nullptr);
    came_ = loop_.now();
    ++takeovers_;
    told_takeover_ = false;
    return;
  }
  current_ = nullptr;
  watch_timer_.cancel();
  if (finished || !stream_->playable()) {
    end_stream(finished ? "the publisher ended it" : "the publisher went before anything was sent");
    return;
  }
  wait_for_publisher();
}

// A slate is played to the end of its break, whoever comes back or not.
void Channel::wait_for_publisher() {
  event(StreamEvent::Kind::kIngestLost);
  base::Duration patience = settings_.reconnect_window;
  const bool covered = ad_break_ != nullptr && ad_break_->covers();
  if (covered && !ad_break_->may_return()) {
    patience = std::max(patience, ad_break_->remaining());
  } else {
    const base::WallTime now = io::Loop::wall_now();
    if (covered) {
      end_slate(now);
    } else {
      stream_->break_here({stream_end_, now});
    }
    publish();
  }
  state_ = State::kWaiting;
  timer_.start(patience, [this] { end_stream("the publisher did not come back"); });
  if (health_.lose()) event(StreamEvent::Kind::kStarvationStart);
}

void Channel::on_breach(const StreamEvent::Breach& breach, const std::string& sentence) {
  StreamEvent event = make_event(StreamEvent::Kind::kLimitBreach, sentence);
  event.breach = breach;
  host_.on_event(event);
}

void Channel::on_refused(const Publisher& publisher, const std::string& why) {
  if (&publisher == current_) failure_ = why;
}

void Channel::end(const base::Error& reason) {
  if (stream_ == nullptr || state_ == State::kEnded || state_ == State::kIdle) return;
  if (current_ != nullptr) remember(*current_);
  for (Publisher* publisher :
       {std::exchange(current_, nullptr), std::exchange(challenger_, nullptr)}) {
    if (publisher != nullptr) publisher->kick(reason);
  }
  end_stream(reason.message);
}

void Channel::end_stream(std::string_view reason) {
  state_ = State::kEnded;
  watch_timer_.cancel();
  challenger_timer_.cancel();
  ad_break_.reset();
  health_.stop();
  if (!failure_.empty()) event(StreamEvent::Kind::kStreamFailure, std::exchange(failure_, {}));
  event(StreamEvent::Kind::kSessionEnded, std::string(reason));
  renditions_timer_.cancel();
  renditions_.reset();
  converter_.reset();
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
void Channel::watch() {
  watch_timer_.start(kWatchInterval, [this] {
    if (current_ == nullptr) return;
    const base::MonotonicTime now = loop_.now();
    const base::Duration silence =
        now - (current_->is_ready() ? std::max(came_, current_->last_sample()) : came_);
    if (silence >= settings_.reconnect_window) {
      return end({base::ErrorCode::kTimeout, "no media for too long"});
    }
    if (now - started_ >= settings_.max_stream_duration) {
      failure_ = "the longest duration of a stream is reached";
      return end({base::ErrorCode::kLimit, failure_});
    }
    if (health_.look({current_->pace(HealthWatch::kWindow), silence})) {
      event(health_.health() == Health::kStarving ? StreamEvent::Kind::kStarvationStart
                                                  : StreamEvent::Kind::kStarvationEnd);
    }
    watch();
  });
}

media::Ticks Channel::hide_publisher() {
  stream_end_ = std::max(stream_end_, current_->end());
  current_->hide();
  return stream_end_;
}

void Channel::on_slate_over() {
  if (current_ != nullptr) {
    current_->recall();
  } else {
    end_slate(io::Loop::wall_now());
    publish();
  }
}

void Channel::end_slate(base::WallTime date) {
  stream_end_ = std::max(stream_end_, ad_break_->uncover());
  stream_->break_here({stream_end_, date});
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

base::Expected<base::WallTime> Channel::insert_ad_break(std::string id,
                                                        std::chrono::seconds duration) {
  if (stream_ == nullptr || state_ != State::kLive || !stream_->playable()) {
    return not_broadcasting();
  }
  if (fmp4_) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "advertising breaks need a channel whose container is MPEG-TS");
  }
  if (duration <= std::chrono::seconds(0) || duration > kLongestAdBreak || !is_plain(id)) {
    return base::fail(
        base::ErrorCode::kInvalid,
        fmt::format("no advertising break \"{}\" of {} seconds", id, duration.count()));
  }
  if (ad_break_ != nullptr && !ad_break_->is_over()) {
    return base::fail(base::ErrorCode::kConflict, "an advertising break is running already");
  }
  AdBreakHost& host = *this;
  ad_break_ = std::make_unique<AdBreak>(loop_, host, *stream_, settings_.slate, id, duration);
  ad_break_->advance();
  StreamEvent inserted = make_event(StreamEvent::Kind::kAdBreakInserted, {});
  inserted.ad_break = {std::move(id), duration, ad_break_->starts_at()};
  host_.on_event(inserted);
  return inserted.ad_break->starts_at;
}

}  // namespace live
