// The HTTP interface of the server: playback, the API, the small status API that the pages use,
// health, metrics, and the embedded web files. One for each loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/app.h"
#include "control/control.h"
#include "live/live.h"
#include "server/chat_routes.h"
#include "server/chat_session.h"
#include "server/http_session.h"
#include "server/platform_routes.h"

namespace server {

/// Facts about the running server that answers need; fixed once listening.
struct SiteInfo {
  std::string version;
  std::string public_url;       // empty: what each request names
  std::uint16_t rtmp_port = 0;  // 0: off
  std::uint16_t rtmps_port = 0;
  std::uint16_t srt_port = 0;
  bool metrics_enabled = true;
  TrustedProxies proxies = {};
};

/// Shared by all loops; changes only from the main thread.
class Readiness {
 public:
  virtual ~Readiness() = default;
  virtual bool is_ready() const = 0;
};

class Site final : public HttpRouter {
 public:
  /// `polls` and `platform` may be null. `chat` is for those who want a WebSocket.
  Site(io::Loop& loop, live::Live& live, control::Control& control, app::PollResults* polls,
       app::Platform* platform, ChatContext& chat, ChatGuests guests, const SiteInfo& info,
       const Readiness& readiness)
      : loop_(loop),
        live_(live),
        control_(control),
        chat_(chat),
        chat_routes_(loop, control, guests, info.public_url),
        polls_(polls),
        poll_feed_(polls != nullptr ? polls->feed(loop) : nullptr),
        platform_(platform != nullptr
                      ? std::make_unique<PlatformRoutes>(loop, *platform, info.proxies)
                      : nullptr),
        info_(info),
        readiness_(readiness) {}

  std::size_t body_limit(const wire::http::Request& head, std::size_t usual) const override;
  void handle(HttpSession& session, wire::http::RequestId id,
              wire::http::Request&& request) override;
  bool answers_preflight(const wire::http::Request& request) const override {
    return (polls_ != nullptr && polls_->handles(request.path)) ||
           (platform_ != nullptr && platform_->handles(request));
  }

 private:
  void poll(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request);
  void poll_counts(HttpSession& session, wire::http::RequestId id, const std::string& poll);
  void api(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request);
  void get(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request);
  void all_channels(HttpSession& session, wire::http::RequestId id);
  void one_channel(HttpSession& session, wire::http::RequestId id, std::string_view channel);
  void answer_channels(std::weak_ptr<HttpSession*> session, wire::http::RequestId id,
                       std::vector<control::ChannelListing> channels, bool only_one);
  void metrics(HttpSession& session, wire::http::RequestId id);
  wire::http::Response server_info(const HttpSession& session,
                                   const wire::http::Request& request) const;
  std::string render_channels(const std::vector<control::ChannelListing>& channels,
                              const std::vector<live::StreamStatus>& streams, bool only_one) const;

  io::Loop& loop_;
  live::Live& live_;
  control::Control& control_;
  ChatContext& chat_;
  ChatRoutes chat_routes_;
  app::PollResults* const polls_;
  const std::unique_ptr<app::PollFeed> poll_feed_;  // null without polls
  const std::unique_ptr<PlatformRoutes> platform_;  // null without the platform
  const SiteInfo& info_;
  const Readiness& readiness_;
};

}  // namespace server
