// P-384 keys for ES384 (RFC 7518 section 3.4), from and to PEM. Immutable values that any thread
// may use; copies share one key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"

namespace wire::jwt {

/// r and s, 48 octets each, big-endian.
inline constexpr std::size_t kEs384SignatureBytes = 96;
using Es384Signature = std::array<std::uint8_t, kEs384SignatureBytes>;

inline constexpr std::size_t kMaxPemSize = 8192;

class PublicKey {
 public:
  /// One "PUBLIC KEY" block (SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7) with nothing but white
  /// space around it, holding a point of the named curve P-384. kInvalid for anything else, with a
  /// sentence for the usual mistakes: a private key, a certificate, RSA, another curve.
  static base::Expected<PublicKey> from_pem(std::string_view pem);

  /// SubjectPublicKeyInfo in DER.
  const base::Bytes& der() const { return der_; }
  /// The same as PEM, with a line end after each line.
  std::string to_pem() const;
  /// The first 16 octets of der()'s SHA-256, as lower-case hexadecimal pairs joined by ':'. It
  /// names the key: two texts of one key (line ends, compressed point) have one fingerprint.
  const std::string& fingerprint() const { return fingerprint_; }

  /// True if `signature` (raw r and s, of exactly 96 octets) is this key's over SHA-384 of `text`.
  /// About 1 ms of CPU.
  bool verify_es384(base::ByteSpan text, base::ByteSpan signature) const;

 private:
  friend class PrivateKey;
  struct Handle;  // OpenSSL's key
  explicit PublicKey(std::shared_ptr<const Handle> handle);

  std::shared_ptr<const Handle> handle_;  // immutable, shared by copies on several loops
  base::Bytes der_;
  std::string fingerprint_;
};

/// For our own tokens, tools and tests.
class PrivateKey {
 public:
  /// "PRIVATE KEY" (PKCS #8) or "EC PRIVATE KEY" (SEC 1, also behind an "EC PARAMETERS" block),
  /// not encrypted, P-384. kInvalid for anything else; the error never quotes the text.
  static base::Expected<PrivateKey> from_pem(std::string_view pem);
  static PrivateKey generate();

  /// PKCS #8, not encrypted.
  std::string to_pem() const;
  PublicKey public_key() const;
  Es384Signature sign_es384(base::ByteSpan text) const;

 private:
  explicit PrivateKey(std::shared_ptr<const PublicKey::Handle> handle)
      : handle_(std::move(handle)) {}

  std::shared_ptr<const PublicKey::Handle> handle_;  // immutable, shared by copies
};

}  // namespace wire::jwt
