#include "wire/websocket/reader.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/utf8_checker.h"

namespace wire::websocket {
namespace {

constexpr std::size_t kMaxHeader = 14;
/// Masked frames up to this size are unmasked on the stack when they arrive whole.
constexpr std::size_t kSmallPayload = 4096;

bool is_control(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 0x8U) != 0;
}

std::unexpected<Failure> fail(std::uint16_t code, std::string_view reason) {
  return std::unexpected(Failure{code, reason});
}

bool is_text(base::ByteSpan payload) {
  base::Utf8Checker checker;
  return checker.add(payload) && checker.is_complete();
}

}  // namespace

struct Reader::Header {
  Opcode opcode = Opcode::kText;
  bool is_final = false;
  std::size_t size = 0;    // of the header
  std::size_t length = 0;  // of the payload
  std::optional<MaskKey> key;
};

struct Reader::Partial {
  // The header as it comes in.
  std::array<std::uint8_t, kMaxHeader> header_octets{};
  std::size_t header_size = 0;
  // Then its payload.
  std::optional<Header> header;
  std::size_t taken = 0;
  std::array<std::uint8_t, kMaxControlPayload> control{};
  // The message, which other frames may interrupt.
  std::optional<Opcode> message_kind;
  base::Bytes message;
  base::Utf8Checker utf8;

  base::ByteSpan header_span() const { return base::ByteSpan(header_octets).first(header_size); }
  void begin_frame() {
    header_size = 0;
    header.reset();
    taken = 0;
  }
};

Reader::Reader(Role role, std::uint32_t max_message, Binary binary)
    : max_message_(max_message), role_(role), binary_(binary) {}

Reader::~Reader() = default;

std::expected<void, Failure> Reader::receive(base::ByteSpan data, Listener& listener) {
  while (!data.empty() && !ended_) {
    if (partial_ == nullptr) {
      const auto whole = take_whole_frame(data, listener);
      if (!whole) {
        ended_ = true;
        return std::unexpected(whole.error());
      }
      if (*whole) continue;
      partial_ = std::make_unique<Partial>();
    }
    if (const auto part = take_part(data, listener); !part) {
      ended_ = true;
      partial_.reset();
      return part;
    }
  }
  if (ended_) partial_.reset();
  return {};
}

// Section 5.2. Nothing as long as the header has not come whole; but what is wrong with the octets
// that are there is found now.
std::expected<std::optional<Reader::Header>, Failure> Reader::parse_header(
    base::ByteSpan octets) const {
  base::ByteReader reader(octets);
  const std::uint8_t first = reader.u8();
  if (!reader.ok()) return std::nullopt;
  Header header;
  header.is_final = (first & 0x80) != 0;
  if ((first & 0x70) != 0) return fail(kCloseProtocolError, "A reserved bit is set.");
  header.opcode = static_cast<Opcode>(first & 0x0f);
  const std::optional<Opcode> open =
      partial_ != nullptr ? partial_->message_kind : std::optional<Opcode>();
  switch (header.opcode) {
    case Opcode::kContinuation:
      if (!open) return fail(kCloseProtocolError, "There is no message to be continued.");
      break;
    case Opcode::kBinary:
    case Opcode::kText:
      if (open) return fail(kCloseProtocolError, "A message begins inside another.");
      if (header.opcode == Opcode::kBinary && binary_ == Binary::kRefuse) {
        return fail(kCloseUnsupportedData, "Only text is understood here.");
      }
      break;
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      if (!header.is_final) return fail(kCloseProtocolError, "A control frame is fragmented.");
      break;
    default:
      return fail(kCloseProtocolError, "A reserved opcode was used.");
  }

  const std::uint8_t second = reader.u8();
  if (!reader.ok()) return std::nullopt;
  const bool is_masked = (second & 0x80) != 0;
  if (is_masked != (role_ == Role::kServer)) {
    return fail(kCloseProtocolError,
                is_masked ? "A server's frame is masked." : "A client's frame is not masked.");
  }
  std::uint64_t length = second & 0x7f;
  if (is_control(header.opcode) && length > kMaxControlPayload) {
    return fail(kCloseProtocolError, "A control frame is too long.");
  }
  if (length == 126) {
    length = reader.u16();
    if (reader.ok() && length < 126) return fail(kCloseProtocolError, "A length is not minimal.");
  } else if (length == 127) {
    length = reader.u64();
    if (reader.ok() && length <= 0xffff) {
      return fail(kCloseProtocolError, "A length is not minimal.");
    }
    if ((length >> 63) != 0) return fail(kCloseProtocolError, "A length is negative.");
  }
  if (!reader.ok()) return std::nullopt;
  if (!is_control(header.opcode)) {
    const std::size_t before = partial_ != nullptr ? partial_->message.size() : 0;
    if (length > max_message_ - before) return fail(kCloseTooBig, "The message is too big.");
  }
  header.length = static_cast<std::size_t>(length);
  if (is_masked) {
    const base::ByteSpan key = reader.bytes(4);
    if (!reader.ok()) return std::nullopt;
    std::ranges::copy(key, header.key.emplace().begin());
  }
  header.size = reader.position();
  return header;
}

