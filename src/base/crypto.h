// Hashes, message authentication, authenticated encryption and random octets, on OpenSSL. Nothing
// here can fail on input but open_sealed and from_hex; a failure of the library itself aborts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace base {

inline constexpr std::size_t kSha256Bytes = 32;
using Sha256Digest = std::array<std::uint8_t, kSha256Bytes>;

/// SHA-256 (FIPS 180-4).
Sha256Digest sha256(ByteSpan data);

/// HMAC-SHA256 (RFC 2104) with a key of any length. About 1 us more than HmacSha256 with its key
/// already set up.
Sha256Digest hmac_sha256(ByteSpan key, ByteSpan data);

/// HMAC-SHA256 with one key for many messages: the key's two blocks are hashed once. Belongs to
/// one thread at a time; give each loop a copy of its own.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteSpan key);
  ~HmacSha256();
  HmacSha256(const HmacSha256& other);
  HmacSha256& operator=(const HmacSha256& other);
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  Sha256Digest sign(ByteSpan data);
  /// True if `tag` is the beginning of the message's digest; constant time. A tag shorter than
  /// `minimum` octets (at least 1) or longer than the digest is never right.
  bool verify(ByteSpan data, ByteSpan tag, std::size_t minimum = kSha256Bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

inline constexpr std::size_t kAes256KeyBytes = 32;
/// What a sealed text is longer than its plain text: a nonce of 12 octets before, a tag of 16
/// behind.
inline constexpr std::size_t kSealOverhead = 28;
using Aes256Key = std::span<const std::uint8_t, kAes256KeyBytes>;

/// AES-256-GCM (NIST SP 800-38D) with a random nonce: nonce, cipher text, tag. `associated` is
/// authenticated but not contained: name in it what the text belongs to, so that it cannot be
/// moved elsewhere. One key is good for 2^32 texts.
Bytes seal_aes_256_gcm(Aes256Key key, ByteSpan associated, ByteSpan plain);
/// The plain text; nothing if the text was not sealed with this key and these associated data, or
/// was changed in any octet.
std::optional<Bytes> open_aes_256_gcm(Aes256Key key, ByteSpan associated, ByteSpan sealed);

/// Octets from the library's generator, which is seeded by the kernel. For keys and nonces.
Bytes random_octets(std::size_t count);
void fill_random(std::span<std::uint8_t> out);

/// True if both are equal; the time depends on their lengths only.
bool equal_in_constant_time(ByteSpan a, ByteSpan b);

/// Hexadecimal of either case; nothing for an odd length or any other character. The inverse is
/// to_hex in base/bytes.h.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace base
