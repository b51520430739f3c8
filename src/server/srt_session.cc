#include "server/srt_session.h"

#include "base/log.h"
#include "control/control.h"
#include "io/loop.h"

namespace server {
namespace {

// A keyframe of a good stream fits; the answer takes milliseconds.
constexpr std::size_t kMaxEarly = 4 << 20;

}  // namespace

base::Expected<std::unique_ptr<io::SrtListener>> listen_for_srt(
    const Config& config, control::Control& control, live::Live& live,
    std::function<SrtContext&(io::Loop&)> context_of) {
  io::SrtListener::Options options;
  options.ip = config.srt.listen.host;
  options.port = config.srt.listen.port;
  options.latency = std::chrono::ceil<std::chrono::milliseconds>(config.srt.latency);
  options.max_connections = static_cast<std::size_t>(config.limits.max_publishers);
  return io::SrtListener::listen(
      options,
      [&control, &live](const io::SrtRequest& request) -> io::SrtDecision {
        const SrtStreamName name = parse_srt_stream_id(request.stream_id);
        if (!name.is_valid) {
          base::log_warn("srt publisher refused", {{"remote", request.peer.to_string()},
                                                   {"reason", "the stream id is not valid"}});
          return io::SrtReject::kBadRequest;
        }
        const auto entry = control.find_srt(name.key);
        if (!entry) {
          base::log_warn("srt publisher refused",
                         {{"remote", request.peer.to_string()}, {"reason", entry.error().message}});
          return io::SrtReject::kUnauthorized;
        }
        io::SrtAccept accept;
        accept.loop = &live.home_of(entry->channel);
        accept.passphrase = entry->passphrase;
        return accept;
      },
      [context_of = std::move(context_of)](io::Loop& home,
                                           std::unique_ptr<io::SrtConnection> connection) {
        SrtContext& context = context_of(home);
        context.sessions->add(std::make_unique<SrtSession>(context, std::move(connection))).begin();
      });
}

SrtSession::SrtSession(SrtContext& context, std::unique_ptr<io::SrtConnection> connection)
    : context_(context),
      connection_(std::move(connection)),
      remote_(connection_->peer().to_string()),
      name_(parse_srt_stream_id(connection_->stream_id())),
      demuxer_(*this),
      self_(std::make_shared<SrtSession*>(this)) {
  connection_->set_handler(*this);
}

SrtSession::~SrtSession() {
  *self_ = nullptr;
}

void SrtSession::begin() {
  context_.admission->authorise_publish({live::Protocol::kSrt, name_.key, remote_},
                                        [self = self_](base::Expected<live::PublishGrant> answer) {
                                          if (*self != nullptr)
                                            (*self)->on_admission(std::move(answer));
                                        });
}

void SrtSession::on_admission(base::Expected<live::PublishGrant> answer) {
  if (!answer) {
    refuse(answer.error());
    return;
  }
  live::IngestOptions options;
  options.protocol = live::Protocol::kSrt;
  options.remote_address = remote_;
  options.clock = live::kTsClock;
  options.priority = name_.priority;
  auto opened = context_.live->open_ingest(*answer, std::move(options), *this);
  if (!opened) {
    refuse(opened.error());
    return;
  }
  ingest_ = std::move(*opened);
  base::log_info("srt publisher connected", {{"channel", answer->channel.str()},
                                             {"stream", ingest_->stream().str()},
                                             {"remote", remote_}});
  if (!early_.empty()) on_data(std::exchange(early_, {}));
}

void SrtSession::on_data(base::ByteSpan data) {
  if (ingest_ == nullptr) {
    if (early_.size() + data.size() <= kMaxEarly)
      early_.insert(early_.end(), data.begin(), data.end());
    return;
  }
  demuxer_.push(data);
  if (failure_) refuse(*failure_);
}

// SRT has no word for an intended end: a caller that closes and one that is lost look alike, so the
// stream waits for both.
void SrtSession::on_closed(const base::Error& reason) {
  if (ingest_ != nullptr) {
    demuxer_.flush();
    base::log_info(
        "srt publisher disconnected",
        {{"stream", ingest_->stream().str()}, {"remote", remote_}, {"reason", reason.message}});
  }
  ingest_.reset();
  context_.sessions->remove(*this);
}

void SrtSession::refuse(const base::Error& reason) {
  base::log_warn(
      "srt publisher refused",
      {{"remote", remote_}, {"code", base::to_string(reason.code)}, {"reason", reason.message}});
  ingest_.reset();
  connection_.reset();
  context_.sessions->remove(*this);
}

void SrtSession::note(base::Expected<void> result) {
  if (result || failure_) return;
  failure_ = std::move(result.error());
  // The programme names a video track: what is missing is what it takes to make use of it.
  if (failure_->code == base::ErrorCode::kUnsupported && !has_video_ && videos_ > 0) {
    failure_->message =
        "the video has no parameter sets; let the encoder repeat them at every keyframe";
  }
}

void SrtSession::on_program(std::size_t videos, std::size_t audios) {
  if (failure_) return;
  videos_ = videos;
  if (videos == 0) {
    note(base::fail(base::ErrorCode::kUnsupported,
                    unsupported_.empty() ? "the programme has no video; add an H.264 or HEVC track"
                                         : "cannot carry " + unsupported_));
    return;
  }
  encoder_.may_have_audio = audios > 0;
  ingest_->encoder(encoder_);
}

void SrtSession::on_track(const media::Track& track) {
  has_video_ = has_video_ || track.kind() == media::TrackKind::kVideo;
  if (!failure_) note(ingest_->track(track));
}

void SrtSession::on_sample(const media::Track& track, media::Sample sample) {
  if (!failure_) note(ingest_->sample(track.kind(), track.id, sample));
}

void SrtSession::on_text(media::Ticks pts, media::TimedText text) {
  ingest_->text(text, pts);
}

void SrtSession::on_unsupported(const std::string& what) {
  unsupported_ = what;
  base::log_warn("srt publisher sends what we do not carry",
                 {{"stream", ingest_->stream().str()}, {"what", what}});
}

void SrtSession::on_ended(const base::Error& reason) {
  refuse(reason);
}

}  // namespace server
