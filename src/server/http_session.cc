#include "server/http_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/tls.h"
#include "server/path_for_log.h"
#include "wire/http/cors.h"
#include "wire/http/http1_connection.h"
#include "wire/http/http2_connection.h"

namespace server {
namespace {

// Handed to the socket at a time; the rest waits inside the protocol, where it is shared.
constexpr std::size_t kWriteBudget = 1 << 20;
// How often a stream without events shows that it is alive, and how: a comment (WHATWG HTML,
// section 9.2.6).
constexpr std::chrono::seconds kSignOfLife{15};
constexpr std::string_view kLife = ":\n\n";
// What browsers with an AWS SDK send and read, and some pages send by mistake.
constexpr wire::http::CorsPolicy kCors{
    .methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    .request_fields =
        "Authorization, Content-Type, Range, If-None-Match, Last-Event-ID, X-Amz-Date, "
        "X-Amz-Content-Sha256, X-Amz-Security-Token, X-Amz-User-Agent, X-Amz-Target, "
        "X-Api-Key, Amz-Sdk-Invocation-Id, Amz-Sdk-Request, Smithy-Protocol, "
        "Access-Control-Allow-Origin",
    .exposed_fields =
        "Content-Length, Content-Range, Date, ETag, X-Amzn-ErrorType, "
        "X-Amzn-RequestId"};

struct HttpMetrics {
  base::Counter& requests =
      base::metrics().counter("rostrum_http_requests_total", "HTTP requests received");
  base::Counter& sent = base::metrics().counter("rostrum_http_sent_bytes_total",
                                                "Bytes of HTTP responses handed to sockets");
  base::Gauge& connections = open_connections();
  base::Counter& slow = base::metrics().counter(
      "rostrum_http_slow_readers_total", "HTTP connections closed because they did not read");
};

HttpMetrics& counters() {
  static HttpMetrics instance;
  return instance;
}

std::uint64_t next_number() {
  static base::Counter& total =
      base::metrics().counter("rostrum_http_connections_total", "HTTP connections accepted");
  return total.take_next();
}

}  // namespace

base::Gauge& open_connections() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_http_connections", "Open HTTP connections");
  return gauge;
}

HttpSession::HttpSession(HttpContext& context, io::Socket socket, const io::TlsContext* tls)
    : context_(context),
      number_(next_number()),
      secure_(tls != nullptr),
      timer_(*context.loop),
      self_(std::make_shared<HttpSession*>(this)) {
  counters().connections.add(1);
  connection_ = tls != nullptr
                    ? io::Connection::tls_server(*context.loop, std::move(socket), *tls, *this)
                    : io::Connection::plain(*context.loop, std::move(socket), *this);
  timer_.start(context_.request_timeout, [this] { on_timer(); });
}

HttpSession::~HttpSession() {
  counters().connections.add(-1);
  for (const Playing& playing : playing_) stop_playing(playing);
  for (auto& [id, cancelled] : std::exchange(streams_, {})) cancelled();
}

std::string HttpSession::viewer_id() const {
  return fmt::format("v-{}", number_);
}

void HttpSession::choose_protocol(bool http2) {
  wire::http::Connection::Listener& listener = *this;
  if (http2) {
    http_ =
        std::make_unique<wire::http::Http2Connection>(listener, context_.options, *context_.date);
  } else {
    http_ =
        std::make_unique<wire::http::Http1Connection>(listener, context_.options, *context_.date);
  }
}

void HttpSession::on_secured() {
  const auto tls = connection_->tls();
  choose_protocol(tls && tls->protocol == "h2");
}

void HttpSession::on_data(base::ByteSpan data) {
  ++progress_;
  if (http_ == nullptr) {
    // A preface shorter than a packet does not happen with real clients: those that split it are
    // taken for HTTP/1.1, which refuses it.
    choose_protocol(wire::http::looks_like_http2(data) == wire::http::Http2Preface::kYes);
  }
  const std::uint32_t delivered_before = delivered_;
  receiving_ = true;
  const auto received = http_->receive(data);
  receiving_ = false;
  if (!received) {
    base::log_debug("http request refused", {{"remote", connection_->peer().to_string()},
                                             {"reason", received.error().message}});
  }
  // Time is counted for one request: whoever brings others to their end meanwhile may go on.
  if (!http_->is_receiving() || delivered_ != delivered_before) receiving_since_.reset();
  if (http_->is_receiving() && !receiving_since_) {
    receiving_since_ = context_.loop->now();
    timer_.restart(context_.request_timeout);
  }
  flush();
}

