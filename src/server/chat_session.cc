#include "server/chat_session.h"

#include <charconv>
#include <string>
#include <utility>

#include "base/log.h"
#include "wire/websocket/frame.h"
#include "wire/websocket/handshake.h"

namespace server {
namespace {

using wire::http::ErrorFormat;
using wire::http::Response;

constexpr std::size_t kMaxHistory = 200;
constexpr std::size_t kMaxIdLength = 64;
/// A client that pings without reading the answers gets no more of them beyond this.
constexpr std::size_t kMaxPongBacklog = 4096;
/// Far more frames than the ten requests a second that the engine answers: a client that sends so
/// many is not read for a second or two, so that answering it costs others nothing.
constexpr std::uint16_t kMaxFramesInASecond = 100;
constexpr std::chrono::seconds kBreather{1};

struct ChatMetrics {
  base::Gauge& connections = open_chat_connections();
  base::Counter& failures =
      base::metrics().counter("rostrum_chat_protocol_errors_total",
                              "Chat connections closed because the client broke the protocol");
  base::Counter& pauses =
      base::metrics().counter("rostrum_chat_pauses_total",
                              "Times that a chat client was not read because it said too much");
  base::Counter& silent =
      base::metrics().counter("rostrum_chat_silent_clients_total",
                              "Chat connections dropped because the client did not answer");
};

ChatMetrics& counters() {
  static ChatMetrics instance;
  return instance;
}

void refuse(HttpSession& session, wire::http::RequestId id, Response response) {
  static base::Counter& refused = base::metrics().counter(
      "rostrum_chat_refused_total", "Requests to join a chat room that were refused");
  refused.add();
  session.respond(id, std::move(response));
}

Response refusal(std::uint16_t status, std::string_view sentence) {
  return wire::http::error_response(status, sentence, ErrorFormat::kJson);
}

/// What the address asks for (docs/chat.md); the error is a sentence for the client.
std::expected<chat::JoinOptions, std::string_view> options_of(const wire::http::Request& request) {
  const auto query = request.parse_query();
  if (!query) return std::unexpected("The query of the address is malformed.");
  chat::JoinOptions options;
  if (const auto extended = query->find("rostrum")) {
    if (*extended != "1" && *extended != "0") return std::unexpected("rostrum is 1 or absent.");
    options.extended = *extended == "1";
  }
  if (const auto history = query->find("history")) {
    const char* const end = history->data() + history->size();
    const auto [rest, error] = std::from_chars(history->data(), end, options.history);
    if (error != std::errc() || rest != end || options.history > kMaxHistory) {
      return std::unexpected("history is a number from 0 to 200.");
    }
  }
  if (const auto since = query->find("since")) {
    if (since->size() > kMaxIdLength) return std::unexpected("since is the id of a message.");
    options.since = *since;
  }
  return options;
}

}  // namespace

base::Gauge& open_chat_connections() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_chat_connections", "Open WebSockets of chat");
  return gauge;
}

void start_chat(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request,
                ChatContext& context) {
  if (request.path != "/") {
    refuse(session, id, refusal(404, "The WebSocket of chat is at /."));
    return;
  }
  auto offer = wire::websocket::check_upgrade(request);
  if (!offer) {
    refuse(session, id, std::move(offer.error()));
    return;
  }
  if (offer->protocols.empty()) {
    refuse(session, id, refusal(401, "The chat token has to be the WebSocket's subprotocol."));
    return;
  }
  if (offer->protocols.size() > 1) {
    refuse(session, id, refusal(400, "The chat token has to be the only subprotocol."));
    return;
  }
  auto options = options_of(request);
  if (!options) {
    refuse(session, id, refusal(400, options.error()));
    return;
  }
  if (!session.can_upgrade()) {
    refuse(session, id, refusal(503, "No chat begins on this connection any more."));
    return;
  }
  options->address = session.peer_ip();
  const std::string token = offer->protocols.front();
  context.rooms->admit(
      token, std::move(*options),
      [weak = session.self(), id, &context, offer = std::move(*offer)](
          std::expected<std::unique_ptr<chat::Admission>, chat::Refusal> answer) mutable {
        const auto alive = weak.lock();
        if (!alive) return;
        HttpSession& waiting = **alive;
        if (!answer) {
          refuse(waiting, id, refusal(answer.error().status, answer.error().message));
        } else if (!waiting.can_upgrade()) {
          refuse(waiting, id, refusal(503, "The server is going down."));
        } else {
          waiting.upgrade(
              id, wire::websocket::switching_response(offer, offer.protocols.front()),
              [&context, admission = std::move(*answer)](std::unique_ptr<io::Connection> connection,
                                                         base::Bytes received) mutable {
                context.sessions->add(std::make_unique<ChatSession>(context, std::move(connection)))
                    .begin(std::move(admission), received);
              });
        }
      });
}

