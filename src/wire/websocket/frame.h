// WebSocket frames as octets (RFC 6455 section 5.2), each one immutable slice made with one
// allocation: a server's text frame is made once and shared by everybody who gets it. Never
// fragmented, never with an extension. Pure functions; for every thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/slice.h"

namespace wire::websocket {

enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};

/// What may stand in a control frame, and in a close frame behind its code.
inline constexpr std::size_t kMaxControlPayload = 125;
inline constexpr std::size_t kMaxCloseReason = kMaxControlPayload - 2;

/// Close codes that the server uses (section 7.4.1).
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseUnsupportedData = 1003;
inline constexpr std::uint16_t kCloseInvalidText = 1007;
inline constexpr std::uint16_t kCloseTooBig = 1009;

// ---- a server's frames, unmasked --------------------------------------------------------------

/// `payload` must be UTF-8.
base::Slice text_frame(std::string_view payload);
/// A reason longer than kMaxCloseReason is cut between two characters. `code` must be one that may
/// be sent (is_close_code).
base::Slice close_frame(std::uint16_t code, std::string_view reason);
/// A close frame without code, as the answer to one.
base::Slice empty_close_frame();
/// At most kMaxControlPayload octets.
base::Slice ping_frame(base::ByteSpan payload = {});
base::Slice pong_frame(base::ByteSpan payload);

/// Whether a close frame may carry this code (section 7.4 and IANA's registry).
bool is_close_code(std::uint16_t code);

// ---- a client's frames, masked ----------------------------------------------------------------

using MaskKey = std::array<std::uint8_t, 4>;

/// Any frame of a client. `is_final` false: further fragments follow. The key should be random.
base::Slice masked_frame(Opcode opcode, base::ByteSpan payload, const MaskKey& key,
                         bool is_final = true);
/// Masks or unmasks (section 5.3) into `out`, which has the size of `in` and may be the same
/// octets. `offset`: how many octets of the frame's payload were before.
void apply_mask(base::ByteSpan in, std::span<std::uint8_t> out, const MaskKey& key,
                std::uint64_t offset = 0);

}  // namespace wire::websocket
