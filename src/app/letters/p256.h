// Keys on the curve P-256, for Web Push: agreement (RFC 8291) and signatures (RFC 8292). Immutable
// values that any thread may use; copies share one key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace app {

/// An uncompressed point (SEC 1 section 2.3.3).
inline constexpr std::size_t kP256PointOctets = 65;
using P256Point = std::array<std::uint8_t, kP256PointOctets>;

class P256Key {
 public:
  static P256Key generate();
  /// PKCS #8 in PEM. kInvalid for anything but a private key on P-256.
  static base::Expected<P256Key> from_pem(std::string_view pem);
  /// A private number of 32 octets and its point. kInvalid if they do not belong together.
  static base::Expected<P256Key> from_octets(base::ByteSpan number, base::ByteSpan point);

  std::string to_pem() const;
  const P256Point& point() const { return point_; }
  /// The x coordinate of the shared point; nothing if `other` is no point of the curve.
  std::optional<base::Bytes> agree(base::ByteSpan other) const;
  /// r and s, 32 octets each (RFC 7518 section 3.4).
  std::array<std::uint8_t, 64> sign(base::ByteSpan text) const;

 private:
  struct Handle;  // OpenSSL's key
  explicit P256Key(std::shared_ptr<const Handle> handle);

  std::shared_ptr<const Handle> handle_;  // immutable, shared by copies
  P256Point point_{};
};

/// Whether these octets are an uncompressed point of the curve.
bool is_p256_point(base::ByteSpan octets);

}  // namespace app
