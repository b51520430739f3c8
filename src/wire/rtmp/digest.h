// The digest that Flash players and their descendants (OBS, librtmp, ffmpeg) hide in the random
// part of handshake packets 1 and 2. It is not in Adobe's RTMP 1.0 document; every large encoder
// and server agrees on what stands here. It authenticates nobody: the keys are public.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace wire::rtmp {

inline constexpr std::size_t kHandshakePacketBytes = 1536;
inline constexpr std::size_t kDigestBytes = 32;

using Digest = std::array<std::uint8_t, kDigestBytes>;

/// Where in packet 1 the four bytes stand that place the digest.
enum class DigestScheme {
  kDigestFirst,  // offset bytes at 8: digest in the first half, key in the second
  kKeyFirst,     // offset bytes at 772: the halves exchanged
};

/// Which side made a packet; each signs with its own key.
enum class DigestSide { kClient, kServer };

struct FoundDigest {
  DigestScheme scheme = DigestScheme::kDigestFirst;
  Digest digest = {};
};

/// HMAC-SHA256.
Digest hmac_sha256(base::ByteSpan key, base::ByteSpan data);

/// Position of the digest in packet 1 (of kHandshakePacketBytes) under a scheme.
std::size_t digest_position(base::ByteSpan packet1, DigestScheme scheme);

/// Looks for a valid digest of `side` in packet 1 (of kHandshakePacketBytes), both schemes.
std::optional<FoundDigest> find_digest(base::ByteSpan packet1, DigestSide side);

/// Computes the digest of packet 1, writes it into its place and returns it.
Digest sign_packet1(std::span<std::uint8_t, kHandshakePacketBytes> packet1, DigestSide side,
                    DigestScheme scheme);

/// Signs packet 2 of `side` in its last 32 bytes, as the answer to the peer's packet-1 digest.
void sign_packet2(std::span<std::uint8_t, kHandshakePacketBytes> packet2, DigestSide side,
                  const Digest& peer_digest);

}  // namespace wire::rtmp