void HttpSession::on_drained() {
  ++progress_;
  flush();
}

void HttpSession::flush() {
  if (http_ == nullptr || connection_ == nullptr) return;
  std::vector<base::Slice> output;
  while (http_->has_output() && connection_->pending_bytes() < kWriteBudget) {
    output.clear();
    http_->take_output(output, kWriteBudget);
    if (output.empty()) break;
    for (const base::Slice& slice : output) counters().sent.add(slice.size());
    connection_->write(output);
  }
  if (http_->should_close()) {
    connection_->close_after_write();
  } else if (http_->wants_input()) {
    connection_->resume_reading();
  } else {
    connection_->pause_reading();
  }
}

void HttpSession::on_closed(const base::Error&) {
  end();
}

void HttpSession::end() {
  takeover_.reset();
  if (http_ != nullptr) http_->close();
  timer_.cancel();
  context_.sessions->remove(*this);
}

void HttpSession::on_request(wire::http::RequestId id, wire::http::Request&& request) {
  counters().requests.add();
  if (base::is_logged(base::LogLevel::kDebug)) {
    base::log_debug("http request", {{"viewer", viewer_id()},
                                     {"remote", connection_->peer().to_string()},
                                     {"method", request.method_text()},
                                     {"path", path_for_log(request.path)}});
  }
  if (wire::http::is_preflight(request) && !context_.router->answers_preflight(request)) {
    http_->respond(id, wire::http::preflight_response(kCors));
    return;
  }
  context_.router->handle(*this, id, std::move(request));
}

void HttpSession::on_cancelled(wire::http::RequestId id) {
  if (auto cancelled = take_stream(id)) (*cancelled)();
  const auto found = std::find_if(playing_.begin(), playing_.end(),
                                  [&](const auto& entry) { return entry.request == id; });
  if (found == playing_.end()) return;
  stop_playing(*found);
  playing_.erase(found);
}

void HttpSession::play(wire::http::RequestId id, const wire::http::Request& request) {
  if (remote_address_.empty()) remote_address_ = connection_->peer().ip();
  const std::uint64_t handle = context_.playback->request({&request, remote_address_}, *this,
                                                          static_cast<std::uint64_t>(id));
  if (handle != 0) playing_.push_back({id, handle, Playing::From::kLive});
}

void HttpSession::replay(wire::http::RequestId id, const wire::http::Request& request) {
  if (remote_address_.empty()) remote_address_ = connection_->peer().ip();
  const std::uint64_t handle =
      context_.replay->request({&request, remote_address_}, *this, static_cast<std::uint64_t>(id));
  if (handle != 0) playing_.push_back({id, handle, Playing::From::kRecording});
}

void HttpSession::stop_playing(const Playing& playing) {
  playing.from == Playing::From::kLive ? context_.playback->cancel(playing.handle)
                                       : context_.replay->cancel(playing.handle);
}

void HttpSession::respond(wire::http::RequestId id, wire::http::Response response, Cors cors) {
  if (cors == Cors::kAnyOrigin) wire::http::allow_any_origin(kCors, response);
  http_->respond(id, std::move(response));
  if (!receiving_) flush();
}

void HttpSession::append(wire::http::RequestId id, base::Slice data) {
  http_->append(id, std::move(data));
  if (!receiving_) flush();
}

void HttpSession::finish(wire::http::RequestId id) {
  (void)take_stream(id);  // it ends as it should: nobody is told
  http_->finish(id);
  if (!receiving_) flush();
}

void HttpSession::when_cancelled(wire::http::RequestId id,
                                 std::move_only_function<void()> cancelled) {
  streams_.emplace_back(id, std::move(cancelled));
  timer_.restart(kSignOfLife);
}

// Whoever reads events comes back by itself when they end.
void HttpSession::end_streams() {
  for (auto& [id, cancelled] : std::exchange(streams_, {})) {
    cancelled();
    http_->finish(id);
  }
}

