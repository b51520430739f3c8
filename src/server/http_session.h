// One HTTP connection: socket and protocol put together, requests passed to the router and answers
// written back as fast as the viewer reads. On one loop for life.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "base/time.h"
#include "io/coarse_timer.h"
#include "io/connection.h"
#include "live/live.h"
#include "record/record.h"
#include "server/session_set.h"
#include "wire/http/connection.h"

namespace server {

class HttpSession;

/// Open HTTP connections of all loops.
base::Gauge& open_connections();

/// Answers requests; one for each loop.
class HttpRouter {
 public:
  virtual ~HttpRouter() = default;
  /// The largest body that a request with this head may have.
  virtual std::size_t body_limit(const wire::http::Request& head, std::size_t usual) const {
    (void)head;
    return usual;
  }
  /// Answers with session.respond() or session.play(), now or later.
  virtual void handle(HttpSession& session, wire::http::RequestId id,
                      wire::http::Request&& request) = 0;
  /// Whether the answer to this preflight is the router's own, too.
  virtual bool answers_preflight(const wire::http::Request& request) const = 0;
};

struct HttpContext {
  io::Loop* loop = nullptr;
  HttpRouter* router = nullptr;
  live::Playback* playback = nullptr;
  record::Replay* replay = nullptr;
  wire::http::ServerOptions options;
  wire::http::DateText* date = nullptr;
  SessionSet<HttpSession>* sessions = nullptr;
  /// A request must have arrived whole after this.
  std::chrono::seconds request_timeout{10};
  /// A connection without requests is closed after this.
  std::chrono::seconds idle_timeout{60};
  /// A viewer that takes nothing of what waits for it for this long is closed.
  std::chrono::seconds slow_reader_timeout{15};
  /// What may wait for one viewer outside the kernel.
  std::size_t slow_reader_bytes = 8 << 20;
};

class HttpSession final : private io::Connection::Handler,
                          private wire::http::Connection::Listener,
                          private wire::http::Responder {
 public:
  HttpSession(HttpContext& context, io::Socket socket, const io::TlsContext* tls);
  ~HttpSession() override;

  bool is_secure() const { return secure_; }
  std::string peer_ip() const { return connection_->peer().ip(); }
  io::Address local() const { return connection_->local(); }
  io::Loop& loop() { return *context_.loop; }
  /// Names this connection in the log.
  std::string viewer_id() const;

  /// Whether pages of any origin may read an answer, or it says itself which may.
  enum class Cors : std::uint8_t { kAnyOrigin, kAsItIs };
  /// The answer to a request. One with `streaming` set goes on with append() and ends with
  /// finish(), or is cancelled.
  void respond(wire::http::RequestId id, wire::http::Response response,
               Cors cors = Cors::kAnyOrigin);
  void append(wire::http::RequestId id, base::Slice data);
  void finish(wire::http::RequestId id);
  /// Calls `cancelled` once when nobody waits for this answer any more or the server drains, at the
  /// latest when the session goes; not after finish(). It must not call the session. For requests
  /// that respond() has answered as streaming text/event-stream: while nothing is sent on it, the
  /// session sends comments that keep proxies from cutting it.
  void when_cancelled(wire::http::RequestId id, std::move_only_function<void()> cancelled);
  /// Octets that wait for this client: streams should stop adding above some bound.
  std::size_t backlog() const { return queued_bytes(); }
  /// Hands a request to live, which answers it by itself.
  void play(wire::http::RequestId id, const wire::http::Request& request);
  /// The same with record.
  void replay(wire::http::RequestId id, const wire::http::Request& request);
  /// For those that answer late: expired once the session has gone. An answer to a request that
  /// was cancelled meanwhile has no effect.
  std::weak_ptr<HttpSession*> self() const { return self_; }
  /// Answers what is open and closes.
  void drain();

  /// Whether a request with is_upgrade, not answered yet, may be answered by switching the
  /// protocol: this is HTTP/1.1, somebody still waits for the answer, nothing else is being
  /// answered, and the session does not drain.
  bool can_upgrade() const;
  /// Gets the open connection, whose handler it replaces at once, and the octets that came behind
  /// the request. Destroyed without being called if the connection ends before.
  using Takeover =
      std::move_only_function<void(std::unique_ptr<io::Connection>, base::Bytes received)>;
  /// Answers with 101 and gives the connection away, not from inside this call; this session is
  /// gone then. Requires can_upgrade().
  void upgrade(wire::http::RequestId id, wire::http::Response response, Takeover takeover);

 private:
  /// A request that an engine has not answered to the end, and the handle to cancel it by.
  struct Playing {
    wire::http::RequestId request{};
    std::uint64_t handle = 0;
    enum class From : std::uint8_t { kLive, kRecording } from = From::kLive;
  };

  // io::Connection::Handler
  void on_data(base::ByteSpan data) override;
  void on_drained() override;
  void on_secured() override;
  void on_closed(const base::Error& reason) override;
  // wire::http::Connection::Listener
  void on_request(wire::http::RequestId id, wire::http::Request&& request) override;
  void on_cancelled(wire::http::RequestId id) override;
  std::size_t body_limit(const wire::http::Request& head, std::size_t default_limit) override {
    return context_.router->body_limit(head, default_limit);
  }
  // wire::http::Responder
  void respond(std::uint64_t token, wire::http::Response response) override;
  void append(std::uint64_t token, base::Slice data) override;
  void finish(std::uint64_t token) override;
  void abort(std::uint64_t token) override;
  std::size_t queued_bytes() const override;

  void stop_playing(const Playing& playing);
  void choose_protocol(bool http2);
  void hand_over();
  void end();
  void end_streams();
  void show_life();
  void flush();
  void forget(wire::http::RequestId id);
  std::optional<std::move_only_function<void()>> take_stream(wire::http::RequestId id);
  void arm_timer();
  void on_timer();

  HttpContext& context_;
  const std::uint64_t number_;  // unique in this run of the program
  const bool secure_;
  std::string remote_address_;   // once a viewer has asked for something
  std::uint32_t delivered_ = 0;  // requests that arrived whole
  /// Since when a request has been arriving; nothing between requests.
  std::optional<base::MonotonicTime> receiving_since_;
  bool receiving_ = false;           // inside receive(): output is written once, behind it
  std::uint32_t progress_ = 0;       // grows whenever something moves
  std::uint32_t seen_progress_ = 0;  // at the last look of the timer
  bool draining_ = false;
  std::unique_ptr<io::Connection> connection_;
  std::unique_ptr<wire::http::Connection> http_;
  std::vector<Playing> playing_;
  /// Streams of others, and whom to tell when they are cancelled.
  std::vector<std::pair<wire::http::RequestId, std::move_only_function<void()>>> streams_;
  std::unique_ptr<Takeover> takeover_;  // after 101
  io::CoarseTimer timer_;
  std::shared_ptr<HttpSession*> self_;
};

}  // namespace server
