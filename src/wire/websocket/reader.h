// What comes in on a WebSocket (RFC 6455 sections 5 to 8): octets in any pieces, messages and
// control frames out, or a failure with the close code to send. Either side. No socket, no clock.
// Owned by a session on one loop. Between messages it holds no memory of its own; a message that
// has come in part is held in a buffer that grows with what has come, never with what was
// announced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "wire/websocket/frame.h"

namespace wire::websocket {

/// Why a connection has to end, and what the close frame says.
struct Failure {
  std::uint16_t code = kCloseProtocolError;
  std::string_view reason;  // a literal
};

class Reader {
 public:
  /// Whose ears these are: a server's peer must mask, a client's must not (section 5.1).
  enum class Role : std::uint8_t { kServer, kClient };
  enum class Binary : std::uint8_t {
    kRefuse,  // fails with 1003
    kAccept,
  };

  /// All views are valid during the call. Must not call the reader or destroy it.
  class Listener {
   public:
    /// A whole message, well-formed UTF-8.
    virtual void on_text(std::string_view text) = 0;
    virtual void on_binary(base::ByteSpan data) { (void)data; }
    /// To be answered with a pong of the same payload.
    virtual void on_ping(base::ByteSpan payload) = 0;
    virtual void on_pong(base::ByteSpan payload) = 0;
    /// The peer says goodbye, and nothing of it counts any more. No code: it gave none.
    virtual void on_close(std::optional<std::uint16_t> code, std::string_view reason) = 0;

   protected:
    ~Listener() = default;
  };

  /// A message of more than `max_message` octets fails with 1009 as soon as that is announced.
  Reader(Role role, std::uint32_t max_message, Binary binary = Binary::kRefuse);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Takes octets in any pieces; what is wrong fails with the first octet that shows it. After a
  /// failure or a close frame everything else is ignored.
  std::expected<void, Failure> receive(base::ByteSpan data, Listener& listener);
  /// True while a message or frame has come in part.
  bool is_receiving() const { return partial_ != nullptr; }

 private:
  struct Header;
  struct Partial;

  std::expected<std::optional<Header>, Failure> parse_header(base::ByteSpan octets) const;
  std::expected<bool, Failure> take_whole_frame(base::ByteSpan& data, Listener& listener);
  std::expected<void, Failure> take_part(base::ByteSpan& data, Listener& listener);
  std::expected<void, Failure> take_header_octet(base::ByteSpan& data);
  std::expected<void, Failure> finish_frame(Listener& listener);
  std::expected<void, Failure> deliver_control(Opcode opcode, base::ByteSpan payload,
                                               Listener& listener);

  std::unique_ptr<Partial> partial_;  // while something has come in part
  const std::uint32_t max_message_;
  const Role role_;
  const Binary binary_;
  bool ended_ = false;
};
static_assert(sizeof(Reader) <= 24);

}  // namespace wire::websocket
