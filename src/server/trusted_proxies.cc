#include "server/trusted_proxies.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

namespace server {
namespace {

using Octets = std::array<std::uint8_t, 16>;

constexpr std::size_t kMaxHops = 32;

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<Octets> read_address(std::string_view text) {
  const std::string word(text);
  Octets octets{};
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, word.c_str(), four.data()) == 1) {
    octets[10] = octets[11] = 0xFF;
    for (std::size_t i = 0; i < 4; ++i) octets[12 + i] = four[i];
    return octets;
  }
  if (inet_pton(AF_INET6, word.c_str(), octets.data()) == 1) return octets;
  return std::nullopt;
}

}  // namespace

base::Expected<TrustedProxies> TrustedProxies::parse(std::string_view text) {
  TrustedProxies proxies;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const std::string_view word = without_spaces(entry);
    if (word.empty()) continue;
    const std::string_view address = word.substr(0, word.find('/'));
    const auto octets = read_address(address);
    const bool is_four = address.find(':') == std::string_view::npos;
    int bits = is_four ? 32 : 128;
    bool good = octets.has_value();
    if (good && address.size() < word.size()) {
      const std::string_view length = word.substr(address.size() + 1);
      int given = -1;
      const auto [end, failed] =
          std::from_chars(length.data(), length.data() + length.size(), given);
      good = failed == std::errc() && end == length.data() + length.size() && given >= 0 &&
             given <= bits;
      bits = given;
    }
    if (!good) {
      return base::fail(base::ErrorCode::kInvalid,
                        "'" + std::string(word) + "' is no address such as 10.0.0.1 or 10.0.0.0/8");
    }
    proxies.networks_.push_back({*octets, is_four ? bits + 96 : bits});
  }
  return proxies;
}

bool TrustedProxies::trusts(std::string_view address) const {
  if (networks_.empty()) return false;
  const auto octets = read_address(address);
  if (!octets) return false;
  for (const Network& network : networks_) {
    bool same = true;
    for (int bit = 0; same && bit < network.bits; bit += 8) {
      const auto at = static_cast<std::size_t>(bit / 8);
      const int left = network.bits - bit;
      const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xFF : 0xFF << (8 - left));
      same = ((network.address[at] ^ (*octets)[at]) & mask) == 0;
    }
    if (same) return true;
  }
  return false;
}

TrustedProxies::Origin TrustedProxies::origin(const wire::http::Request& request, std::string peer,
                                              bool is_secure) const {
  if (!trusts(peer)) return {std::move(peer), is_secure};
  if (const std::string_view scheme = request.headers.get("X-Forwarded-Proto"); !scheme.empty()) {
    is_secure = scheme == "https";
  }
  std::string_view hops = request.headers.get("X-Forwarded-For");
  for (std::size_t i = 0; i < kMaxHops && !hops.empty(); ++i) {
    const std::size_t comma = hops.rfind(',');
    const std::string_view hop =
        without_spaces(comma == std::string_view::npos ? hops : hops.substr(comma + 1));
    hops = comma == std::string_view::npos ? std::string_view() : hops.substr(0, comma);
    // What is no address was not written by a proxy of ours.
    if (!read_address(hop)) break;
    peer = hop;
    if (!trusts(hop)) break;
  }
  return {std::move(peer), is_secure};
}

}  // namespace server
