#include "control/origin_rules.h"

#include <algorithm>

#include "wire/http/headers.h"

namespace control {
namespace {

bool rule_matches(std::string_view rule, std::string_view origin) {
  if (rule == "*") return true;
  const std::size_t star = rule.find("://*");
  if (star == std::string_view::npos) return wire::http::equal_ignoring_case(rule, origin);
  constexpr std::size_t kSchemeEnd = 3;  // "://"
  const std::string_view head = rule.substr(0, star + kSchemeEnd);
  const std::string_view tail = rule.substr(star + kSchemeEnd + 1);
  // Something must stand for the star, and it must be part of a host.
  if (origin.size() <= head.size() + tail.size()) return false;
  const std::string_view middle =
      origin.substr(head.size(), origin.size() - head.size() - tail.size());
  return wire::http::equal_ignoring_case(origin.substr(0, head.size()), head) &&
         wire::http::equal_ignoring_case(origin.substr(origin.size() - tail.size()), tail) &&
         middle.find_first_of("/@:") == std::string_view::npos;
}

}  // namespace

bool origin_matches(const std::vector<std::string>& rules, std::string_view origin) {
  return std::ranges::any_of(rules,
                             [&](const std::string& rule) { return rule_matches(rule, origin); });
}

std::vector<std::string> split_origins(std::string_view list) {
  std::vector<std::string> origins;
  while (const auto element = wire::http::next_list_element(list)) origins.emplace_back(*element);
  return origins;
}

}  // namespace control
