#include "server/config_value.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace server {
namespace {

using base::ErrorCode;
using base::fail;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Ascending: the last unit that divides a value evenly writes it shortest.
constexpr std::array kDurationUnits = {Unit{"ns", 1},
                                       Unit{"us", 1'000},
                                       Unit{"ms", 1'000'000},
                                       Unit{"s", 1'000'000'000},
                                       Unit{"m", 60'000'000'000},
                                       Unit{"h", 3'600'000'000'000}};
constexpr std::array kByteUnits = {Unit{"B", 1}, Unit{"KiB", 1U << 10}, Unit{"MiB", 1U << 20},
                                   Unit{"GiB", 1U << 30}};
constexpr std::array kBitrateUnits = {Unit{"bps", 1}, Unit{"kbps", 1'000}, Unit{"Mbps", 1'000'000},
                                      Unit{"Gbps", 1'000'000'000}};

constexpr std::size_t kMaxDigits = 9;  // before and after the point together

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `text` as a whole number of the smallest unit; nothing if it is not of that form or not whole.
std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  std::uint64_t mantissa = 0;
  std::uint64_t divisor = 1;
  std::size_t digits = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point && digits > 0) {
      point = true;
      continue;
    }
    if (!is_digit(text[i])) break;
    if (++digits > kMaxDigits) return std::nullopt;
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(text[i] - '0');
    if (point) divisor *= 10;
  }
  if (digits == 0 || text[i - 1] == '.') return std::nullopt;
  const std::string_view unit = text.substr(i);
  if (unit.empty() && mantissa == 0) return 0;
  for (const Unit& candidate : units) {
    if (candidate.name != unit) continue;
    std::uint64_t scaled = 0;
    if (__builtin_mul_overflow(mantissa, candidate.factor, &scaled)) return std::nullopt;
    if (scaled % divisor != 0) return std::nullopt;
    return scaled / divisor;
  }
  return std::nullopt;
}

std::string format_with_unit(std::uint64_t value, std::span<const Unit> units) {
  if (value == 0) return "0";
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value % unit.factor == 0) best = &unit;
  }
  return std::to_string(value / best->factor) + std::string(best->name);
}

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool is_ip_address(const std::string& host, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

}  // namespace

base::Expected<std::int64_t> parse_integer(std::string_view text) {
  if (const auto value = whole_number<std::int64_t>(text)) return *value;
  return fail(ErrorCode::kInvalid, "is not a whole number");
}

base::Expected<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return fail(ErrorCode::kInvalid, "is neither true nor false");
}

base::Expected<base::Duration> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(text, kDurationUnits);
  if (value && *value <= static_cast<std::uint64_t>(base::Duration::max().count())) {
    return base::Duration(static_cast<base::Duration::rep>(*value));
  }
  return fail(ErrorCode::kInvalid, "is not a duration such as 200ms, 1.5s, 10m or 48h");
}

base::Expected<ByteSize> parse_byte_size(std::string_view text) {
  if (const auto value = parse_with_unit(text, kByteUnits)) return ByteSize{*value};
  return fail(ErrorCode::kInvalid, "is not a size such as 512KiB, 64MiB or 2GiB");
}

base::Expected<Bitrate> parse_bitrate(std::string_view text) {
  if (const auto value = parse_with_unit(text, kBitrateUnits)) return Bitrate{*value};
  return fail(ErrorCode::kInvalid, "is not a bitrate such as 800kbps or 8.5Mbps");
}

base::Expected<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.empty()) return ListenAddress{};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "has no port; write host:port or :port");
  }
  const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return fail(ErrorCode::kInvalid, "does not end in a port from 0 to 65535");
  ListenAddress address{.enabled = true, .host = std::string(text.substr(0, colon)), .port = *port};
  if (address.host.empty()) return address;
  int family = AF_INET;
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    family = AF_INET6;
  } else if (address.host.find(':') != std::string::npos) {
    return fail(ErrorCode::kInvalid, "has an IPv6 address without brackets; write [address]:port");
  }
  if (!is_ip_address(address.host, family)) {
    return fail(ErrorCode::kInvalid, "does not name an IP address; names are not looked up");
  }
  return address;
}

std::string to_text(std::int64_t value) {
  return std::to_string(value);
}
std::string to_text(bool value) {
  return value ? "true" : "false";
}

std::string to_text(base::Duration value) {
  return format_with_unit(static_cast<std::uint64_t>(value.count()), kDurationUnits);
}

std::string to_text(ByteSize value) {
  return format_with_unit(value.bytes, kByteUnits);
}
std::string to_text(Bitrate value) {
  return format_with_unit(value.bits_per_second, kBitrateUnits);
}

std::string to_text(const ListenAddress& value) {
  if (!value.enabled) return "";
  const bool is_ipv6 = value.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + value.host + "]" : value.host) + ":" + std::to_string(value.port);
}

}  // namespace server
