// The server's side of one RTMP connection from a publisher: handshake, chunks, commands and media
// (Adobe RTMP 1.0; Enhanced RTMP v2 for `connect`). Bytes and `now` come in; events and bytes go
// out. Belongs to the connection's owner and lives on its loop. It never logs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "wire/rtmp/chunk_reader.h"
#include "wire/rtmp/chunk_writer.h"
#include "wire/rtmp/commands.h"
#include "wire/rtmp/handshake.h"
#include "wire/rtmp/message.h"

namespace wire::rtmp {

struct PublishRequest {
  std::string app;
  std::string stream_name;  // key and query, see parse_stream_name; a secret
  std::string type;         // "live", "record" or "append" as the encoder says
};

struct MediaMessage {
  MediaKind kind = MediaKind::kVideo;
  std::uint32_t timestamp = 0;  // ms, wraps
  /// The body of an FLV tag; for kData always AMF0. One allocation, shared.
  base::Slice payload;
};

/// What a session tells its owner, from inside receive() and accept_publish(). The owner may call
/// accept_publish, reject_publish and end_publish from in here; it must not destroy the session.
class ServerListener {
 public:
  virtual ~ServerListener() = default;
  /// Answered with success already; refuse at on_publish.
  virtual void on_connect(const ConnectInfo& info) = 0;
  /// To be answered by accept_publish() or reject_publish(), now or later.
  virtual void on_publish(const PublishRequest& request) = 0;
  virtual void on_media(MediaMessage message) = 0;
  /// The publisher said that it ends here, on purpose. It may publish again.
  virtual void on_unpublish() = 0;
};

enum class PublishRefusal {
  kBadName,          // NetStream.Publish.BadName: key unknown, or in use
  kDenied,           // NetStream.Publish.Denied: this channel does not allow this
  kRejected,         // NetStream.Publish.Rejected: what is sent cannot be carried
  kConnectRejected,  // NetConnection.Connect.Rejected: the server takes nobody now
};

struct ServerSessionOptions {
  std::uint64_t handshake_seed = 0;  // different for each connection
  std::uint32_t chunk_size = 4096;   // of what we send
  std::uint32_t window_bytes = 2'500'000;
  base::Duration handshake_timeout = std::chrono::seconds(10);
  /// From the start to a publish request.
  base::Duration publish_timeout = std::chrono::seconds(30);
  /// Without a media message while publishing.
  base::Duration silence_timeout = std::chrono::seconds(30);
  ChunkLimits limits_before = {64, 64 * 1024, 128 * 1024};
  ChunkLimits limits_publishing = {64, 16 * 1024 * 1024, 24 * 1024 * 1024};
  /// Bytes kept while the owner decides about a publish request.
  std::size_t max_held_bytes = 128 * 1024;
  EnhancedCapabilities enhanced = {{"avc1", "hvc1", "av01", "vp09", "mp4a", ".mp3", "Opus", "fLaC"},
                                   2 | 4};
};

class ServerSession {
 public:
  /// `listener` must outlive the session.
  ServerSession(const ServerSessionOptions& options, ServerListener& listener,
                base::MonotonicTime now);
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  /// Takes bytes of the connection. After an error, or once finished(), send what take_output()
  /// has and close. Errors: kMalformed, kUnsupported, kLimit; no text holds a key.
  base::Expected<void> receive(base::ByteSpan input, base::MonotonicTime now);

  /// False while a publish request waits for its answer: stop reading the socket until then, for
  /// only max_held_bytes are kept.
  bool wants_input() const { return state_ != State::kDeciding; }

  /// Answers a publish request; a broken invariant if none waits. Bytes that came meanwhile are
  /// read at once, hence errors as of receive().
  base::Expected<void> accept_publish(base::MonotonicTime now);
  /// `description` is shown to the broadcaster. The session is finished.
  void reject_publish(PublishRefusal reason, std::string_view description);
  /// Ends a broadcast, or a connection before it, from our side. The session is finished.
  void end_publish(std::string_view description);

  /// True when nothing more will be read: flush the output, then close.
  bool finished() const { return state_ == State::kFinished; }
  bool is_publishing() const { return state_ == State::kPublishing; }

  /// When check_deadline() will fail if nothing happens; none while the owner decides or once
  /// finished.
  std::optional<base::MonotonicTime> deadline() const;
  /// kTimeout with a sentence once the deadline has passed.
  base::Expected<void> check_deadline(base::MonotonicTime now) const;

  bool has_output() const { return !output_.empty(); }
  /// Bytes to send, in order.
  base::Bytes take_output() { return std::exchange(output_, {}); }

  /// Everything received so far, in bytes.
  std::uint64_t received_bytes() const { return received_bytes_; }
  /// Messages and commands that were understood by nobody, or came too late.
  std::uint64_t ignored_messages() const { return ignored_messages_; }

 private:
  enum class State {
    kHandshake,
    kConnecting,  // connect is awaited
    kConnected,
    kDeciding,  // the owner has a publish request
    kPublishing,
    kFinished,
  };

  base::Expected<void> process(base::ByteSpan input, base::MonotonicTime now);
  base::Expected<void> hold(base::ByteSpan input);
  base::Expected<void> handle(RtmpMessage& message, base::MonotonicTime now);
  base::Expected<void> handle_media(RtmpMessage& message, base::MonotonicTime now);
  base::Expected<void> handle_aggregate(const RtmpMessage& message, base::MonotonicTime now);
  base::Expected<void> deliver(MediaMessage message, base::MonotonicTime now);
  base::Expected<void> handle_command(const RtmpMessage& message);
  base::Expected<void> handle_connect(const Command& command);
  void handle_publish(const Command& command, std::uint32_t stream_id);
  void handle_unpublish(bool announced);
  void handle_user_control(base::ByteSpan payload);

  void send(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
            base::ByteSpan payload);
  void send_command(std::uint32_t stream_id, const base::Bytes& payload);
  void send_number(MessageType type, std::uint32_t value);
  void acknowledge();

  ServerSessionOptions options_;
  ServerListener& listener_;
  State state_ = State::kHandshake;
  bool processing_ = false;
  ServerHandshake handshake_;
  ChunkReader reader_;
  ChunkWriter writer_;
  base::Bytes output_;
  base::Bytes held_;

  std::string app_;
  std::string tc_url_;
  std::uint32_t streams_created_ = 0;
  std::uint32_t publish_stream_ = 0;
  bool has_published_ = false;

  base::MonotonicTime start_;
  base::MonotonicTime last_media_;
  std::uint64_t received_bytes_ = 0;
  std::uint64_t acknowledged_bytes_ = 0;
  std::uint64_t peer_window_bytes_;
  std::uint64_t ignored_messages_ = 0;
};

}  // namespace wire::rtmp
