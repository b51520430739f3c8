#include "server/loadtest_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

namespace server::loadtest {
namespace {

using base::ErrorCode;

std::string expand(std::string_view pattern, const std::function<std::string(std::size_t)>& value) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t at = pattern.find("{n");
    out.append(pattern.substr(0, at));
    if (at == std::string_view::npos) break;
    pattern.remove_prefix(at);
    if (pattern.starts_with("{n}")) {
      out += value(0);
      pattern.remove_prefix(3);
    } else if (pattern.size() >= 5 && pattern[2] == ':' && pattern[3] >= '1' && pattern[3] <= '9' &&
               pattern[4] == '}') {
      out += value(static_cast<std::size_t>(pattern[3] - '0'));
      pattern.remove_prefix(5);
    } else {
      out += "{n";
      pattern.remove_prefix(2);
    }
  }
  return out;
}

struct Unit {
  std::string_view name;
  double factor;
};

// A positive decimal number and one of the units; nothing if it is not of this form.
std::optional<double> with_unit(std::string_view text, std::span<const Unit> units) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value <= 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (text == unit.name) return value * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::string expand_pattern(std::string_view pattern, std::uint64_t number) {
  return expand(pattern, [&](std::size_t width) { return fmt::format("{:0{}}", number, width); });
}

std::string expand_pattern(std::string_view pattern, std::string_view word) {
  return expand(pattern, [&](std::size_t) { return std::string(word); });
}

base::Expected<base::Duration> parse_duration(std::string_view text) {
  static constexpr std::array<Unit, 5> kUnits = {
      {{"s", 1}, {"ms", 0.001}, {"m", 60}, {"h", 3600}, {"", 1}}};
  const auto seconds = with_unit(text, kUnits);
  if (!seconds || *seconds > 86'400) {
    return base::fail(ErrorCode::kInvalid,
                      fmt::format("{:?} is no duration of up to a day, such as 30s or 5m", text));
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
}

base::Expected<std::uint32_t> parse_bitrate(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits = {
      {{"", 1}, {"bps", 1}, {"kbps", 1e3}, {"Mbps", 1e6}, {"k", 1e3}, {"M", 1e6}}};
  const auto bits = with_unit(text, kUnits);
  if (!bits || *bits < 50'000 || *bits > 200e6) {
    return base::fail(
        ErrorCode::kInvalid,
        fmt::format("{:?} is no bit rate from 50kbps to 200Mbps, such as 2.5Mbps", text));
  }
  return static_cast<std::uint32_t>(*bits);
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    constexpr std::string_view kBlank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlank) + 1);
    if (!line.empty() && line.front() != '#') out.emplace_back(line);
  }
  return out;
}

base::Expected<Target> parse_target(std::string_view url) {
  static constexpr std::array<wire::http::UrlScheme, 4> kSchemes{
      {{"rtmp", 1935}, {"rtmps", 443}, {"http", 80}, {"https", 443}}};
  return wire::http::parse_absolute_url(url, kSchemes);
}

std::optional<std::string> source_address(const Target& target, std::uint64_t connection) {
  constexpr std::uint64_t kEach = 20'000;
  if (!target.host.starts_with("127.") && target.host != "localhost") return std::nullopt;
  const std::uint64_t index = connection / kEach;
  if (index == 0) return std::nullopt;  // the kernel's choice
  return fmt::format("127.0.0.{}", 1 + std::min<std::uint64_t>(index, 250));
}

}  // namespace server::loadtest
