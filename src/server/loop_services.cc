#include "server/loop_services.h"

#include "base/metrics.h"

namespace server {
namespace {

std::chrono::seconds to_seconds(base::Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

}  // namespace

LoopServices::LoopServices(io::Loop& loop, const Shared& shared)
    : loop_(loop),
      shared_(shared),
      date_(io::Loop::wall_now()),
      site_(loop, *shared.live, *shared.control, shared.polls, shared.platform, chat_context_,
            shared.config->chat.guests, *shared.site, *shared.readiness),
      http_sessions_(loop),
      chat_sessions_(loop),
      rtmp_sessions_(loop),
      srt_sessions_(loop),
      ticker_(loop),
      seeds_(std::random_device{}()) {
  const Config& config = *shared.config;
  http_context_.loop = &loop;
  http_context_.router = &site_;
  http_context_.playback = &shared.live->playback(loop);
  http_context_.replay = &shared.recorder->replay(loop);
  http_context_.date = &date_;
  http_context_.sessions = &http_sessions_;
  http_context_.request_timeout = to_seconds(config.http.request_timeout);
  http_context_.idle_timeout = to_seconds(config.http.idle_timeout);
  http_context_.slow_reader_timeout = to_seconds(config.http.slow_reader_timeout);
  http_context_.slow_reader_bytes = config.http.slow_reader_bytes.bytes;
  chat_context_.loop = &loop;
  chat_context_.rooms = &shared.chat->rooms(loop);
  chat_context_.sessions = &chat_sessions_;
  chat_context_.max_message = static_cast<std::uint32_t>(shared.max_chat_message);
  rtmp_context_.loop = &loop;
  rtmp_context_.live = shared.live;
  rtmp_context_.admission = &shared.control->admission(loop);
  rtmp_context_.sessions = &rtmp_sessions_;
  rtmp_context_.context_of = shared.rtmp_context_of;
  rtmp_context_.options.handshake_timeout = config.ingest.handshake_timeout;
  rtmp_context_.options.silence_timeout = config.ingest.silence_timeout;
  srt_context_.loop = &loop;
  srt_context_.live = shared.live;
  srt_context_.admission = &shared.control->admission(loop);
  srt_context_.sessions = &srt_sessions_;
  tick();
}

void LoopServices::tick() {
  date_.update(io::Loop::wall_now());
  ticker_.start(std::chrono::seconds(1), [this] { tick(); });
}

bool LoopServices::has_room() const {
  static base::Counter& refused = base::metrics().counter(
      "rostrum_http_refused_total", "HTTP connections refused because there are too many");
  if (open_connections().value() < shared_.config->limits.max_connections) return true;
  refused.add();
  return false;
}

// Whoever knocks is not a publisher yet, and must not keep publishers out by knocking.
bool LoopServices::has_room_for_encoder() const {
  constexpr std::int64_t kKnockingForEach = 4;
  static base::Counter& refused = base::metrics().counter(
      "rostrum_rtmp_refused_total", "RTMP connections refused because there are too many");
  if (RtmpSession::open_connections() < kKnockingForEach * shared_.config->limits.max_publishers) {
    return true;
  }
  refused.add();
  return false;
}

void LoopServices::listen(Service service, io::ListenSocket socket) {
  const bool secure = service == Service::kHttps || service == Service::kRtmps;
  const io::TlsContext* tls = secure ? shared_.tls : nullptr;
  if (service == Service::kHttp || service == Service::kHttps) {
    http_listeners_.push_back(
        std::make_unique<io::Listener>(loop_, std::move(socket), [this, tls](io::Socket accepted) {
          if (!has_room()) return;
          http_sessions_.add(
              std::make_unique<HttpSession>(http_context_, std::move(accepted), tls));
        }));
    return;
  }
  ingest_listeners_.push_back(
      std::make_unique<io::Listener>(loop_, std::move(socket), [this, tls](io::Socket accepted) {
        if (!has_room_for_encoder()) return;
        rtmp_sessions_.add(
            std::make_unique<RtmpSession>(rtmp_context_, std::move(accepted), tls, seeds_()));
      }));
}

void LoopServices::drain_http() {
  http_listeners_.clear();
  http_sessions_.for_each([](HttpSession& session) { session.drain(); });
}

void LoopServices::close_all() {
  http_listeners_.clear();
  ingest_listeners_.clear();
  rtmp_sessions_.clear();
  srt_sessions_.clear();
  http_sessions_.clear();
  chat_sessions_.clear();
}

}  // namespace server
