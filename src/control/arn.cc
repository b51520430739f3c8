#include "control/arn.h"

#include <fmt/format.h>

namespace control {

std::optional<Arn> parse_arn(std::string_view text) {
  const auto next = [&](char end) -> std::optional<std::string_view> {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos || at == 0) return std::nullopt;
    const std::string_view piece = text.substr(0, at);
    text.remove_prefix(at + 1);
    return piece;
  };
  const auto scheme = next(':');
  if (!scheme || *scheme != "arn") return std::nullopt;
  const auto partition = next(':');
  if (!partition || *partition != "aws") return std::nullopt;
  const auto service = next(':');
  const auto region = next(':');
  const auto account = next(':');
  const auto type = next('/');
  if (!service || !region || !account || !type || text.empty()) return std::nullopt;
  return Arn{*service, *region, *account, *type, text};
}

namespace {

std::string_view service_of_type(std::string_view type) {
  return type == "room" || type == "logging-configuration" ? "ivschat" : "ivs";
}

}  // namespace

std::string make_arn(const Home& home, std::string_view type, std::string_view id) {
  return fmt::format("arn:aws:{}:{}:{}:{}/{}", service_of_type(type), home.region, home.account,
                     type, id);
}

std::string_view own_id(const Home& home, std::string_view type, std::string_view arn) {
  const auto parsed = parse_arn(arn);
  const bool ours = parsed && parsed->service == service_of_type(type) &&
                    parsed->region == home.region && parsed->account == home.account &&
                    parsed->type == type;
  return ours ? parsed->id : std::string_view{};
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace control
