// The live platform's routes on one media loop: requests are handed to app::Platform, whose threads
// answer; what happens is told to pages as it happens.
#pragma once

#include <memory>

#include "app/app.h"
#include "server/http_session.h"
#include "server/trusted_proxies.h"

namespace server {

class PlatformRoutes {
 public:
  PlatformRoutes(io::Loop& loop, app::Platform& platform, const TrustedProxies& proxies)
      : loop_(loop), platform_(platform), proxies_(proxies), feed_(platform.feed(loop)) {}

  bool handles(const wire::http::Request& request) const { return platform_.handles(request); }
  std::size_t body_limit(const wire::http::Request& head, std::size_t usual) const {
    return platform_.body_limit(head, usual);
  }
  void handle(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request);

 private:
  void open_feed(HttpSession& session, wire::http::RequestId id, app::PlatformRequest&& request);
  void begin_feed(HttpSession& session, wire::http::RequestId id, app::Platform::FeedGrant grant);

  io::Loop& loop_;
  app::Platform& platform_;
  const TrustedProxies& proxies_;
  const std::unique_ptr<app::PlatformFeed> feed_;
};

}  // namespace server
