#include "server/loadtest_publisher.h"

#include <fmt/format.h>

#include "io/loop.h"

namespace server::loadtest {
namespace {

// A server that takes nothing for so long is overloaded; an encoder would give up as well.
constexpr std::size_t kMaxBacklog = 8 << 20;

}  // namespace

void PublishFigures::merge(const PublishFigures& other) {
  publishing += other.publishing;
  connected += other.connected;
  finished += other.finished;
  bytes += other.bytes;
  pictures += other.pictures;
  refused.merge(other.refused);
  dropped.merge(other.dropped);
  lateness.merge(other.lateness);
}

LoadPublisher::LoadPublisher(io::Loop& loop, const Target& target, std::string stream,
                             const io::TlsContext* tls, const SyntheticSource& source,
                             PublishFigures& figures)
    : loop_(loop),
      target_(target),
      stream_(std::move(stream)),
      tls_(tls),
      source_(source),
      figures_(figures),
      timer_(loop) {}

void LoadPublisher::start() {
  if (state_ != State::kIdle) return;
  state_ = State::kConnecting;
  connector_.emplace(loop_, io::Connector::Options{.host = target_.host, .port = target_.port},
                     [this](base::Expected<io::Socket> socket) {
                       if (socket) {
                         on_connected(std::move(*socket));
                       } else {
                         fail(socket.error().message);
                       }
                     });
}

void LoadPublisher::on_connected(io::Socket socket) {
  state_ = State::kStarting;
  connection_ = tls_ != nullptr ? io::Connection::tls_client(loop_, std::move(socket), *tls_,
                                                             target_.host, *this)
                                : io::Connection::plain(loop_, std::move(socket), *this);
  std::string app = target_.path.substr(1);
  app.resize(app.rfind('/'));
  wire::rtmp::ClientSessionOptions options;
  options.connect.app = app;
  options.connect.tc_url = fmt::format("{}://{}/{}", target_.scheme, target_.authority(), app);
  options.connect.flash_version = "FMLE/3.0 (compatible; rostrum loadtest)";
  options.stream_name = stream_;
  session_.emplace(std::move(options));
  flush();
}

void LoadPublisher::on_data(base::ByteSpan data) {
  if (state_ == State::kFinished) return;
  if (const auto received = session_->receive(data); !received) {
    fail(received.error().message);
    return;
  }
  flush();
  switch (session_->state()) {
    case wire::rtmp::ClientSession::State::kStarting:
      break;
    case wire::rtmp::ClientSession::State::kPublishing:
      if (state_ == State::kStarting) begin();
      break;
    case wire::rtmp::ClientSession::State::kRefused:
    case wire::rtmp::ClientSession::State::kEnded:
      fail(fmt::format("{}: {}", session_->status().code, session_->status().description));
      break;
  }
}

void LoadPublisher::begin() {
  state_ = State::kPublishing;
  ++figures_.connected;
  ++figures_.publishing;
  began_ = io::Loop::precise_now();
  send(wire::rtmp::MediaKind::kVideo, {}, source_.video_config());
  send(wire::rtmp::MediaKind::kAudio, {}, source_.audio_config());
  send_due();
}

// Sends what is due by now, in the order of time, and waits for the next.
void LoadPublisher::send_due() {
  const base::MonotonicTime now = io::Loop::precise_now();
  while (state_ == State::kPublishing) {
    const base::Duration picture = source_.picture_time(picture_);
    const base::Duration audio = SyntheticSource::audio_time(audio_);
    const base::Duration next = std::min(picture, audio);
    if (began_ + next > now) {
      timer_.start_at(began_ + next, [this] { send_due(); });
      return;
    }
    if (picture <= audio) {
      figures_.lateness.add(now - (began_ + picture));
      ++figures_.pictures;
      send(wire::rtmp::MediaKind::kVideo, picture,
           source_.picture(picture_++, io::Loop::wall_now()));
    } else {
      ++audio_;
      send(wire::rtmp::MediaKind::kAudio, audio, source_.audio_frame());
    }
  }
}

void LoadPublisher::send(wire::rtmp::MediaKind kind, base::Duration time,
                         const base::Slice& payload) {
  out_.clear();
  session_->send_media(
      kind, static_cast<std::uint32_t>(std::chrono::round<std::chrono::milliseconds>(time).count()),
      payload, out_);
  for (const base::Slice& slice : out_) figures_.bytes += slice.size();
  connection_->write(out_);
  if (connection_->pending_bytes() > kMaxBacklog) fail("the server does not keep up");
}

void LoadPublisher::flush() {
  if (session_->has_output()) connection_->write(base::Slice::take(session_->take_output()));
}

void LoadPublisher::on_closed(const base::Error& reason) {
  if (state_ != State::kFinished) fail(reason.message);
}

void LoadPublisher::fail(std::string_view reason) {
  (state_ == State::kPublishing ? figures_.dropped : figures_.refused).add(reason);
  end();
}

// The connection may be the one that is calling: it only closes here, and goes with its owner.
void LoadPublisher::end() {
  if (state_ == State::kPublishing) --figures_.publishing;
  state_ = State::kFinished;
  timer_.cancel();
  if (connection_ != nullptr) connection_->close_after_write();
}

void LoadPublisher::finish() {
  if (state_ == State::kPublishing) {
    ++figures_.finished;
    session_->unpublish();
    flush();
  }
  if (state_ != State::kFinished) end();
}

}  // namespace server::loadtest
