#include "server/platform_routes.h"

#include <expected>
#include <utility>

#include "io/loop.h"
#include "wire/http/cors.h"

namespace server {
namespace {

using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

// Pages elsewhere may call with an access token. Cookies never come along: nothing here allows
// credentials.
constexpr wire::http::CorsPolicy kCors{
    .methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    .request_fields = "Authorization, Content-Type, X-CSRF-Token, If-None-Match",
    .exposed_fields = "Content-Length, Date, ETag, Location, Retry-After, x-amz-version-id"};

// The pause after which browsers come back.
constexpr std::string_view kBeginning = "retry: 3000\n\n";
// What waits for a page that does not read: beyond this it misses events.
constexpr std::size_t kMaxBacklog = 32 << 10;

void answer(HttpSession& session, wire::http::RequestId id, Response response) {
  wire::http::allow_any_origin(kCors, response);
  session.respond(id, std::move(response), HttpSession::Cors::kAsItIs);
}

}  // namespace

void PlatformRoutes::handle(HttpSession& session, wire::http::RequestId id, Request&& request) {
  if (request.method == Method::kOptions) {
    session.respond(id, wire::http::preflight_response(kCors), HttpSession::Cors::kAsItIs);
    return;
  }
  auto origin = proxies_.origin(request, session.peer_ip(), session.is_secure());
  app::PlatformRequest asked{std::move(request), std::move(origin.address), origin.is_secure};
  if (platform_.is_feed(asked.http)) return open_feed(session, id, std::move(asked));
  platform_.handle(std::move(asked), [this, weak = session.self(), id](Response response) {
    loop_.post([weak, id, given = std::move(response)]() mutable {
      if (const auto alive = weak.lock()) answer(**alive, id, std::move(given));
    });
  });
}

void PlatformRoutes::open_feed(HttpSession& session, wire::http::RequestId id,
                               app::PlatformRequest&& request) {
  platform_.open_feed(
      std::move(request), [this, weak = session.self(),
                           id](std::expected<app::Platform::FeedGrant, Response> granted) mutable {
        loop_.post([this, weak = std::move(weak), id, given = std::move(granted)]() mutable {
          const auto alive = weak.lock();
          if (alive == nullptr) return;
          if (given) {
            begin_feed(**alive, id, std::move(*given));
          } else {
            answer(**alive, id, std::move(given.error()));
          }
        });
      });
}

// The session tells when its stream has gone, so a viewer never outlives its session.
void PlatformRoutes::begin_feed(HttpSession& session, wire::http::RequestId id,
                                app::Platform::FeedGrant grant) {
  Response response = Response::with_status(200);
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // for proxies that would collect it
  response.streaming = true;
  response.body.push_back(base::Slice::unowned(kBeginning));
  for (base::Slice& event : grant.first) response.body.push_back(std::move(event));
  auto token = std::make_shared<std::uint64_t>(0);
  answer(session, id, std::move(response));
  session.when_cancelled(id, [this, token] { feed_->remove(*token); });
  const auto added = feed_->add(std::move(grant.topics), [&session, id](const base::Slice& event) {
    if (session.backlog() > kMaxBacklog) return false;
    session.append(id, event);
    return true;
  });
  if (added) {
    *token = *added;
  } else {
    session.finish(id);
  }
}

}  // namespace server