ChatSession::ChatSession(ChatContext& context, std::unique_ptr<io::Connection> connection)
    : context_(context),
      connection_(std::move(connection)),
      timer_(*context.loop),
      reader_(wire::websocket::Reader::Role::kServer, context.max_message) {
  open_connections().add(1);
  counters().connections.add(1);
  connection_->set_handler(*this);
}

ChatSession::~ChatSession() {
  leave();
  open_connections().add(-1);
  counters().connections.add(-1);
}

void ChatSession::begin(std::unique_ptr<chat::Admission> admission, base::ByteSpan received) {
  watch_silence();
  member_ = context_.rooms->join(std::move(admission), *this);
  if (connection_ == nullptr) return;
  connection_->resume_reading();
  if (!received.empty()) on_data(received);
}

void ChatSession::on_data(base::ByteSpan data) {
  pinged_ = false;
  if (state_ == State::kOpen && !paused_) timer_.restart(context_.ping_after);
  const auto result = reader_.receive(data, *this);
  if (result || state_ == State::kClosed) return;
  counters().failures.add();
  base::log_debug("chat connection failed",
                  {{"remote", connection_->peer().to_string()}, {"reason", result.error().reason}});
  finish(wire::websocket::close_frame(result.error().code, result.error().reason));
}

void ChatSession::on_text(std::string_view text) {
  if (state_ != State::kOpen) return;
  count_frame();
  context_.rooms->receive(*member_, text);
}

void ChatSession::count_frame() {
  const auto second = static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::seconds>(context_.loop->now().time_since_epoch()).count());
  if (std::exchange(second_, second) != second) frames_ = 0;
  if (frames_++ < kMaxFramesInASecond || paused_) return;
  counters().pauses.add();
  paused_ = true;
  connection_->pause_reading();
  timer_.start(kBreather, [this] {
    paused_ = false;
    connection_->resume_reading();
    watch_silence();
  });
}

void ChatSession::on_ping(base::ByteSpan payload) {
  if (state_ != State::kOpen) return;
  count_frame();
  if (connection_->pending_bytes() > kMaxPongBacklog) return;
  connection_->write(wire::websocket::pong_frame(payload));
}

void ChatSession::on_close(std::optional<std::uint16_t> code, std::string_view) {
  if (state_ == State::kClosed) return;
  finish(code ? wire::websocket::close_frame(*code, {}) : wire::websocket::empty_close_frame());
}

void ChatSession::write(std::span<const base::Slice> frames) {
  if (state_ == State::kOpen) connection_->write(frames);
}

std::size_t ChatSession::backlog() const {
  return connection_ != nullptr ? connection_->pending_bytes() : 0;
}

void ChatSession::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  connection_->write(wire::websocket::close_frame(code, reason));
  state_ = State::kClosing;
  paused_ = false;
  connection_->resume_reading();
  timer_.start(context_.close_timeout, [this] { drop(); });
}

// The last words, unless they are said already. The server ends the connection first (RFC 6455
// section 7.1.1); the timer is for clients that do not even read.
void ChatSession::finish(base::Slice close_frame) {
  if (state_ == State::kOpen) connection_->write(std::move(close_frame));
  state_ = State::kClosed;
  timer_.start(context_.close_timeout, [this] { drop(); });
  connection_->close_after_write();
}

// May be called by the engine in the middle of anything: what concerns the engine is done later.
void ChatSession::drop() {
  if (connection_ == nullptr) return;
  state_ = State::kClosed;
  timer_.cancel();
  connection_.reset();
  context_.loop->post([&sessions = *context_.sessions, this] {
    // Nobody else ends it from here on but SessionSet::clear(), and then it is not found.
    sessions.remove_now(*this);
  });
}

void ChatSession::on_closed(const base::Error&) {
  state_ = State::kClosed;
  timer_.cancel();
  leave();
  context_.sessions->remove(*this);
}

void ChatSession::watch_silence() {
  timer_.start(context_.ping_after, [this] { on_timer(); });
}

void ChatSession::on_timer() {
  if (pinged_) {
    counters().silent.add();
    drop();
    return;
  }
  pinged_ = true;
  connection_->write(wire::websocket::ping_frame());
  timer_.start(context_.pong_timeout, [this] { on_timer(); });
}

void ChatSession::leave() {
  if (const auto member = std::exchange(member_, std::nullopt)) context_.rooms->leave(*member);
}

void drop_all(SessionSet<ChatSession>& sessions) {
  sessions.for_each([](ChatSession& session) { session.drop(); });
}

}  // namespace server
