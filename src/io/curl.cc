#include "io/curl.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace io {
namespace {

struct Library {
  Library() { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }
};

// RFC 6890 and the registry it began: what does not lead to one machine of the public Internet.
struct Block4 {
  std::uint32_t first;
  int bits;
};
constexpr Block4 kNotPublic4[] = {
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared by carriers
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, where clouds keep their credentials
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 3},   // multicast, reserved, broadcast
};

bool is_public4(std::uint32_t address) {
  for (const Block4& block : kNotPublic4) {
    if ((address ^ block.first) >> (32 - block.bits) == 0) return false;
  }
  return true;
}

std::uint32_t number_of(const std::uint8_t* octets) {
  return std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 |
         std::uint32_t{octets[2]} << 8 | octets[3];
}

bool is_public6(const std::array<std::uint8_t, 16>& address) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::memcmp(address.data(), kMapped.data(), kMapped.size()) == 0) {
    return is_public4(number_of(&address[12]));
  }
  const std::uint32_t head = number_of(address.data());
  if (head >> 29 != 1) return false;               // 2000::/3 is all that is handed out
  if (head >> 9 == 0x20010000 >> 9) return false;  // 2001::/23, protocol assignments and tunnels
  if (head == 0x20010DB8) return false;            // documentation
  return head >> 16 != 0x2002;                     // 6to4 holds an IPv4 address of any kind
}

}  // namespace

void CurlClose::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

CurlHandle make_curl() {
  static const Library library;
  CurlHandle handle(curl_easy_init());
  CHECK(handle != nullptr);
  return handle;
}

void CurlListClose::operator()(void* list) const {
  curl_slist_free_all(static_cast<curl_slist*>(list));
}

void CurlList::add(const std::string& text) {
  void* longer = curl_slist_append(static_cast<curl_slist*>(list_.get()), text.c_str());
  CHECK(longer != nullptr);
  (void)list_.release();  // the longer list holds it
  list_.reset(longer);
}

base::Error curl_error(int code, std::string_view where) {
  using enum base::ErrorCode;
  base::ErrorCode kind = kIo;
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      kind = kInvalid;
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      kind = kClosed;
      break;
    case CURLE_OPERATION_TIMEDOUT:
      kind = kTimeout;
      break;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_FILESIZE_EXCEEDED:
      kind = kLimit;
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_LOGIN_DENIED:
      kind = kUnauthorized;
      break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
      kind = kUnsupported;
      break;
    default:
      break;
  }
  return {kind, std::string(where) + ": " + curl_easy_strerror(static_cast<CURLcode>(code))};
}

bool is_public_address(const void* native, std::size_t length) {
  sockaddr head{};
  if (length < sizeof head) return false;
  std::memcpy(&head, native, sizeof head);
  if (head.sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in address{};
    std::memcpy(&address, native, sizeof address);
    return is_public4(ntohl(address.sin_addr.s_addr));
  }
  if (head.sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 address{};
    std::memcpy(&address, native, sizeof address);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &address.sin6_addr, octets.size());
    return is_public6(octets);
  }
  return false;
}

}  // namespace io
