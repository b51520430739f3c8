// One HTTP connection seen from the server: bytes in, requests out to a listener, responses in,
// bytes out. No socket, clock or thread; the owner drives it from one loop. HTTP/1.1 and HTTP/2
// (http1_connection.h, http2_connection.h) look the same from here.
//
//   owner reads bytes   -> receive()  -> Listener::on_request (several, or none)
//   owner has an answer -> respond(), then append()/finish() if it is streaming
//   owner may write     -> take_output(), write all slices (one writev), repeat while has_output()
//   should_close()      -> write what is left, then close the socket
//   socket gone         -> close(), then destroy
//
// Everything is bounded by ServerOptions. After receive(), respond(), append(), finish(), abort()
// or drain() there may be output. Callbacks run inside receive() and, in HTTP/1.1, inside the calls
// that complete a response (a pipelined request may come then). From callbacks every call but
// receive(), take_output(), close() and destruction is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/http/message.h"

namespace wire::http {

/// Names a request within its connection; never used twice.
enum class RequestId : std::uint64_t {};

/// Limits for all connections of one owner, which keeps this alive and unchanged under them.
struct ServerOptions {
  /// Request line and fields together, octets.
  std::size_t max_header = 16 * 1024;
  std::size_t max_target = 8 * 1024;
  std::size_t max_fields = 100;
  /// Bodies, unless Listener::body_limit says otherwise.
  std::size_t max_body = 64 * 1024;
  /// HTTP/1.1: requests being answered before parsing pauses.
  std::size_t max_pipelined = 16;
  /// HTTP/1.1: octets kept while parsing pauses; more is an error.
  std::size_t max_buffered = 64 * 1024;
  /// HTTP/2: requests being answered; more are refused.
  std::uint32_t max_streams = 100;
  /// HTTP/2: streams the peer may reset before it is answered, beyond which every two answered
  /// requests allow one more (rapid reset, CVE-2023-44487).
  std::uint32_t max_resets = 100;
};

class Connection {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// A complete request. Answer it with respond(), now or any time later.
    virtual void on_request(RequestId id, Request&& request) = 0;
    /// Nobody waits for this answer any more: the stream was reset or the connection ended before
    /// the response was complete. Calls with `id` have no effect from here on.
    virtual void on_cancelled(RequestId id) = 0;
    /// The largest body to accept; asked when the head is there (`head.body` is empty). Must not
    /// call the connection.
    virtual std::size_t body_limit(const Request& head, std::size_t default_limit) {
      (void)head;
      return default_limit;
    }
  };

  virtual ~Connection() = default;

  /// Takes bytes in any pieces. An error means that the peer broke the protocol or a limit; the
  /// answer that says so (or GOAWAY) is in the output, and should_close() is true once it is taken.
  virtual base::Expected<void> receive(base::ByteSpan data) = 0;

  /// Answers. At most once for each request.
  virtual void respond(RequestId id, Response response) = 0;
  /// Adds to a streaming body. The slice is referenced until it is written.
  virtual void append(RequestId id, base::Slice data) = 0;
  /// Ends a streaming body.
  virtual void finish(RequestId id) = 0;
  /// Ends a streaming body, or a request not answered yet, so that the peer sees a failure.
  virtual void abort(RequestId id) = 0;

  /// Appends what is to be written next to `out`, stopping once `budget` octets are reached (the
  /// last slice may exceed it). Slices stay valid by themselves.
  virtual void take_output(std::vector<base::Slice>& out, std::size_t budget) = 0;
  /// All there is.
  void take_output(std::vector<base::Slice>& out) {
    take_output(out, std::numeric_limits<std::size_t>::max());
  }
  virtual bool has_output() const = 0;
  /// Octets of response bodies and heads accepted but not taken yet. Grows without bound only if
  /// the owner keeps appending to a peer that does not read: check it before append().
  virtual std::size_t queued_bytes() const = 0;

  /// False while the peer should be left unread (too many requests being answered).
  virtual bool wants_input() const = 0;
  /// True while part of a request has arrived: the owner's read timeout applies.
  virtual bool is_receiving() const = 0;
  /// Requests given to the listener and not completely answered.
  virtual std::size_t open_requests() const = 0;
  /// True when nothing is left to write and nothing more will come.
  virtual bool should_close() const = 0;

  /// Answers what is there, takes no more requests and then closes.
  virtual void drain() = 0;
  /// The socket has gone: cancels all open requests. Only destruction may follow.
  virtual void close() = 0;
};

}  // namespace wire::http
