#include "wire/websocket/frame.h"

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "base/utf8.h"

namespace wire::websocket {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kMasked = 0x80;

struct Header {
  std::array<std::uint8_t, 14> octets;
  std::size_t size = 0;

  void add(std::uint8_t octet) { octets.at(size++) = octet; }
  void add_number(std::uint64_t value, unsigned count) {
    while (count-- > 0) add(static_cast<std::uint8_t>(value >> (8 * count)));
  }
  base::ByteSpan span() const { return base::ByteSpan(octets).first(size); }
};

// The shortest of the three forms of a length, as the standard demands.
Header header_of(Opcode opcode, std::size_t payload, bool is_final, const MaskKey* key) {
  Header header;
  header.add(static_cast<std::uint8_t>(static_cast<unsigned>(opcode) | (is_final ? kFinal : 0U)));
  const unsigned mask = key != nullptr ? kMasked : 0U;
  const auto add_second = [&](std::size_t value) {
    header.add(static_cast<std::uint8_t>(value | mask));
  };
  if (payload < 126) {
    add_second(payload);
  } else if (payload <= 0xffff) {
    add_second(126);
    header.add_number(payload, 2);
  } else {
    add_second(127);
    header.add_number(payload, 8);
  }
  if (key != nullptr) {
    for (const std::uint8_t octet : *key) header.add(octet);
  }
  return header;
}

struct Frame {
  std::shared_ptr<std::uint8_t[]> owner;
  std::span<std::uint8_t> octets;
  std::span<std::uint8_t> payload;  // the end of `octets`, not written yet
};

Frame begin_frame(Opcode opcode, std::size_t payload, bool is_final = true,
                  const MaskKey* key = nullptr) {
  const Header header = header_of(opcode, payload, is_final, key);
  Frame frame;
  frame.owner = std::make_shared_for_overwrite<std::uint8_t[]>(header.size + payload);
  frame.octets = std::span(frame.owner.get(), header.size + payload);
  std::ranges::copy(header.span(), frame.octets.begin());
  frame.payload = frame.octets.subspan(header.size);
  return frame;
}

base::Slice finish_frame(Frame frame) {
  return base::Slice(std::shared_ptr<const void>(std::move(frame.owner)), frame.octets);
}

base::Slice server_frame(Opcode opcode, base::ByteSpan payload) {
  Frame frame = begin_frame(opcode, payload.size());
  std::ranges::copy(payload, frame.payload.begin());
  return finish_frame(std::move(frame));
}

std::string_view cut_to(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t kept = 0;
  while (kept < limit) {
    const std::size_t length = base::utf8_length(text.substr(kept));
    if (length == 0 || kept + length > limit) break;
    kept += length;
  }
  return text.substr(0, kept);
}

}  // namespace

base::Slice text_frame(std::string_view payload) {
  return server_frame(Opcode::kText, base::as_bytes(payload));
}

base::Slice close_frame(std::uint16_t code, std::string_view reason) {
  DCHECK(is_close_code(code));
  const std::string_view text = cut_to(reason, kMaxCloseReason);
  Frame frame = begin_frame(Opcode::kClose, 2 + text.size());
  frame.payload[0] = static_cast<std::uint8_t>(code >> 8);
  frame.payload[1] = static_cast<std::uint8_t>(code);
  std::ranges::copy(base::as_bytes(text), frame.payload.subspan(2).begin());
  return finish_frame(std::move(frame));
}

base::Slice empty_close_frame() {
  static constexpr std::array<std::uint8_t, 2> kFrame = {0x88, 0x00};
  return base::Slice::unowned(base::ByteSpan(kFrame));
}

base::Slice ping_frame(base::ByteSpan payload) {
  CHECK(payload.size() <= kMaxControlPayload);
  if (payload.empty()) {
    static constexpr std::array<std::uint8_t, 2> kFrame = {0x89, 0x00};
    return base::Slice::unowned(base::ByteSpan(kFrame));
  }
  return server_frame(Opcode::kPing, payload);
}

base::Slice pong_frame(base::ByteSpan payload) {
  CHECK(payload.size() <= kMaxControlPayload);
  return server_frame(Opcode::kPong, payload);
}

// 1004 to 1006 and 1015 stand for things that are never sent; 1012 to 1014 were registered after
// the standard; 3000 to 4999 are for applications.
bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

base::Slice masked_frame(Opcode opcode, base::ByteSpan payload, const MaskKey& key, bool is_final) {
  Frame frame = begin_frame(opcode, payload.size(), is_final, &key);
  apply_mask(payload, frame.payload, key);
  return finish_frame(std::move(frame));
}

void apply_mask(base::ByteSpan in, std::span<std::uint8_t> out, const MaskKey& key,
                std::uint64_t offset) {
  DCHECK(in.size() == out.size());
  // The key over and over, as long as a vector register: the inner loop becomes one instruction.
  constexpr std::size_t kBlock = 16;
  std::array<std::uint8_t, kBlock> pattern;
  for (std::size_t i = 0; i < kBlock; ++i) {
    pattern[i] = key[static_cast<std::size_t>((offset + i) % key.size())];
  }
  std::size_t at = 0;
  for (; in.size() - at >= kBlock; at += kBlock) {
    const auto from = in.subspan(at).first<kBlock>();
    const auto to = out.subspan(at).first<kBlock>();
    std::array<std::uint8_t, kBlock> block;
    for (std::size_t i = 0; i < kBlock; ++i) {
      block[i] = static_cast<std::uint8_t>(from[i] ^ pattern[i]);
    }
    std::ranges::copy(block, to.begin());
  }
  for (std::size_t i = 0; at < in.size(); ++at, ++i) {
    out[at] = static_cast<std::uint8_t>(in[at] ^ pattern[i]);
  }
}

}  // namespace wire::websocket
