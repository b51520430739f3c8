// The exchange that opens every RTMP connection (Adobe RTMP 1.0, section 5.2), for both sides:
// bytes in, bytes out. A handshake belongs to one connection and holds at most one packet.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/rtmp/digest.h"

namespace wire::rtmp {

enum class HandshakeKind {
  kPlain,   // packets are echoed, as the specification says
  kDigest,  // packets are signed, as Flash players want it
};

/// Server side. Answers a signed packet 1 with signed packets, any other with an echo.
class ServerHandshake {
 public:
  /// `seed` fills the random part of our packet; it need not be secret, only different.
  explicit ServerHandshake(std::uint64_t seed) : seed_(seed) {}

  /// Takes what belongs to the handshake from the front of `input`, appends answers to `out` and
  /// returns how many bytes it took; all of them unless done() is true afterwards.
  /// Errors: kMalformed (not RTMP), kUnsupported (RTMPE).
  base::Expected<std::size_t> receive(base::ByteSpan input, base::Bytes& out);

  bool done() const { return taken_ == kTotalBytes; }
  /// Meaningful once packet 1 is there.
  HandshakeKind kind() const { return kind_; }

 private:
  static constexpr std::size_t kFirstFlightBytes = 1 + kHandshakePacketBytes;
  static constexpr std::size_t kTotalBytes = kFirstFlightBytes + kHandshakePacketBytes;

  void answer(base::Bytes& out);

  std::uint64_t seed_;
  std::size_t taken_ = 0;
  HandshakeKind kind_ = HandshakeKind::kPlain;
  base::Bytes packet1_;  // the peer's; released once answered
};

/// Client side, plain: what every server understands.
class ClientHandshake {
 public:
  explicit ClientHandshake(std::uint64_t seed) : seed_(seed) {}

  /// Appends version and packet 1 to `out`; call once, first.
  void start(base::Bytes& out);
  /// As ServerHandshake::receive.
  base::Expected<std::size_t> receive(base::ByteSpan input, base::Bytes& out);
  bool done() const { return taken_ == kTotalBytes; }

 private:
  static constexpr std::size_t kFirstFlightBytes = 1 + kHandshakePacketBytes;
  static constexpr std::size_t kTotalBytes = kFirstFlightBytes + kHandshakePacketBytes;

  std::uint64_t seed_;
  std::size_t taken_ = 0;
};

}  // namespace wire::rtmp
