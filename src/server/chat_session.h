// One member of a chat room: a WebSocket put together with the engine. Begins as an HTTP request;
// once the engine lets the client in, the connection moves from its HttpSession to here. On one
// loop. An idle member costs, outside of the kernel and the engine, this object and its
// io::Connection and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/metrics.h"
#include "chat/chat.h"
#include "io/coarse_timer.h"
#include "io/connection.h"
#include "server/http_session.h"
#include "server/session_set.h"
#include "wire/http/message.h"
#include "wire/websocket/reader.h"

namespace server {

class ChatSession;

/// What the members on one loop share. `rooms` must live until the sessions are gone: a session
/// that is destroyed leaves its room.
struct ChatContext {
  io::Loop* loop = nullptr;
  chat::LoopRooms* rooms = nullptr;
  SessionSet<ChatSession>* sessions = nullptr;
  /// Octets of one client message (chat::Settings::max_message); a longer one ends the connection.
  std::uint32_t max_message = 16 << 10;
  /// A client that has said nothing for this long is asked for a sign of life, and dropped when
  /// another `pong_timeout` later nothing has come.
  std::chrono::seconds ping_after{30};
  std::chrono::seconds pong_timeout{30};
  /// How long a client may take to answer a close frame, or to read its last octets.
  std::chrono::seconds close_timeout{3};
};

/// Answers a request for which wire::websocket::is_websocket_upgrade() holds: lets it into the room
/// that its token names, or refuses it; it has to be at "/".
void start_chat(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request,
                ChatContext& context);

class ChatSession final : private io::Connection::Handler,
                          private wire::websocket::Reader::Listener,
                          private chat::MemberConnection {
 public:
  ChatSession(ChatContext& context, std::unique_ptr<io::Connection> connection);
  ~ChatSession();
  ChatSession(const ChatSession&) = delete;
  ChatSession& operator=(const ChatSession&) = delete;

  /// Joins the room and goes on with what the client has sent already.
  void begin(std::unique_ptr<chat::Admission> admission, base::ByteSpan received);
  /// Ends the connection without a word, so that the client comes back. The session is gone a
  /// moment later.
  void drop() override;

 private:
  enum class State : std::uint8_t {
    kOpen,
    kClosing,  // our close frame is out, the client's has not come
    kClosed,   // nothing is said any more; the connection is ending
  };

  // io::Connection::Handler
  void on_data(base::ByteSpan data) override;
  void on_closed(const base::Error& reason) override;
  // wire::websocket::Reader::Listener
  void on_text(std::string_view text) override;
  void on_ping(base::ByteSpan payload) override;
  void on_pong(base::ByteSpan) override {}
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override;
  // chat::MemberConnection
  void write(std::span<const base::Slice> frames) override;
  std::size_t backlog() const override;
  void close(std::uint16_t code, std::string_view reason) override;

  void finish(base::Slice close_frame);
  void watch_silence();
  void on_timer();
  void count_frame();
  void leave();

  ChatContext& context_;
  std::unique_ptr<io::Connection> connection_;
  std::optional<chat::MemberId> member_;  // until it has left
  io::CoarseTimer timer_;
  wire::websocket::Reader reader_;
  State state_ = State::kOpen;
  bool pinged_ = false;       // and nothing was heard since
  bool paused_ = false;       // it says too much: nothing is read for a moment
  std::uint16_t frames_ = 0;  // of the client in one second:
  std::uint32_t second_ = 0;
};
static_assert(sizeof(ChatSession) <= 176);

/// Open WebSockets of chat, all loops. They are counted by open_connections() as well.
base::Gauge& open_chat_connections();

/// Ends every connection of one loop: what is left when the engine has drained.
void drop_all(SessionSet<ChatSession>& sessions);

}  // namespace server
