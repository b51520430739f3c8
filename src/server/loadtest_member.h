// One member of a chat room in a load test: a WebSocket client that reads everything, and sends
// messages at a steady rate if it is one of the room's senders. Owned by its worker, on the
// worker's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/connection.h"
#include "io/connector.h"
#include "io/timer.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_chat_stamp.h"
#include "server/loadtest_statistics.h"
#include "wire/websocket/reader.h"

namespace server::loadtest {

/// What the members of one worker have counted so far.
struct ChatFigures {
  std::uint64_t joined = 0;
  std::int64_t open = 0;
  std::uint64_t sent = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t octets = 0;  // of delivered messages, without the frames' heads
  std::uint64_t reads = 0;   // from sockets with deliveries in them
  std::uint64_t repeated = 0;
  std::uint64_t missing = 0;  // known at the end only
  base::Duration last_join{};
  Failures failures;
  Histogram join;
  Histogram latency;

  void merge(const ChatFigures& other);
};

class LoadMember final : private io::Connection::Handler,
                         private wire::websocket::Reader::Listener {
 public:
  struct Options {
    const Target* target = nullptr;  // as for HTTP
    const io::TlsContext* tls = nullptr;
    std::string_view token;  // secret
    std::optional<io::Address> source;
    std::uint32_t senders = 0;            // of the room
    std::optional<std::uint32_t> number;  // among the senders
    base::Duration interval{};            // between two messages
    std::size_t size = 0;                 // octets of the JSON that is delivered
  };
  /// What the options point to, the figures and `newest` (the room's) outlive the member.
  LoadMember(io::Loop& loop, const Options& options, ChatFigures& figures, NewestStamps& newest);

  /// `began` is when the test did; `sends_from` when the room begins to talk.
  void start(base::MonotonicTime began, base::MonotonicTime sends_from);
  void stop_sending() { timer_.cancel(); }
  void close();
  /// Messages that others have got and this member has not.
  std::uint64_t missing() const;

 private:
  void on_data(base::ByteSpan data) override;
  void on_closed(const base::Error& reason) override;
  void on_text(std::string_view text) override;
  void on_ping(base::ByteSpan payload) override;
  void on_pong(base::ByteSpan) override {}
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override;

  void begin();
  bool take_answer(base::ByteSpan& data);
  void fail(std::string_view reason);
  void send();
  void write(wire::websocket::Opcode opcode, base::ByteSpan payload);

  io::Loop& loop_;
  const Options options_;
  ChatFigures& figures_;
  NewestStamps& newest_;
  std::unique_ptr<io::Connector> connector_;
  std::unique_ptr<io::Connection> connection_;
  wire::websocket::Reader reader_;
  std::string answer_;  // the head of the server's answer as it comes
  bool is_member_ = false;
  base::MonotonicTime began_{};
  base::MonotonicTime started_{};
  base::MonotonicTime next_send_{};
  std::vector<ChatTrack> tracks_;  // one a sender
  std::uint64_t sequence_ = 0;
  std::uint64_t refused_ = 0;
  std::size_t content_size_ = 0;  // of the next message
  io::Timer timer_;
};

}  // namespace server::loadtest
