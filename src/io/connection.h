// A TCP or TLS connection, either side: bytes in by callback, slices out by reference. Owned by
// its user (unique_ptr), made, used and destroyed on one loop, movable to another with detach()
// and attach(). An idle connection owns no read or write memory of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "io/address.h"
#include "io/coarse_timer.h"
#include "io/deferred.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/tls.h"

namespace io {

/// What TLS has agreed on.
struct TlsInfo {
  std::string_view protocol;     // ALPN, empty if none; valid while the connection lives
  std::string_view version;      // "TLSv1.3"
  std::string_view server_name;  // SNI as sent by the client, empty if none
};

class Connection final : private Watcher, private Deferred {
 public:
  /// None of these is called from inside a call into Connection, and each may destroy the
  /// connection, detach it, or write to it. Writes made inside a callback leave together after it.
  class Handler {
   public:
    /// Bytes that came in; the view is valid during the call.
    virtual void on_data(base::ByteSpan data) = 0;
    /// pending_bytes() has come down to 0. Not called for writes that a write() call could send
    /// at once.
    virtual void on_drained() {}
    /// The TLS handshake is done and tls() answers; never for plain TCP. Before on_data().
    virtual void on_secured() {}
    /// The connection has ended: by the peer, a failure, or after close_after_write(). The last
    /// call, exactly once, unless the connection is destroyed or detached before.
    virtual void on_closed(const base::Error& reason) = 0;

   protected:
    ~Handler() = default;
  };

  /// An open connection between two loops. May be moved to any thread; destroying it closes.
  class Detached {
   public:
    const Address& peer() const { return peer_; }

   private:
    friend class Connection;
    Descriptor descriptor_;
    SslPointer ssl_;
    Address peer_;
    std::vector<base::Slice> queue_;
    std::optional<base::Error> failure_;
    bool secured_ = false;
    bool at_end_ = false;
    bool closing_ = false;
  };

  /// Starts reading; the first callback comes from the loop, not from this call.
  static std::unique_ptr<Connection> plain(Loop& loop, Socket socket, Handler& handler);
  static std::unique_ptr<Connection> tls_server(Loop& loop, Socket socket,
                                                const TlsContext& context, Handler& handler);
  /// `host` is sent as SNI unless it is an address, and checked if the context verifies. Writes
  /// before on_secured() wait for the handshake.
  static std::unique_ptr<Connection> tls_client(Loop& loop, Socket socket,
                                                const TlsContext& context, const std::string& host,
                                                Handler& handler);
  /// Goes on with a connection that came from detach(), reading at once.
  static std::unique_ptr<Connection> attach(Loop& loop, Detached detached, Handler& handler);
  /// Closes the socket; unsent output is lost.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends what the socket takes now and queues the rest by reference. Without bound: compare
  /// pending_bytes() with yours. Ignored once the connection is closing or has failed.
  void write(std::span<const base::Slice> slices);
  void write(base::Slice slice);
  /// Bytes accepted by write() that the kernel has not taken yet.
  std::size_t pending_bytes() const { return pending_; }

  /// Sends what is queued, says goodbye and waits up to a few seconds for the peer to do the same
  /// (so that the last bytes are not lost), then on_closed(). No on_data() from here on.
  void close_after_write();
  bool is_closing() const { return closing_; }

  /// Stops taking bytes from the kernel, which makes the peer wait.
  void pause_reading();
  void resume_reading();

  /// Gives the open connection away, with unsent output; this object is an empty shell afterwards
  /// and calls nobody. Bytes not yet given to on_data() will be given to the next handler.
  Detached detach();

  void set_handler(Handler& handler) { handler_ = &handler; }
  const Address& peer() const { return peer_; }
  Address local() const;
  /// Empty for plain TCP and before on_secured().
  std::optional<TlsInfo> tls() const;
  Loop& loop() { return loop_; }

  /// Lets what comes in wait some milliseconds when the loop has many such connections.
  void set_urgency(Urgency urgency);
  /// Asks the kernel to probe silent peers, and ends the connection when sent bytes stay
  /// unacknowledged for `timeout`.
  void set_dead_peer_timeout(std::chrono::seconds timeout);
  /// Size of the kernel's send buffer; by default the kernel adapts it.
  void set_send_buffer(int bytes);

 private:
  Connection(Loop& loop, Descriptor descriptor, const Address& peer, Handler& handler);

  // How one attempt to read or write went.
  enum class Progress { kMore, kWouldBlock, kEnd, kFailed };

  void on_ready(std::uint32_t events) override;
  void on_deferred() override;
  void start();
  void handle_input();
  bool wants_input() const;
  bool handshake();
  bool continue_handshake();
  Progress read_some(std::span<std::uint8_t> buffer, std::size_t& count);
  Progress read_plain(std::span<std::uint8_t> buffer, std::size_t& count);
  Progress read_tls(std::span<std::uint8_t> buffer, std::size_t& count);
  Progress send_plain(std::span<const base::Slice> slices, std::size_t skip, std::size_t& count);
  Progress send_tls(std::size_t& count);
  Progress tls_failure(int result, std::string_view what);
  void enqueue(base::Slice slice);
  void consume(std::size_t count);
  void release_queue();
  bool can_send() const;
  void flush();
  /// Sends what is queued and says so to the handler; false if this object is gone afterwards.
  bool send_queue();
  void say_goodbye();
  void fail(base::Error reason);
  void report_closed();
  void update_interest();
  template <class Call>
  bool call_handler(Call call);

  Loop& loop_;
  Handler* handler_;
  SslPointer ssl_;
  std::vector<base::Slice> queue_;
  std::size_t queue_head_ = 0;   // slices of queue_ that are gone
  std::size_t head_offset_ = 0;  // bytes of the first slice left that are gone
  std::size_t pending_ = 0;
  bool* alive_ = nullptr;  // set to false by the destructor while a callback runs
  std::unique_ptr<base::Error> failure_;
  std::unique_ptr<CoarseTimer> linger_;
  Descriptor descriptor_;
  Address peer_;
  std::uint32_t interest_ = 0;
  Urgency urgency_ = Urgency::kPrompt;
  bool blocked_ : 1 = false;       // the socket took no more; EPOLLOUT will tell
  bool read_blocked_ : 1 = false;  // TLS must write before it can read
  bool paused_ : 1 = false;
  bool secured_ : 1 = false;  // TLS handshake done
  bool at_end_ : 1 = false;   // the peer sends no more
  bool closing_ : 1 = false;  // close_after_write() was called
  bool said_goodbye_ : 1 = false;
  bool reported_ : 1 = false;  // on_closed() was called
  bool in_callback_ : 1 = false;
  bool watched_ : 1 = false;
};

}  // namespace io
