// The texts that a load test's command line takes, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "wire/http/absolute_url.h"

namespace server::loadtest {

/// Replaces {n} by `number`, and {n:W} (W from 1 to 9) by `number` with zeros in front up to W
/// digits. Other braces stay.
std::string expand_pattern(std::string_view pattern, std::uint64_t number);
/// Replaces {n} by `word`.
std::string expand_pattern(std::string_view pattern, std::string_view word);

/// "30s", "500ms", "5m", "1h", or a bare number of seconds; up to a day. Error: kInvalid.
base::Expected<base::Duration> parse_duration(std::string_view text);
/// "2.5Mbps", "800kbps", or a bare number of bit/s; from 50 kbit/s to 200 Mbit/s. Error: kInvalid.
base::Expected<std::uint32_t> parse_bitrate(std::string_view text);
/// The words of a file's lines; empty ones and those that start with # are left out.
std::vector<std::string> parse_list(std::string_view text);

/// An address of the forms that load tests take; its path may hold a stream key.
using Target = wire::http::AbsoluteUrl;
/// rtmp, rtmps, http and https with their usual ports. The error (kInvalid) does not repeat the
/// path, which may hold a stream key.
base::Expected<Target> parse_target(std::string_view url);

/// An address to connect from, so that more than 20,000 connections of this machine to itself do
/// not run out of ports: 127.0.0.1, 127.0.0.2 and so on. Nothing for hosts that are not loopback.
std::optional<std::string> source_address(const Target& target, std::uint64_t connection);

}  // namespace server::loadtest
