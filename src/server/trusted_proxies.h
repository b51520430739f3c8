// Whose word about clients is believed: proxies in front of this server that say where a request
// really came from (X-Forwarded-For) and whether it was encrypted (X-Forwarded-Proto).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "wire/http/message.h"

namespace server {

class TrustedProxies {
 public:
  /// Addresses and networks separated by commas: "10.0.0.0/8, ::1". kInvalid names what is wrong.
  static base::Expected<TrustedProxies> parse(std::string_view text);

  bool trusts(std::string_view address) const;

  struct Origin {
    std::string address;
    bool is_secure = false;
  };
  /// Where a request from `peer` came from: the last address in its X-Forwarded-For that is no
  /// proxy of ours, if `peer` is one.
  Origin origin(const wire::http::Request& request, std::string peer, bool is_secure) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address{};  // IPv4 mapped into IPv6
    int bits = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace server
