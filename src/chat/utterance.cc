#include "chat/utterance.h"

#include <string_view>
#include <utility>

#include "base/check.h"

namespace chat {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kRemovalFlag = 1;

void write_name(base::ByteWriter& out, std::string_view text) {
  CHECK(text.size() <= UtteranceLimits::kName);
  out.u16(static_cast<std::uint16_t>(text.size()));
  out.text(text);
}

void write_payload(base::ByteWriter& out, std::string_view text) {
  CHECK(text.size() <= UtteranceLimits::kPayload);
  out.u32(static_cast<std::uint32_t>(text.size()));
  out.text(text);
}

std::string read_text(base::ByteReader& in, std::size_t size, std::size_t limit) {
  if (size > limit) in.set_failed();
  return std::string(in.text(size));
}

}  // namespace

base::Slice serialise(const Utterance& utterance) {
  base::ByteWriter out(64 + utterance.user_id.size() + utterance.payload.size() +
                       utterance.notice.size());
  out.u8(kVersion);
  out.u8(static_cast<std::uint8_t>(utterance.kind));
  out.u8(utterance.is_removal ? kRemovalFlag : 0);
  out.u64(utterance.ticket);
  out.u64(static_cast<std::uint64_t>(utterance.at.time_since_epoch().count()));
  write_name(out, utterance.id);
  write_name(out, utterance.user_id);
  write_name(out, utterance.about);
  write_payload(out, utterance.payload);
  write_payload(out, utterance.notice);
  return base::Slice::take(out.take());
}

base::Expected<Utterance> parse_utterance(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  if (const std::uint8_t version = in.u8(); version != kVersion) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "chat from another version (" + std::to_string(version) + ")");
  }
  Utterance utterance;
  const std::uint8_t kind = in.u8();
  if (kind < static_cast<std::uint8_t>(Utterance::Kind::kMessage) ||
      kind > static_cast<std::uint8_t>(Utterance::Kind::kClose)) {
    return base::fail(base::ErrorCode::kMalformed,
                      "chat of an unknown kind " + std::to_string(kind));
  }
  utterance.kind = static_cast<Utterance::Kind>(kind);
  const std::uint8_t flags = in.u8();
  if (flags > kRemovalFlag) in.set_failed();
  utterance.is_removal = flags == kRemovalFlag;
  utterance.ticket = in.u64();
  utterance.at = base::WallTime(
      base::WallTime::duration(static_cast<base::WallTime::duration::rep>(in.u64())));
  for (std::string* name : {&utterance.id, &utterance.user_id, &utterance.about}) {
    *name = read_text(in, in.u16(), UtteranceLimits::kName);
  }
  for (std::string* payload : {&utterance.payload, &utterance.notice}) {
    *payload = read_text(in, in.u32(), UtteranceLimits::kPayload);
  }
  if (!in.at_end()) return base::fail(base::ErrorCode::kMalformed, "chat that is cut or too long");
  return utterance;
}

}  // namespace chat
