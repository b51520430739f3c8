#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace io {

base::Expected<Address> Address::parse(std::string_view ip, std::uint16_t port) {
  std::string text(ip.empty() ? "::" : ip);
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  Address out;
  out.port_ = port;
  if (::inet_pton(AF_INET, text.c_str(), out.bytes_.data()) == 1) return out;
  out.v6_ = true;
  if (::inet_pton(AF_INET6, text.c_str(), out.bytes_.data()) == 1) return out;
  return base::fail(base::ErrorCode::kInvalid, "not a numeric IP address: " + text);
}

Address Address::from_native(const sockaddr_storage& native) {
  Address out;
  if (native.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &native, sizeof v4);
    std::memcpy(out.bytes_.data(), &v4.sin_addr, 4);
    out.port_ = ntohs(v4.sin_port);
  } else if (native.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &native, sizeof v6);
    std::memcpy(out.bytes_.data(), &v6.sin6_addr, 16);
    out.port_ = ntohs(v6.sin6_port);
    out.v6_ = true;
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMapped.begin(), kMapped.end(), out.bytes_.begin())) {
      std::copy(out.bytes_.begin() + 12, out.bytes_.end(), out.bytes_.begin());
      std::fill(out.bytes_.begin() + 4, out.bytes_.end(), std::uint8_t{0});
      out.v6_ = false;
    }
  }
  return out;
}

unsigned Address::to_native(sockaddr_storage& native) const {
  native = {};
  if (v6_) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port_);
    std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
    std::memcpy(&native, &v6, sizeof v6);
    return sizeof v6;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port_);
  std::memcpy(&v4.sin_addr, bytes_.data(), 4);
  std::memcpy(&native, &v4, sizeof v4);
  return sizeof v4;
}

std::string Address::ip() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  (void)::inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::string Address::to_string() const {
  const std::string port = ":" + std::to_string(port_);
  return v6_ ? "[" + ip() + "]" + port : ip() + port;
}

}  // namespace io
