#include "app/people/cookie.h"

#include <fmt/format.h>

namespace app {

namespace {

// The value of `name` in one field: pairs joined by ';'. A value may stand in quotes.
std::optional<std::string_view> find_in(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(';'), field.size());
    const std::string_view pair = wire::http::trim(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || wire::http::trim(pair.substr(0, equals)) != name) {
      continue;
    }
    std::string_view value = wire::http::trim(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return std::nullopt;
}

}  // namespace

// HTTP/2 may send each pair in a field of its own (RFC 9113 section 8.2.3).
std::optional<std::string_view> find_cookie(const wire::http::Headers& headers,
                                            std::string_view name) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto field = headers[i];
    if (!wire::http::equal_ignoring_case(field.name, "Cookie")) continue;
    if (const auto value = find_in(field.value, name)) return value;
  }
  return std::nullopt;
}

std::string set_cookie(const CookieForm& form) {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{}", form.name, form.value,
                     form.path, form.lifetime.count(), form.is_secure ? "; Secure" : "");
}

}  // namespace app
