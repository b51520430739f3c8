// Everything the server has on one media loop: listeners, sessions, the site. Made before the loops
// run and destroyed after they have stopped.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "io/listener.h"
#include "io/timer.h"
#include "server/chat_session.h"
#include "server/config.h"
#include "server/http_session.h"
#include "server/rtmp_session.h"
#include "server/site.h"
#include "server/srt_session.h"

namespace server {

class LoopServices {
 public:
  struct Shared {
    const Config* config = nullptr;
    live::Live* live = nullptr;
    record::Recorder* recorder = nullptr;
    control::Control* control = nullptr;
    chat::Chat* chat = nullptr;
    std::size_t max_chat_message = 0;   // octets
    app::PollResults* polls = nullptr;  // null: off
    app::Platform* platform = nullptr;  // null: off
    const SiteInfo* site = nullptr;
    const Readiness* readiness = nullptr;
    const io::TlsContext* tls = nullptr;
    /// RTMP sessions find the loop they move to here.
    std::move_only_function<RtmpContext&(io::Loop&)>* rtmp_context_of = nullptr;
  };

  LoopServices(io::Loop& loop, const Shared& shared);
  LoopServices(const LoopServices&) = delete;
  LoopServices& operator=(const LoopServices&) = delete;

  enum class Service { kHttp, kHttps, kRtmp, kRtmps };
  void listen(Service service, io::ListenSocket socket);

  io::Loop& loop() { return loop_; }
  RtmpContext& rtmp_context() { return rtmp_context_; }
  SrtContext& srt_context() { return srt_context_; }

  // On the loop.
  void stop_ingest() { ingest_listeners_.clear(); }
  /// Takes no more HTTP connections, answers what is open and closes all there are.
  void drain_http();
  /// Ends what the chat engine has left when it has drained.
  void drop_chat() { drop_all(chat_sessions_); }
  std::size_t http_sessions() const { return http_sessions_.size(); }
  void close_all();

 private:
  void tick();
  bool has_room() const;
  bool has_room_for_encoder() const;

  io::Loop& loop_;
  const Shared shared_;
  wire::http::DateText date_;
  ChatContext chat_context_;
  Site site_;
  SessionSet<HttpSession> http_sessions_;
  SessionSet<ChatSession> chat_sessions_;
  SessionSet<RtmpSession> rtmp_sessions_;
  SessionSet<SrtSession> srt_sessions_;
  HttpContext http_context_;
  RtmpContext rtmp_context_;
  SrtContext srt_context_;
  std::vector<std::unique_ptr<io::Listener>> http_listeners_;
  std::vector<std::unique_ptr<io::Listener>> ingest_listeners_;
  io::Timer ticker_;
  std::mt19937_64 seeds_;
};

}  // namespace server
