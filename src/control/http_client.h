// Asks HTTP/1.1 servers for something: webhooks, the command line. Connections are kept for the
// next request to the same server; redirects are answers like any other. Made, used and destroyed
// on one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "wire/http/headers.h"
#include "wire/http/message.h"

namespace io {
class Loop;
class TlsContext;
}  // namespace io

namespace control {

class HttpClient {
 public:
  struct Options {
    /// Accepts any certificate: development only. By default it must lead to one of the system's
    /// authorities and be for the name in the URL.
    bool trust_any_certificate = false;
    /// Certificates to trust as well, in PEM.
    std::string trusted = {};
    /// Connections kept while nobody uses them, and for how long.
    std::size_t max_idle = 64;
    std::size_t max_idle_per_server = 8;
    std::chrono::seconds idle_timeout{20};
  };
  struct Request {
    wire::http::Method method = wire::http::Method::kGet;
    /// http:// or https://, as wire::http::parse_http_url takes it.
    std::string url = {};
    /// Host and Content-Length are added.
    wire::http::Headers headers = {};
    /// One behind the other; sent as they are.
    std::vector<base::Slice> body = {};
    base::Duration timeout = std::chrono::seconds(10);
    enum class Counts : std::uint8_t {
      kEverything,  // from name resolution to the last octet
      kSilence,     // the time in which nothing goes either way (up to twice as long): for much
    } timeout_counts = Counts::kEverything;
    std::size_t max_answer = std::size_t{1} << 20;
    /// Gives the beginning of a longer answer instead of an error.
    bool cut_answer = false;
    /// May be sent again if a kept connection turns out to be dead: true of GET, HEAD, PUT and
    /// DELETE anyway.
    bool repeatable = false;
  };
  struct Answer {
    std::uint16_t status = 0;
    wire::http::Headers headers = {};
    std::string body = {};
  };
  /// kInvalid for the URL, kNotFound for an unknown name, kTimeout, kLimit for a too long answer,
  /// kClosed, kMalformed, kIo. The sentence names the server, never path, query or headers. Called
  /// once, not from inside send(); may destroy its PendingRequest and send others.
  using Done = std::move_only_function<void(base::Expected<Answer>)>;

  /// A request under way; destroying it gives up. Must not outlive the client.
  class PendingRequest {
   public:
    virtual ~PendingRequest() = default;
  };

  explicit HttpClient(io::Loop& loop) : HttpClient(loop, Options{}) {}
  HttpClient(io::Loop& loop, Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  [[nodiscard]] std::unique_ptr<PendingRequest> send(Request request, Done done);
  std::size_t idle_connections() const { return idle_.size(); }

 private:
  class Exchange;
  class Link;

  base::Expected<const io::TlsContext*> tls();
  std::unique_ptr<Link> take_idle(std::string_view server);
  void keep(std::unique_ptr<Link> link);
  void drop(const Link& link);

  io::Loop& loop_;
  const Options options_;
  std::unique_ptr<io::TlsContext> tls_;  // made when first needed: reading the roots takes a while
  std::vector<std::unique_ptr<Link>> idle_;  // the most recently used last
};

}  // namespace control
