#include "wire/rtmp/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <string_view>

#include "base/check.h"

namespace wire::rtmp {
namespace {

// Each side's key is a sentence and 32 bytes that both share. Packet 1 is signed with the sentence
// alone, packet 2 with the whole.
constexpr std::string_view kClientSentence = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerSentence = "Genuine Adobe Flash Media Server 001";
constexpr std::array<std::uint8_t, 32> kSharedTail = {
    0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
    0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE};
constexpr std::size_t kOffsetRange = 728;

std::string_view sentence(DigestSide side) {
  return side == DigestSide::kClient ? kClientSentence : kServerSentence;
}

// The digest covers the packet without the 32 bytes where the digest itself stands.
Digest packet1_digest(base::ByteSpan packet1, DigestSide side, std::size_t position) {
  std::array<std::uint8_t, kHandshakePacketBytes - kDigestBytes> rest;
  const auto head = packet1.first(position);
  const auto tail = packet1.subspan(position + kDigestBytes);
  std::ranges::copy(tail, std::ranges::copy(head, rest.begin()).out);
  return hmac_sha256(base::as_bytes(sentence(side)), rest);
}

}  // namespace

Digest hmac_sha256(base::ByteSpan key, base::ByteSpan data) {
  Digest digest = {};
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(),
                          data.size(), digest.data(), &length);
  CHECK(made != nullptr && length == digest.size());
  return digest;
}

std::size_t digest_position(base::ByteSpan packet1, DigestScheme scheme) {
  const std::size_t base = scheme == DigestScheme::kDigestFirst ? 8 : 772;
  std::size_t sum = 0;
  for (const std::uint8_t byte : packet1.subspan(base, 4)) sum += byte;
  return base + 4 + sum % kOffsetRange;
}

std::optional<FoundDigest> find_digest(base::ByteSpan packet1, DigestSide side) {
  CHECK(packet1.size() == kHandshakePacketBytes);
  for (const auto scheme : {DigestScheme::kKeyFirst, DigestScheme::kDigestFirst}) {
    const std::size_t position = digest_position(packet1, scheme);
    const auto expected = packet1_digest(packet1, side, position);
    if (std::ranges::equal(packet1.subspan(position, kDigestBytes), expected)) {
      return FoundDigest{scheme, expected};
    }
  }
  return std::nullopt;
}

Digest sign_packet1(std::span<std::uint8_t, kHandshakePacketBytes> packet1, DigestSide side,
                    DigestScheme scheme) {
  const std::size_t position = digest_position(packet1, scheme);
  const auto digest = packet1_digest(packet1, side, position);
  std::ranges::copy(digest, packet1.subspan(position).begin());
  return digest;
}

void sign_packet2(std::span<std::uint8_t, kHandshakePacketBytes> packet2, DigestSide side,
                  const Digest& peer_digest) {
  base::ByteWriter key(kServerSentence.size() + kSharedTail.size());
  key.text(sentence(side));
  key.bytes(kSharedTail);
  const auto answer_key = hmac_sha256(key.span(), peer_digest);
  const auto body = packet2.first<kHandshakePacketBytes - kDigestBytes>();
  std::ranges::copy(hmac_sha256(answer_key, body), packet2.last<kDigestBytes>().begin());
}

}  // namespace wire::rtmp
