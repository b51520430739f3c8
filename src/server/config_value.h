// The kinds of values a setting can have, and their text forms: "30s", "64MiB", "8.5Mbps",
// "[::]:8080". The same text is read from the file, the environment and the command line.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace server {

/// An amount of memory or data.
struct ByteSize {
  std::uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

/// Bits in a second; k, M and G are powers of 1,000.
struct Bitrate {
  std::uint64_t bits_per_second = 0;
  auto operator<=>(const Bitrate&) const = default;
};

/// Where a listener is bound. Port 0 takes a free one.
struct ListenAddress {
  bool enabled = false;  // false: this listener is off (empty text)
  std::string host;      // an IPv4 or IPv6 address without brackets; empty means all addresses
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

/// Whole numbers, in decimal.
base::Expected<std::int64_t> parse_integer(std::string_view text);
/// "true" or "false".
base::Expected<bool> parse_boolean(std::string_view text);
/// A decimal number and one of ms, s, m, h; "0" needs no unit. Errors do not repeat the text.
base::Expected<base::Duration> parse_duration(std::string_view text);
/// A decimal number and one of B, KiB, MiB, GiB.
base::Expected<ByteSize> parse_byte_size(std::string_view text);
/// A decimal number and one of bps, kbps, Mbps, Gbps.
base::Expected<Bitrate> parse_bitrate(std::string_view text);
/// "host:port", ":port" for all addresses, or nothing for off. IPv6 hosts stand in brackets.
base::Expected<ListenAddress> parse_listen_address(std::string_view text);

/// The shortest text that parses back to the same value.
std::string to_text(std::int64_t value);
std::string to_text(bool value);
std::string to_text(base::Duration value);
std::string to_text(ByteSize value);
std::string to_text(Bitrate value);
std::string to_text(const ListenAddress& value);

}  // namespace server
