#include "wire/rtmp/client_session.h"

#include "base/check.h"

namespace wire::rtmp {
namespace {

constexpr std::uint32_t kControlChunks = 2;
constexpr std::uint32_t kConnectionChunks = 3;
constexpr std::uint32_t kStreamChunks = 5;
constexpr std::uint32_t kAudioChunks = 4;
constexpr std::uint32_t kVideoChunks = 6;

// Transaction ids of our commands, in the order in which they are sent.
constexpr double kConnect = 1;
constexpr double kReleaseStream = 2;
constexpr double kFcPublish = 3;
constexpr double kCreateStream = 4;
constexpr double kPublish = 5;
constexpr double kFcUnpublish = 6;
constexpr double kDeleteStream = 7;

constexpr std::uint16_t kPingRequest = 6;
constexpr std::uint16_t kPingResponse = 7;
constexpr double kMaxStreamId = 4'294'967'295.0;

std::uint32_t chunk_stream_of(MediaKind kind) {
  return kind == MediaKind::kVideo ? kVideoChunks : kAudioChunks;
}

}  // namespace

ClientSession::ClientSession(ClientSessionOptions options)
    : options_(std::move(options)), handshake_(options_.handshake_seed) {
  handshake_.start(output_);
}

base::Expected<void> ClientSession::receive(base::ByteSpan input) {
  received_bytes_ += input.size();
  if (!handshake_.done()) {
    auto used = handshake_.receive(input, output_);
    if (!used) return base::fail(std::move(used.error()));
    input = input.subspan(*used);
    if (!handshake_.done()) return {};
    send_command(0, connect_command(kConnect, options_.connect));
  }
  RtmpMessage message;
  while (true) {
    auto complete = reader_.read(input, message);
    if (!complete) return base::fail(std::move(complete.error()));
    if (!*complete) break;
    if (auto handled = handle(message); !handled) return handled;
  }
  acknowledge();
  return {};
}

base::Expected<void> ClientSession::handle(const RtmpMessage& message) {
  auto payload = message.payload.span();
  if (message.type == MessageType::kCommand) return handle_command(payload);
  base::ByteReader reader(payload);
  if (message.type == MessageType::kWindowAcknowledgementSize) {
    if (const std::uint32_t window = reader.u32(); window > 0) window_bytes_ = window;
  } else if (message.type == MessageType::kUserControl && reader.u16() == kPingRequest) {
    base::ByteWriter pong(6);
    pong.u16(kPingResponse);
    pong.u32(reader.u32());
    if (reader.ok()) send_control(MessageType::kUserControl, pong.span());
  }
  return {};  // nothing else concerns a publisher
}

base::Expected<void> ClientSession::handle_command(base::ByteSpan payload) {
  auto command = parse_command(payload);
  if (!command) return base::fail(std::move(command.error()));
  if (command->name == "_result") {
    handle_result(*command);
  } else if (command->name == "_error") {
    // Servers that do not know releaseStream or FCPublish say so; that refuses nothing.
    if (command->transaction != kReleaseStream && command->transaction != kFcPublish) {
      finish(State::kRefused, read_status(*command));
    }
  } else if (command->name == "onStatus") {
    handle_status(*command);
  }
  return {};
}

void ClientSession::handle_result(const Command& command) {
  if (state_ != State::kStarting) return;
  if (command.transaction == kConnect) {
    send_number(MessageType::kSetChunkSize, options_.chunk_size);
    writer_.set_chunk_size(options_.chunk_size);
    send_command(0, simple_command("releaseStream", kReleaseStream, {options_.stream_name}));
    send_command(0, simple_command("FCPublish", kFcPublish, {options_.stream_name}));
    send_command(0, simple_command("createStream", kCreateStream, {}));
  } else if (command.transaction == kCreateStream && stream_id_ == 0) {
    const double id = command.number(0);
    if (!(id >= 1 && id <= kMaxStreamId)) {
      finish(State::kRefused, {"error", "", "createStream was answered without a stream"});
      return;
    }
    stream_id_ = static_cast<std::uint32_t>(id);
    send_command(stream_id_, simple_command("publish", kPublish, {options_.stream_name, "live"}));
  }
}

void ClientSession::handle_status(const Command& command) {
  auto info = read_status(command);
  if (info.level == "error") {
    finish(state_ == State::kStarting ? State::kRefused : State::kEnded, std::move(info));
  } else if (info.code == "NetStream.Publish.Start" && state_ == State::kStarting) {
    finish(State::kPublishing, std::move(info));
  } else if (info.code == "NetStream.Unpublish.Success" && state_ == State::kPublishing) {
    finish(State::kEnded, std::move(info));
  }
}

void ClientSession::finish(State state, StatusInfo status) {
  if (state_ == State::kRefused || state_ == State::kEnded) return;  // the first reason counts
  state_ = state;
  status_ = std::move(status);
}

void ClientSession::send_media(MediaKind kind, std::uint32_t timestamp, base::ByteSpan payload) {
  CHECK(state_ == State::kPublishing);
  writer_.write(chunk_stream_of(kind), static_cast<MessageType>(kind), stream_id_, timestamp,
                payload, output_);
}

void ClientSession::send_media(MediaKind kind, std::uint32_t timestamp, const base::Slice& payload,
                               std::vector<base::Slice>& out) {
  CHECK(state_ == State::kPublishing);
  writer_.write(chunk_stream_of(kind), static_cast<MessageType>(kind), stream_id_, timestamp,
                payload, out);
}

void ClientSession::unpublish() {
  if (state_ != State::kPublishing) return;
  send_command(0, simple_command("FCUnpublish", kFcUnpublish, {options_.stream_name}));
  send_command(0, delete_stream_command(kDeleteStream, stream_id_));
  finish(State::kEnded, {"status", "NetStream.Unpublish.Success", ""});
}

void ClientSession::send_control(MessageType type, base::ByteSpan payload) {
  writer_.write(kControlChunks, type, 0, 0, payload, output_);
}

void ClientSession::send_number(MessageType type, std::uint32_t value) {
  base::ByteWriter writer(4);
  writer.u32(value);
  send_control(type, writer.span());
}

void ClientSession::send_command(std::uint32_t stream_id, const base::Bytes& payload) {
  writer_.write(stream_id == 0 ? kConnectionChunks : kStreamChunks, MessageType::kCommand,
                stream_id, 0, payload, output_);
}

void ClientSession::acknowledge() {
  if (received_bytes_ - acknowledged_bytes_ < window_bytes_) return;
  acknowledged_bytes_ = received_bytes_;
  send_number(MessageType::kAcknowledgement, static_cast<std::uint32_t>(received_bytes_));
}

}  // namespace wire::rtmp
