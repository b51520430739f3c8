// The HTTP interface of the server: playback, the small status API that the pages use, health,
// metrics, and the embedded web files. One for each loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "live/live.h"
#include "server/http_session.h"

namespace server {

/// What the pages say about a channel, live or not.
struct ChannelListing {
  base::ChannelId id;
  std::string name;
};

/// Facts about the running server that answers need; fixed once listening.
struct SiteInfo {
  std::string version;
  std::string public_url;       // empty: what each request names
  std::uint16_t rtmp_port = 0;  // 0: off
  std::uint16_t rtmps_port = 0;
  std::uint16_t srt_port = 0;
  bool metrics_enabled = true;
  std::vector<ChannelListing> channels;
};

/// Shared by all loops; changes only from the main thread.
class Readiness {
 public:
  virtual ~Readiness() = default;
  virtual bool is_ready() const = 0;
};

class Site final : public HttpRouter {
 public:
  Site(io::Loop& loop, live::Live& live, const SiteInfo& info, const Readiness& readiness)
      : loop_(loop), live_(live), info_(info), readiness_(readiness) {}

  void handle(HttpSession& session, wire::http::RequestId id,
              wire::http::Request&& request) override;

 private:
  void channels(HttpSession& session, wire::http::RequestId id, std::string only);
  void metrics(HttpSession& session, wire::http::RequestId id);
  wire::http::Response server_info(const HttpSession& session,
                                   const wire::http::Request& request) const;
  std::string render_channels(const std::vector<live::StreamStatus>& streams,
                              const std::string& only) const;

  io::Loop& loop_;
  live::Live& live_;
  const SiteInfo& info_;
  const Readiness& readiness_;
};

}  // namespace server
