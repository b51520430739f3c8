#include "server/rtmp_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/metrics.h"
#include "wire/rtmp/stream_name.h"

namespace server {
namespace {

using wire::rtmp::PublishRefusal;

constexpr std::chrono::seconds kDeadlineCheck{1};
constexpr std::chrono::seconds kDeadPeer{20};

base::Counter& refusals(base::ErrorCode code) {
  return base::metrics().counter("rostrum_ingest_refused_total", "Publishers refused, by reason",
                                 {{"reason", std::string(base::to_string(code))}});
}

base::Gauge& connections() {
  static base::Gauge& open =
      base::metrics().gauge("rostrum_rtmp_connections", "Open RTMP and RTMPS connections");
  return open;
}

PublishRefusal refusal_for(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kUnauthorized:
    case base::ErrorCode::kNotFound:
    case base::ErrorCode::kConflict:
      return PublishRefusal::kBadName;
    case base::ErrorCode::kLimit:
      return PublishRefusal::kConnectRejected;
    case base::ErrorCode::kUnsupported:
      return PublishRefusal::kRejected;
    default:
      return PublishRefusal::kDenied;
  }
}

}  // namespace

RtmpSession::RtmpSession(RtmpContext& context, io::Socket socket, const io::TlsContext* tls,
                         std::uint64_t seed)
    : context_(&context),
      protocol_(tls != nullptr ? live::Protocol::kRtmps : live::Protocol::kRtmp),
      remote_(socket.peer.to_string()),
      session_(
          [&] {
            wire::rtmp::ServerSessionOptions options = context.options;
            options.handshake_seed = seed;
            return options;
          }(),
          *this, context.loop->now()),
      reader_(*this),
      self_(std::make_shared<RtmpSession*>(this)) {
  connections().add(1);
  connection_ = tls != nullptr
                    ? io::Connection::tls_server(*context.loop, std::move(socket), *tls, *this)
                    : io::Connection::plain(*context.loop, std::move(socket), *this);
  connection_->set_dead_peer_timeout(kDeadPeer);
  watch_deadline();
}

std::int64_t RtmpSession::open_connections() {
  return connections().value();
}

RtmpSession::~RtmpSession() {
  connections().add(-1);
  *self_ = nullptr;
}

void RtmpSession::watch_deadline() {
  timer_.emplace(*context_->loop);
  timer_->start(kDeadlineCheck, [this] {
    if (auto in_time = session_.check_deadline(context_->loop->now()); !in_time) {
      refuse(in_time.error());
      return;
    }
    watch_deadline();
  });
}

void RtmpSession::on_data(base::ByteSpan data) {
  after_input(session_.receive(data, context_->loop->now()));
}

void RtmpSession::after_input(base::Expected<void> received) {
  flush();
  if (failure_) {
    const base::Error reason = *std::exchange(failure_, std::nullopt);
    refuse(reason);
  } else if (!received) {
    refuse(received.error());
  } else if (request_ && !grant_) {
    ask_admission();
  } else if (session_.finished()) {
    connection_->close_after_write();
  }
}

void RtmpSession::flush() {
  if (session_.has_output()) connection_->write(base::Slice::take(session_.take_output()));
}

void RtmpSession::on_closed(const base::Error& reason) {
  leave(reason.message);
}

// Destroying the ingest tells the channel whether this was meant.
void RtmpSession::leave(std::string_view why) {
  if (ingest_ != nullptr) {
    base::log_info("rtmp publisher disconnected",
                   {{"stream", ingest_->stream().str()}, {"remote", remote_}, {"reason", why}});
  }
  ingest_.reset();
  timer_.reset();
  context_->sessions->remove(*this);
}

void RtmpSession::on_connect(const wire::rtmp::ConnectInfo& info) {
  if (!info.flash_version.empty()) encoder_.name = info.flash_version;
}

void RtmpSession::on_publish(const wire::rtmp::PublishRequest& request) {
  request_ = request;
}

void RtmpSession::ask_admission() {
  connection_->pause_reading();
  const wire::rtmp::StreamName name = wire::rtmp::parse_stream_name(request_->stream_name);
  if (name.priority_invalid) {
    refuse({base::ErrorCode::kInvalid, "priority must be a number from 1 to 2147483647"});
    return;
  }
  priority_ = name.priority.value_or(0);
  context_->admission->authorise_publish({protocol_, name.key, remote_},
                                         [self = self_](base::Expected<live::PublishGrant> answer) {
                                           if (*self != nullptr)
                                             (*self)->on_admission(std::move(answer));
                                         });
}

void RtmpSession::on_admission(base::Expected<live::PublishGrant> answer) {
  if (!answer) {
    refuse(answer.error());
    return;
  }
  grant_ = std::move(*answer);
  io::Loop& home = context_->live->home_of(grant_->channel);
  if (&home == context_->loop) {
    open_ingest();
  } else {
    move_home(home);
  }
}