// The common case, and the fast one: a frame that is a message, or a control frame, has come in one
// piece. False, and nothing taken, if this is something else.
std::expected<bool, Failure> Reader::take_whole_frame(base::ByteSpan& data, Listener& listener) {
  const auto parsed = parse_header(data.first(std::min(data.size(), kMaxHeader)));
  if (!parsed) return std::unexpected(parsed.error());
  if (!*parsed) return false;
  const Header& header = **parsed;
  if (!header.is_final || data.size() - header.size < header.length) return false;
  base::ByteSpan payload = data.subspan(header.size, header.length);
  data = data.subspan(header.size + header.length);

  std::array<std::uint8_t, kSmallPayload> small;
  base::Bytes large;
  if (header.key) {
    std::span<std::uint8_t> clear = std::span(small).first(std::min(small.size(), payload.size()));
    if (payload.size() > small.size()) {
      large.resize(payload.size());
      clear = large;
    }
    apply_mask(payload, clear, *header.key);
    payload = clear;
  }
  if (is_control(header.opcode)) {
    if (const auto done = deliver_control(header.opcode, payload, listener); !done) {
      return std::unexpected(done.error());
    }
  } else if (header.opcode == Opcode::kBinary) {
    listener.on_binary(payload);
  } else {
    if (!is_text(payload)) return fail(kCloseInvalidText, "The text is not UTF-8.");
    listener.on_text(base::as_text(payload));
  }
  return true;
}

std::expected<void, Failure> Reader::take_part(base::ByteSpan& data, Listener& listener) {
  Partial& partial = *partial_;
  if (!partial.header) {
    if (const auto taken = take_header_octet(data); !taken) return taken;
    if (!partial.header) return {};
    if (!is_control(partial.header->opcode) && partial.header->opcode != Opcode::kContinuation) {
      partial.message_kind = partial.header->opcode;
    }
  }
  const Header& header = *partial.header;
  const base::ByteSpan part = data.first(std::min(data.size(), header.length - partial.taken));
  data = data.subspan(part.size());

  std::span<std::uint8_t> to;
  if (is_control(header.opcode)) {
    to = std::span(partial.control).subspan(partial.taken, part.size());
  } else {
    const std::size_t before = partial.message.size();
    partial.message.resize(before + part.size());
    to = std::span(partial.message).subspan(before);
  }
  if (header.key) {
    apply_mask(part, to, *header.key, partial.taken);
  } else {
    std::ranges::copy(part, to.begin());
  }
  partial.taken += part.size();
  if (!is_control(header.opcode) && partial.message_kind == Opcode::kText &&
      !partial.utf8.add(to)) {
    return fail(kCloseInvalidText, "The text is not UTF-8.");
  }
  return partial.taken == header.length ? finish_frame(listener) : std::expected<void, Failure>();
}

std::expected<void, Failure> Reader::take_header_octet(base::ByteSpan& data) {
  Partial& partial = *partial_;
  partial.header_octets.at(partial.header_size++) = data.front();
  data = data.subspan(1);
  auto parsed = parse_header(partial.header_span());
  if (!parsed) return std::unexpected(parsed.error());
  partial.header = *parsed;
  return {};
}

std::expected<void, Failure> Reader::finish_frame(Listener& listener) {
  Partial& partial = *partial_;
  const Header header = *partial.header;
  if (is_control(header.opcode)) {
    const auto done = deliver_control(
        header.opcode, base::ByteSpan(partial.control).first(header.length), listener);
    partial.begin_frame();
    if (!partial.message_kind) partial_.reset();
    return done;
  }
  partial.begin_frame();
  if (!header.is_final) return {};
  const std::unique_ptr<Partial> done = std::move(partial_);
  if (done->message_kind == Opcode::kBinary) {
    listener.on_binary(done->message);
    return {};
  }
  if (!done->utf8.is_complete()) return fail(kCloseInvalidText, "The text is not UTF-8.");
  listener.on_text(base::as_text(done->message));
  return {};
}

// Sections 5.5 and 7.4.
std::expected<void, Failure> Reader::deliver_control(Opcode opcode, base::ByteSpan payload,
                                                     Listener& listener) {
  if (opcode == Opcode::kPing) {
    listener.on_ping(payload);
    return {};
  }
  if (opcode == Opcode::kPong) {
    listener.on_pong(payload);
    return {};
  }
  if (payload.empty()) {
    ended_ = true;
    listener.on_close(std::nullopt, {});
    return {};
  }
  base::ByteReader reader(payload);
  const std::uint16_t code = reader.u16();
  if (!reader.ok()) return fail(kCloseProtocolError, "A close frame holds half a code.");
  if (!is_close_code(code)) return fail(kCloseProtocolError, "That close code is never sent.");
  const base::ByteSpan reason = reader.rest();
  if (!is_text(reason)) return fail(kCloseInvalidText, "The reason is not UTF-8.");
  ended_ = true;
  listener.on_close(code, base::as_text(reason));
  return {};
}

}  // namespace wire::websocket