void HttpSession::show_life() {
  for (const auto& [id, cancelled] : streams_) http_->append(id, base::Slice::unowned(kLife));
  flush();
}

std::optional<std::move_only_function<void()>> HttpSession::take_stream(wire::http::RequestId id) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const auto& entry) { return entry.first == id; });
  if (found == streams_.end()) return std::nullopt;
  auto cancelled = std::move(found->second);
  streams_.erase(found);
  return cancelled;
}

void HttpSession::forget(wire::http::RequestId id) {
  std::erase_if(playing_, [&](const Playing& playing) { return playing.request == id; });
}

void HttpSession::respond(std::uint64_t token, wire::http::Response response) {
  const wire::http::RequestId id{token};
  // A streaming answer goes on being played: its handle stays for cancelling.
  if (!response.streaming) forget(id);
  respond(id, std::move(response));
}

void HttpSession::append(std::uint64_t token, base::Slice data) {
  append(wire::http::RequestId{token}, std::move(data));
}

void HttpSession::finish(std::uint64_t token) {
  forget(wire::http::RequestId{token});
  finish(wire::http::RequestId{token});
}

void HttpSession::abort(std::uint64_t token) {
  forget(wire::http::RequestId{token});
  http_->abort(wire::http::RequestId{token});
  if (!receiving_) flush();
}

std::size_t HttpSession::queued_bytes() const {
  return connection_->pending_bytes() + (http_ != nullptr ? http_->queued_bytes() : 0);
}

bool HttpSession::can_upgrade() const {
  return !draining_ && http_ != nullptr && http_->open_requests() == 1 &&
         dynamic_cast<const wire::http::Http1Connection*>(http_.get()) != nullptr;
}

// The request may be answered while its bytes are still being parsed, or from inside the answer to
// another: the connection is handed over by a task of its own. Until then nothing is read.
void HttpSession::upgrade(wire::http::RequestId id, wire::http::Response response,
                          Takeover takeover) {
  CHECK(can_upgrade());
  takeover_ = std::make_unique<Takeover>(std::move(takeover));
  http_->respond(id, std::move(response));
  if (!receiving_) flush();
  context_.loop->post([weak = std::weak_ptr(self_)] {
    if (const auto alive = weak.lock()) (*alive)->hand_over();
  });
}

void HttpSession::hand_over() {
  if (takeover_ == nullptr) return;  // the connection has ended meanwhile
  auto* const http = dynamic_cast<wire::http::Http1Connection*>(http_.get());
  CHECK(http != nullptr && http->is_upgraded());
  std::vector<base::Slice> output;
  http->take_output(output);
  connection_->write(output);
  const auto takeover = std::move(takeover_);
  auto connection = std::move(connection_);
  timer_.cancel();
  context_.sessions->remove(*this);
  (*takeover)(std::move(connection), http->take_unparsed());
}

void HttpSession::drain() {
  draining_ = true;
  if (http_ == nullptr) {
    connection_->close_after_write();
    return;
  }
  end_streams();
  http_->drain();
  flush();
}

// Looks in from time to time: has anything moved since?
void HttpSession::on_timer() {
  const bool moved = std::exchange(seen_progress_, progress_) != progress_;
  std::chrono::seconds next = context_.idle_timeout;
  bool close = false;
  if (queued_bytes() > 0) {
    close = !moved;
    next = context_.slow_reader_timeout;
    if (close || queued_bytes() > context_.slow_reader_bytes) {
      close = true;
      counters().slow.add();
      base::log_info("viewer closed: it does not read",
                     {{"viewer", viewer_id()}, {"remote", connection_->peer().to_string()}});
    }
  } else if (http_ == nullptr || receiving_since_) {
    // Bytes that trickle in buy no time: the request has to be whole by now.
    const base::Duration spent =
        receiving_since_ ? context_.loop->now() - *receiving_since_ : base::Duration::max();
    close = spent >= context_.request_timeout;
    next = context_.request_timeout;
  } else if (http_->open_requests() == 0) {
    close = !moved && seen_progress_ > 0;
  } else if (!streams_.empty()) {
    show_life();
    next = kSignOfLife;
  }
  if (close) {
    end();
    return;
  }
  timer_.start(next, [this] { on_timer(); });
}

}  // namespace server
