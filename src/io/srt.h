// SRT ingest on libsrt: one UDP port, one reader thread that hands each connection's bytes to the
// loop that owns it. Live mode, MPEG-TS payload.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "io/address.h"

namespace io {

class Loop;
struct SrtSession;

/// Who knocks. The stream id is a secret: it holds the stream key.
struct SrtRequest {
  std::string stream_id;
  Address peer;
};

/// Codes of SRT's access control that the caller sees as the reason of its refusal.
enum class SrtReject : int {
  kBadRequest = 1400,
  kUnauthorized = 1401,
  kOverload = 1402,
  kForbidden = 1403,
  kNotFound = 1404,
  kConflict = 1409,
};

/// The connection will belong to `loop`.
struct SrtAccept {
  Loop* loop = nullptr;
  /// 10 to 79 characters that the caller must know; empty: it must come without encryption. One or
  /// the other: callers break the connection off by themselves when only one side encrypts.
  std::string passphrase = {};
};

using SrtDecision = std::variant<SrtAccept, SrtReject>;

/// Once a second brought up to date.
struct SrtStatistics {
  std::chrono::microseconds round_trip{};
  std::uint64_t received_packets = 0;
  std::uint64_t lost_packets = 0;     // found missing; most come again in time
  std::uint64_t dropped_packets = 0;  // came too late or never
  std::uint64_t undecrypted_packets = 0;
};

/// An accepted caller. Used and destroyed on its loop; destroying it closes the connection.
class SrtConnection {
 public:
  class Handler {
   public:
    /// All bytes that came since the last call; whole payloads. May destroy the connection.
    virtual void on_data(base::ByteSpan data) = 0;
    /// The caller has gone, or this loop was too slow (kLimit). Exactly once, the last call, unless
    /// the connection is destroyed before, which it may be here.
    virtual void on_closed(const base::Error& reason) = 0;

   protected:
    ~Handler() = default;
  };

  explicit SrtConnection(std::shared_ptr<SrtSession> session);
  ~SrtConnection();
  SrtConnection(const SrtConnection&) = delete;
  SrtConnection& operator=(const SrtConnection&) = delete;

  /// To be set before the function that got the connection returns.
  void set_handler(Handler& handler) { handler_ = &handler; }
  const std::string& stream_id() const;
  const Address& peer() const;
  SrtStatistics statistics() const;

 private:
  friend struct SrtSession;
  std::shared_ptr<SrtSession> session_;  // shared with the reader thread
  Handler* handler_ = nullptr;
};

class SrtListener {
 public:
  struct Options {
    std::string ip = {};  // empty or "::": IPv6 and IPv4 alike
    std::uint16_t port = 0;
    std::chrono::milliseconds latency{120};  // the caller may ask for more
    std::size_t max_connections = 1000;
    /// Bytes that may wait for a loop before its connection is closed.
    std::size_t max_backlog = 4 * 1024 * 1024;
  };
  /// Called on a thread of libsrt, one call at a time, while the caller waits: answer from memory.
  using Admit = std::move_only_function<SrtDecision(const SrtRequest&)>;
  /// Called on the loop that Admit named; several loops may call it at once.
  using Connected = std::function<void(Loop&, std::unique_ptr<SrtConnection>)>;

  /// The loops that `admit` names must live longer than the listener.
  /// Errors: kConflict if the port is taken, kInvalid, kIo; all name the address.
  static base::Expected<std::unique_ptr<SrtListener>> listen(Options options, Admit admit,
                                                             Connected connected);
  /// Closes all connections without telling their handlers.
  ~SrtListener();
  SrtListener(const SrtListener&) = delete;
  SrtListener& operator=(const SrtListener&) = delete;

  std::uint16_t local_port() const;

 private:
  struct Engine;
  explicit SrtListener(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace io