void RtmpSession::move_home(io::Loop& home) {
  timer_.reset();
  RtmpContext& context = (*context_->context_of)(home);
  std::unique_ptr<RtmpSession> owned = context_->sessions->release(*this);
  // The connection calls nobody from here on; what has arrived waits in the kernel.
  auto detached = connection_->detach();
  connection_.reset();
  // From the post on this object belongs to the other loop: nothing may follow it here.
  home.post([session = std::move(owned), &context, moved = std::move(detached)]() mutable {
    RtmpSession& here = context.sessions->add(std::move(session));
    here.context_ = &context;
    here.connection_ = io::Connection::attach(*context.loop, std::move(moved), here);
    here.connection_->pause_reading();
    here.watch_deadline();
    here.open_ingest();
  });
}

void RtmpSession::open_ingest() {
  live::IngestOptions options;
  options.protocol = protocol_;
  options.remote_address = remote_;
  options.clock = live::kRtmpClock;
  options.priority = priority_;
  auto opened = context_->live->open_ingest(*grant_, std::move(options), *this);
  if (!opened) {
    refuse(opened.error());
    return;
  }
  ingest_ = std::move(*opened);
  ingest_->encoder(encoder_);
  base::log_info("rtmp publisher connected", {{"channel", grant_->channel.str()},
                                              {"stream", ingest_->stream().str()},
                                              {"remote", remote_},
                                              {"protocol", live::to_string(protocol_)},
                                              {"encoder", encoder_.name}});
  request_.reset();
  // Frames may wait a little for those of other publishers: waking up costs more than reading.
  connection_->set_urgency(io::Urgency::kBulk);
  auto accepted = session_.accept_publish(context_->loop->now());
  connection_->resume_reading();
  after_input(std::move(accepted));
}

// Says why in the protocol's own words and in the log, and ends the connection.
void RtmpSession::refuse(const base::Error& reason) {
  refusals(reason.code).add();
  base::log_warn("rtmp publisher refused",
                 {{"remote", remote_},
                  {"channel", grant_ ? grant_->channel.str() : std::string()},
                  {"code", base::to_string(reason.code)},
                  {"reason", reason.message}});
  ingest_.reset();
  timer_.reset();
  if (!session_.finished()) {
    if (request_) {
      session_.reject_publish(refusal_for(reason.code), reason.message);
    } else {
      session_.end_publish(reason.message);
    }
  }
  flush();
  connection_->close_after_write();
}

void RtmpSession::note(base::Expected<void> result) {
  if (!result && !failure_) failure_ = std::move(result.error());
}

void RtmpSession::on_media(wire::rtmp::MediaMessage message) {
  if (failure_ || ingest_ == nullptr) return;
  note(reader_.read(static_cast<media::flv::MessageType>(message.kind), message.timestamp,
                    message.payload));
}

void RtmpSession::on_unpublish() {
  if (ingest_ == nullptr) return;
  ingest_->finish();
  base::log_info("rtmp publisher finished",
                 {{"stream", ingest_->stream().str()}, {"remote", remote_}});
  ingest_.reset();
  grant_.reset();
}

void RtmpSession::on_track(const media::Track& track) {
  note(ingest_->track(track));
}

void RtmpSession::on_sample(media::TrackKind kind, std::uint32_t track, media::Sample sample) {
  if (!failure_) note(ingest_->sample(kind, track, sample));
}

void RtmpSession::on_metadata(const media::flv::EncoderMetadata& metadata) {
  if (!metadata.encoder.empty()) encoder_.name = metadata.encoder;
  encoder_.frame_rate = metadata.frame_rate;
  encoder_.video_bitrate =
      static_cast<std::uint32_t>(std::clamp(metadata.video_bitrate_kbps, 0.0, 1e6) * 1000);
  encoder_.audio_bitrate =
      static_cast<std::uint32_t>(std::clamp(metadata.audio_bitrate_kbps, 0.0, 1e6) * 1000);
  ingest_->encoder(encoder_);
}

void RtmpSession::on_timed_text(std::int64_t time_us, media::TimedText text) {
  ingest_->text(text, time_us);
}

void RtmpSession::on_captions(std::int64_t time_us, media::CaptionData captions) {
  ingest_->captions(captions, time_us);
}

void RtmpSession::on_track_end(media::TrackKind kind, std::uint32_t track) {
  base::log_debug("track ended", {{"stream", ingest_->stream().str()},
                                  {"kind", kind == media::TrackKind::kVideo ? "video" : "audio"},
                                  {"track", track}});
}

void RtmpSession::on_ended(const base::Error& reason) {
  refuse(reason);
}

}  // namespace server
