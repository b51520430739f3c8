// An IPv4 or IPv6 address with a port, as a small value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

struct sockaddr;
struct sockaddr_storage;

namespace io {

class Address {
 public:
  /// 0.0.0.0:0
  Address() = default;
  /// Parses a numeric address ("127.0.0.1", "::1", "[::1]"); an empty text means "::", any.
  /// Error: kInvalid.
  static base::Expected<Address> parse(std::string_view ip, std::uint16_t port);
  /// IPv4 addresses mapped into IPv6 become plain IPv4. Unknown families give 0.0.0.0:0.
  static Address from_native(const sockaddr_storage& native);

  /// Fills `native` and returns its length.
  unsigned to_native(sockaddr_storage& native) const;

  /// Without port and brackets.
  std::string ip() const;
  std::uint16_t port() const { return port_; }
  bool is_v6() const { return v6_; }
  /// "1.2.3.4:80" or "[::1]:80".
  std::string to_string() const;
  friend bool operator==(const Address&, const Address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // the first four for IPv4
  std::uint16_t port_ = 0;
  bool v6_ = false;
};

}  // namespace io
