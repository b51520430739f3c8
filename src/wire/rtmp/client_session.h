// A publisher's side of one RTMP connection, for load generators and tests (Adobe RTMP 1.0,
// section 7). Bytes in, bytes out. Belongs to the connection's owner and lives on its loop.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/rtmp/chunk_reader.h"
#include "wire/rtmp/chunk_writer.h"
#include "wire/rtmp/commands.h"
#include "wire/rtmp/handshake.h"
#include "wire/rtmp/message.h"

namespace wire::rtmp {

struct ClientSessionOptions {
  ConnectInfo connect;
  std::string stream_name;  // key and query; a secret
  std::uint64_t handshake_seed = 1;
  std::uint32_t chunk_size = 65'536;  // of what we send
};

class ClientSession {
 public:
  enum class State {
    kStarting,    // handshake and commands are under way
    kPublishing,  // send_media() may be called
    kRefused,     // see status()
    kEnded,       // the server ended the broadcast (see status()), or unpublish() was called
  };

  /// The first bytes to send are in take_output() at once.
  explicit ClientSession(ClientSessionOptions options);
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  /// Takes bytes of the connection. After an error, close. Errors: kMalformed, kLimit.
  base::Expected<void> receive(base::ByteSpan input);

  State state() const { return state_; }
  /// What the server said when it accepted, refused or ended.
  const StatusInfo& status() const { return status_; }

  /// Appends one message to the output. `payload` is the body of an FLV tag, `timestamp` in ms. A
  /// broken invariant unless publishing.
  void send_media(MediaKind kind, std::uint32_t timestamp, base::ByteSpan payload);
  /// The same as slices that share the payload's bytes; what take_output() has goes first.
  void send_media(MediaKind kind, std::uint32_t timestamp, const base::Slice& payload,
                  std::vector<base::Slice>& out);
  /// Says that the broadcast ends on purpose; nothing happens unless publishing.
  void unpublish();

  bool has_output() const { return !output_.empty(); }
  base::Bytes take_output() { return std::exchange(output_, {}); }

 private:
  base::Expected<void> handle(const RtmpMessage& message);
  base::Expected<void> handle_command(base::ByteSpan payload);
  void handle_result(const Command& command);
  void handle_status(const Command& command);
  void finish(State state, StatusInfo status);
  void send_control(MessageType type, base::ByteSpan payload);
  void send_number(MessageType type, std::uint32_t value);
  void send_command(std::uint32_t stream_id, const base::Bytes& payload);
  void acknowledge();

  ClientSessionOptions options_;
  State state_ = State::kStarting;
  StatusInfo status_;
  ClientHandshake handshake_;
  ChunkReader reader_;
  ChunkWriter writer_;
  base::Bytes output_;
  std::uint32_t stream_id_ = 0;
  std::uint64_t received_bytes_ = 0;
  std::uint64_t acknowledged_bytes_ = 0;
  std::uint64_t window_bytes_ = 2'500'000;
};

}  // namespace wire::rtmp
