// Frames right and wrong for tests of the reader, and a listener that writes down what it hears.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/websocket/reader.h"

namespace wire::websocket::testing {

/// A frame, however wrong.
struct TestFrame {
  std::uint8_t opcode = 1;
  std::string payload = {};
  bool is_final = true;
  std::uint8_t reserved = 0;  // the three bits
  /// Octets of the length, 0: as short as possible.
  unsigned length_octets = 0;
  /// Another length than the payload's.
  std::optional<std::uint64_t> announced = std::nullopt;
  /// Masked although it should not be, or the other way round.
  bool wrong_mask = false;
};

/// As the peer of `role` sends it.
std::string encode(const TestFrame& frame, Reader::Role role);
std::string encode(const std::vector<TestFrame>& frames, Reader::Role role);

/// "text(hello)ping()close(1000,bye)".
struct Recorder final : Reader::Listener {
  std::string heard;
  std::size_t octets = 0;  // of messages

  void on_text(std::string_view text) override;
  void on_binary(base::ByteSpan data) override;
  void on_ping(base::ByteSpan payload) override;
  void on_pong(base::ByteSpan payload) override;
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override;
};

/// What a reader makes of these pieces, with "fail(code)" at the end if it failed.
std::string hear(Reader& reader, const std::vector<std::string_view>& pieces);

}  // namespace wire::websocket::testing
