#include "control/viewer_session.h"

#include <algorithm>

#include "base/base64url.h"
#include "base/bytes.h"

namespace control {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr std::size_t kTag = 16;
constexpr std::size_t kNonce = 8;
constexpr std::size_t kMaxText = 3000;
constexpr std::uint8_t kStrict = 1;

}  // namespace

base::Sha256Digest ViewerSessionSigner::tag(base::ByteSpan payload, std::string_view channel) {
  base::ByteWriter message(channel.size() + 1 + payload.size());
  message.text(channel);
  message.u8(0);
  message.bytes(payload);
  return hmac_.sign(message.span());
}

// form, flags, issued (4), height (2), version (8), nonce (8), viewer (1 + n), origins (1 + each
// 2 + n), tag (16).
std::string ViewerSessionSigner::sign(const ViewerSession& session, std::string_view channel) {
  base::ByteWriter out(64);
  out.u8(kForm);
  out.u8(session.strict_origin ? kStrict : 0);
  out.u32(static_cast<std::uint32_t>(session.issued_at));
  out.u16(static_cast<std::uint16_t>(session.max_height.value_or(0)));
  out.u64(static_cast<std::uint64_t>(session.version));
  out.bytes(base::random_octets(kNonce));
  out.u8(static_cast<std::uint8_t>(session.viewer.size()));
  out.text(session.viewer);
  if (session.strict_origin) {
    out.u8(static_cast<std::uint8_t>(session.origins.size()));
    for (const std::string& origin : session.origins) {
      out.u16(static_cast<std::uint16_t>(origin.size()));
      out.text(origin);
    }
  }
  const base::Sha256Digest digest = tag(out.span(), channel);
  out.bytes(base::ByteSpan(digest).first(kTag));
  return base::to_base64url(out.span());
}

std::optional<ViewerSession> ViewerSessionSigner::open(std::string_view text,
                                                       std::string_view channel) {
  if (text.size() > kMaxText) return std::nullopt;
  const auto octets = base::from_base64url(text);
  if (!octets || octets->size() <= kTag) return std::nullopt;
  const base::ByteSpan payload = base::ByteSpan(*octets).first(octets->size() - kTag);
  const base::Sha256Digest digest = tag(payload, channel);
  if (!base::equal_in_constant_time(base::ByteSpan(digest).first(kTag),
                                    base::ByteSpan(*octets).last(kTag))) {
    return std::nullopt;
  }
  base::ByteReader in(payload);
  ViewerSession session;
  const std::uint8_t form = in.u8();
  session.strict_origin = (in.u8() & kStrict) != 0;
  session.issued_at = in.u32();
  if (const std::uint16_t height = in.u16(); height != 0) session.max_height = height;
  session.version = static_cast<std::int64_t>(in.u64());
  in.skip(kNonce);
  session.viewer = in.text(in.u8());
  if (session.strict_origin) {
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      session.origins.emplace_back(in.text(in.u16()));
    }
  }
  if (form != kForm || !in.at_end()) return std::nullopt;
  return session;
}

}  // namespace control
