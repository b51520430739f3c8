#include "wire/rtmp/server_session.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "wire/rtmp/stream_name.h"

namespace wire::rtmp {
namespace {

// Chunk streams as other servers use them; a peer takes any.
constexpr std::uint32_t kControlChunks = 2;
constexpr std::uint32_t kConnectionChunks = 3;
constexpr std::uint32_t kStreamChunks = 5;

constexpr std::size_t kMaxOutputBytes = 128 * 1024;
constexpr std::uint32_t kMaxStreams = 16;
constexpr std::uint8_t kDynamicLimit = 2;  // Set Peer Bandwidth, section 5.4.5

// User control events, section 7.1.7.
constexpr std::uint16_t kStreamBegin = 0;
constexpr std::uint16_t kPingRequest = 6;
constexpr std::uint16_t kPingResponse = 7;

std::string_view status_code(PublishRefusal reason) {
  switch (reason) {
    case PublishRefusal::kBadName:
      return "NetStream.Publish.BadName";
    case PublishRefusal::kDenied:
      return "NetStream.Publish.Denied";
    case PublishRefusal::kRejected:
      return "NetStream.Publish.Rejected";
    case PublishRefusal::kConnectRejected:
      return "NetConnection.Connect.Rejected";
  }
  return "NetStream.Publish.Denied";
}

base::Bytes user_control(std::uint16_t event, std::uint32_t value) {
  base::ByteWriter writer(6);
  writer.u16(event);
  writer.u32(value);
  return writer.take();
}

}  // namespace

ServerSession::ServerSession(const ServerSessionOptions& options, ServerListener& listener,
                             base::MonotonicTime now)
    : options_(options),
      listener_(listener),
      handshake_(options.handshake_seed),
      reader_(options.limits_before),
      start_(now),
      last_media_(now),
      peer_window_bytes_(options.window_bytes) {}

base::Expected<void> ServerSession::receive(base::ByteSpan input, base::MonotonicTime now) {
  CHECK(!processing_);
  received_bytes_ += input.size();
  if (state_ == State::kFinished) return {};
  if (state_ == State::kDeciding) return hold(input);
  return process(input, now);
}

base::Expected<void> ServerSession::hold(base::ByteSpan input) {
  if (held_.size() + input.size() > options_.max_held_bytes) {
    return base::fail(base::ErrorCode::kLimit,
                      "more than " + std::to_string(options_.max_held_bytes) +
                          " bytes sent before the publish request was answered");
  }
  held_.insert(held_.end(), input.begin(), input.end());
  return {};
}

base::Expected<void> ServerSession::process(base::ByteSpan input, base::MonotonicTime now) {
  processing_ = true;
  auto result = [&]() -> base::Expected<void> {
    if (state_ == State::kHandshake) {
      auto used = handshake_.receive(input, output_);
      if (!used) return base::fail(std::move(used.error()));
      input = input.subspan(*used);
      if (!handshake_.done()) return {};
      state_ = State::kConnecting;
    }
    RtmpMessage message;
    while (state_ != State::kFinished) {
      if (state_ == State::kDeciding) return hold(input);
      auto complete = reader_.read(input, message);
      if (!complete) return base::fail(std::move(complete.error()));
      if (!*complete) return {};
      if (auto handled = handle(message, now); !handled) return handled;
      if (output_.size() > kMaxOutputBytes) {
        return base::fail(base::ErrorCode::kLimit, "commands faster than their answers are read");
      }
    }
    return {};
  }();
  processing_ = false;
  if (result) acknowledge();
  return result;
}

base::Expected<void> ServerSession::handle(RtmpMessage& message, base::MonotonicTime now) {
  switch (message.type) {
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kData:
    case MessageType::kDataAmf3:
      return handle_media(message, now);
    case MessageType::kAggregate:
      return handle_aggregate(message, now);
    case MessageType::kCommand:
    case MessageType::kCommandAmf3:
      return handle_command(message);
    case MessageType::kUserControl:
      handle_user_control(message.payload.span());
      return {};
    case MessageType::kWindowAcknowledgementSize: {
      base::ByteReader reader(message.payload.span());
      if (const std::uint32_t window = reader.u32(); window > 0) peer_window_bytes_ = window;
      return {};
    }
    case MessageType::kAcknowledgement:
    case MessageType::kSetPeerBandwidth:  // we send too little for either to matter
      return {};
    default:
      ++ignored_messages_;
      return {};
  }
}

base::Expected<void> ServerSession::handle_media(RtmpMessage& message, base::MonotonicTime now) {
  MediaMessage media;
  media.timestamp = message.timestamp;
  media.payload = std::move(message.payload);
  if (message.type == MessageType::kDataAmf3) {
    // AMF3 data begins with a format byte; encoders put 0 there and go on in AMF0.
    if (media.payload.empty() || media.payload.span()[0] != 0) {
      ++ignored_messages_;
      return {};
    }
    media.kind = MediaKind::kData;
    media.payload = media.payload.sub(1);
  } else {
    media.kind = static_cast<MediaKind>(message.type);
  }
  return deliver(std::move(media), now);
}

base::Expected<void> ServerSession::deliver(MediaMessage message, base::MonotonicTime now) {
  if (state_ == State::kPublishing) {
    last_media_ = now;
    listener_.on_media(std::move(message));
    return {};
  }
  // Encoders may describe themselves early, and finish sending what they had when they ended.
  if (message.kind == MediaKind::kData || has_published_) {
    ++ignored_messages_;
    return {};
  }
  return base::fail(base::ErrorCode::kMalformed, "media before a publish request");
}

// Section 7.1.6: FLV tags in one message; times count from the first tag's.
base::Expected<void> ServerSession::handle_aggregate(const RtmpMessage& message,
                                                     base::MonotonicTime now) {
  constexpr std::size_t kTagHeaderBytes = 11;
  constexpr std::size_t kBackPointerBytes = 4;
  base::ByteReader reader(message.payload.span());
  std::optional<std::uint32_t> first;
  while (reader.remaining() >= kTagHeaderBytes && state_ != State::kFinished) {
    const std::uint8_t type = reader.u8();
    const std::uint32_t size = reader.u24();
    const std::uint32_t low = reader.u24();
    const std::uint32_t time = static_cast<std::uint32_t>(reader.u8()) << 24 | low;
    reader.skip(3);
    const std::size_t begin = reader.position();
    reader.skip(size);
    if (!reader.ok()) {
      return base::fail(base::ErrorCode::kMalformed, "an aggregate message ends inside a tag of " +
                                                         std::to_string(size) + " bytes");
    }
    if (!first) first = time;
    if (type == 8 || type == 9 || type == 18) {
      auto delivered = deliver({static_cast<MediaKind>(type), message.timestamp + (time - *first),
                                message.payload.sub(begin, size)},
                               now);
      if (!delivered) return delivered;
    } else {
      ++ignored_messages_;
    }
    if (reader.remaining() >= kBackPointerBytes) reader.skip(kBackPointerBytes);
  }
  return {};
}

base::Expected<void> ServerSession::handle_command(const RtmpMessage& message) {
  auto payload = message.payload.span();
  // An AMF3 command begins with a format byte; 0, as encoders send it, means AMF0.
  if (message.type == MessageType::kCommandAmf3 && !payload.empty() && payload[0] == 0) {
    payload = payload.subspan(1);
  }
  auto parsed = parse_command(payload);
  if (!parsed) return base::fail(std::move(parsed.error()));
  const Command& command = *parsed;
  const std::string_view name = command.name;
  if (name == "connect") return handle_connect(command);
  if (state_ == State::kConnecting) {
    return base::fail(base::ErrorCode::kMalformed, "a command before connect");
  }
  if (name == "publish") {
    handle_publish(command, message.stream_id);
  } else if (name == "createStream") {
    if (streams_created_ == kMaxStreams) {
      return base::fail(base::ErrorCode::kLimit, "more than 16 message streams");
    }
    send_command(0, number_result(command.transaction, ++streams_created_));
  } else if (name == "releaseStream" || name == "_checkbw") {
    if (command.transaction > 0) send_command(0, null_result(command.transaction));
  } else if (name == "FCPublish") {
    // Some encoders wait for onFCPublish before they publish; the key is judged at publish.
    if (command.transaction > 0) send_command(0, null_result(command.transaction));
    send_command(0, status("onFCPublish", "status", "NetStream.Publish.Start", ""));
  } else if (name == "FCUnpublish") {
    if (command.transaction > 0) send_command(0, null_result(command.transaction));
    handle_unpublish(true);
  } else if (name == "closeStream") {
    handle_unpublish(false);
  } else if (name == "deleteStream") {
    // GStreamer gives the stream's name here instead of its number.
    const double id = command.number(0);
    if (id == 0 || id == publish_stream_) handle_unpublish(false);
  } else if (name == "getStreamLength") {
    send_command(0, number_result(command.transaction, 0));
  } else if (name == "play" || name == "play2") {
    send_command(message.stream_id, status("onStatus", "error", "NetStream.Play.Failed",
                                           "Playing over RTMP is not offered."));
  } else {
    ++ignored_messages_;
  }
  return {};
}

base::Expected<void> ServerSession::handle_connect(const Command& command) {
  if (state_ != State::kConnecting) {
    return base::fail(base::ErrorCode::kMalformed, "a second connect");
  }
  const auto info = read_connect(command);
  app_ = info.app;
  tc_url_ = info.tc_url;
  state_ = State::kConnected;
  send_number(MessageType::kWindowAcknowledgementSize, options_.window_bytes);
  base::ByteWriter bandwidth(5);
  bandwidth.u32(options_.window_bytes);
  bandwidth.u8(kDynamicLimit);
  send(kControlChunks, MessageType::kSetPeerBandwidth, 0, bandwidth.span());
  send_number(MessageType::kSetChunkSize, options_.chunk_size);
  writer_.set_chunk_size(options_.chunk_size);
  send_command(0,
               connect_result(command.transaction, info.enhanced ? &options_.enhanced : nullptr));
  listener_.on_connect(info);
  return {};
}

void ServerSession::handle_publish(const Command& command, std::uint32_t stream_id) {
  if (state_ == State::kPublishing) {
    send_command(stream_id, status("onStatus", "error", "NetStream.Publish.BadName",
                                   "This connection is publishing already."));
    return;
  }
  auto target = publish_target(app_, tc_url_, command.text(0));
  PublishRequest request;
  request.app = std::move(target.app);
  request.stream_name = std::move(target.stream_name);
  request.type = command.text(1).empty() ? std::string_view("live") : command.text(1);
  publish_stream_ = stream_id;
  state_ = State::kDeciding;
  listener_.on_publish(request);
}

void ServerSession::handle_unpublish(bool announced) {
  if (state_ != State::kPublishing) return;  // the usual second half of FCUnpublish, deleteStream
  state_ = State::kConnected;
  if (announced) {
    send_command(0, status("onFCUnpublish", "status", "NetStream.Unpublish.Success", ""));
  }
  send_command(publish_stream_, status("onStatus", "status", "NetStream.Unpublish.Success",
                                       "Publishing has ended."));
  listener_.on_unpublish();
}

void ServerSession::handle_user_control(base::ByteSpan payload) {
  base::ByteReader reader(payload);
  const std::uint16_t event = reader.u16();
  const std::uint32_t value = reader.u32();
  if (reader.ok() && event == kPingRequest) {
    send(kControlChunks, MessageType::kUserControl, 0, user_control(kPingResponse, value));
  }
}

base::Expected<void> ServerSession::accept_publish(base::MonotonicTime now) {
  CHECK(state_ == State::kDeciding);
  state_ = State::kPublishing;
  has_published_ = true;
  last_media_ = now;
  reader_.set_limits(options_.limits_publishing);
  send(kControlChunks, MessageType::kUserControl, 0, user_control(kStreamBegin, publish_stream_));
  send_command(publish_stream_,
               status("onStatus", "status", "NetStream.Publish.Start", "Publishing has begun."));
  if (processing_) return {};  // called from on_publish: the loop around it goes on
  const base::Bytes held = std::exchange(held_, {});
  return process(held, now);
}

void ServerSession::reject_publish(PublishRefusal reason, std::string_view description) {
  CHECK(state_ == State::kDeciding);
  send_command(publish_stream_, status("onStatus", "error", status_code(reason), description));
  state_ = State::kFinished;
  held_ = {};
}

void ServerSession::end_publish(std::string_view description) {
  if (state_ == State::kPublishing) {
    send_command(publish_stream_,
                 status("onStatus", "status", "NetStream.Unpublish.Success", description));
  }
  if (state_ != State::kHandshake && state_ != State::kConnecting && state_ != State::kFinished) {
    send_command(0, status("onStatus", "error", "NetConnection.Connect.Closed", description));
  }
  state_ = State::kFinished;
  held_ = {};
}

std::optional<base::MonotonicTime> ServerSession::deadline() const {
  switch (state_) {
    case State::kHandshake:
      return start_ + options_.handshake_timeout;
    case State::kConnecting:
      return start_ + options_.publish_timeout;
    case State::kConnected:
      return (has_published_ ? last_media_ : start_) + options_.publish_timeout;
    case State::kPublishing:
      return last_media_ + options_.silence_timeout;
    case State::kDeciding:
    case State::kFinished:
      return std::nullopt;
  }
  return std::nullopt;
}

base::Expected<void> ServerSession::check_deadline(base::MonotonicTime now) const {
  const auto limit = deadline();
  if (!limit || now < *limit) return {};
  const char* what = state_ == State::kHandshake    ? "the handshake was not finished in time"
                     : state_ == State::kPublishing ? "the publisher fell silent"
                                                    : "no publish request came in time";
  return base::fail(base::ErrorCode::kTimeout, what);
}

void ServerSession::send(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
                         base::ByteSpan payload) {
  writer_.write(chunk_stream, type, stream_id, 0, payload, output_);
}

void ServerSession::send_command(std::uint32_t stream_id, const base::Bytes& payload) {
  send(stream_id == 0 ? kConnectionChunks : kStreamChunks, MessageType::kCommand, stream_id,
       payload);
}

void ServerSession::send_number(MessageType type, std::uint32_t value) {
  base::ByteWriter writer(4);
  writer.u32(value);
  send(kControlChunks, type, 0, writer.span());
}

// Section 5.4.3: the sequence number is the count of bytes so far, in 32 bits.
void ServerSession::acknowledge() {
  if (state_ == State::kHandshake || state_ == State::kFinished ||
      received_bytes_ - acknowledged_bytes_ < peer_window_bytes_) {
    return;
  }
  acknowledged_bytes_ = received_bytes_;
  send_number(MessageType::kAcknowledgement, static_cast<std::uint32_t>(received_bytes_));
}

}  // namespace wire::rtmp
