#include "wire/websocket/websocket_test_support.h"

#include <utility>

namespace wire::websocket::testing {
namespace {

/// Long payloads by their size and ends, so that a failed test can be read.
std::string shown(std::string_view payload) {
  if (payload.size() <= 60) return std::string(payload);
  return std::string(payload.substr(0, 4)) + "..." + std::to_string(payload.size()) + "..." +
         std::string(payload.substr(payload.size() - 4));
}

}  // namespace

std::string encode(const TestFrame& frame, Reader::Role role) {
  base::ByteWriter out;
  out.u8(static_cast<std::uint8_t>((frame.is_final ? 0x80 : 0) | (frame.reserved << 4) |
                                   frame.opcode));
  const std::uint64_t length = frame.announced.value_or(frame.payload.size());
  const bool masked = (role == Reader::Role::kServer) != frame.wrong_mask;
  const unsigned mask = masked ? 0x80 : 0;
  const unsigned octets = frame.length_octets != 0 ? frame.length_octets
                          : length < 126           ? 1
                          : length <= 0xffff       ? 2
                                                   : 8;
  if (octets == 1) {
    out.u8(static_cast<std::uint8_t>(length | mask));
  } else if (octets == 2) {
    out.u8(static_cast<std::uint8_t>(126 | mask));
    out.u16(static_cast<std::uint16_t>(length));
  } else {
    out.u8(static_cast<std::uint8_t>(127 | mask));
    out.u64(length);
  }
  base::Bytes payload(frame.payload.begin(), frame.payload.end());
  if (masked) {
    const MaskKey key = {0x37, 0xfa, 0x21, static_cast<std::uint8_t>(0x3d + length % 7)};
    out.bytes(key);
    for (std::size_t i = 0; i < payload.size(); ++i) {
      payload[i] = static_cast<std::uint8_t>(payload[i] ^ key[i % 4]);
    }
  }
  out.bytes(payload);
  return std::string(base::as_text(out.span()));
}

std::string encode(const std::vector<TestFrame>& frames, Reader::Role role) {
  std::string all;
  for (const TestFrame& frame : frames) all += encode(frame, role);
  return all;
}

void Recorder::on_text(std::string_view text) {
  octets += text.size();
  heard += "text(" + shown(text) + ")";
}
void Recorder::on_binary(base::ByteSpan data) {
  octets += data.size();
  heard += "binary(" + shown(base::as_text(data)) + ")";
}
void Recorder::on_ping(base::ByteSpan payload) {
  heard += "ping(" + shown(base::as_text(payload)) + ")";
}
void Recorder::on_pong(base::ByteSpan payload) {
  heard += "pong(" + shown(base::as_text(payload)) + ")";
}
void Recorder::on_close(std::optional<std::uint16_t> code, std::string_view reason) {
  heard += "close(" + (code ? std::to_string(*code) : std::string("-")) + "," + shown(reason) + ")";
}

std::string hear(Reader& reader, const std::vector<std::string_view>& pieces) {
  Recorder recorder;
  for (const std::string_view piece : pieces) {
    if (const auto result = reader.receive(base::as_bytes(piece), recorder); !result) {
      return recorder.heard + "fail(" + std::to_string(result.error().code) + ")";
    }
  }
  return std::move(recorder.heard);
}

}  // namespace wire::websocket::testing
