// Which pages may play: lists of origins as tokens and policies have them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace control {

/// True if one of `rules` covers `origin` ("https://app.example.com"): the same text, `*`, or a
/// wildcard at the beginning of the host ("https://*.example.com" covers every host below it).
/// Schemes and hosts are compared without regard to case.
bool origin_matches(const std::vector<std::string>& rules, std::string_view origin);

/// The entries of a comma-separated list, trimmed; empty ones are left out.
std::vector<std::string> split_origins(std::string_view list);

}  // namespace control
