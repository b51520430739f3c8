#include "app/people/password_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/app.h"
#include "base/ids.h"
#include "base/utf8.h"

namespace app {

Outcome<void> check_new_password(std::string_view password, std::string_view field) {
  const auto refused = [&](std::string_view sentence) {
    return refuse(400, "WeakPassword", sentence, field);
  };
  if (!base::is_utf8(password)) return refused("This password is not valid text.");
  const auto characters = std::ranges::count_if(
      password, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (characters > 256) return refused("A password has 256 characters at most.");
  const auto has = [&](auto is_wanted) { return std::ranges::any_of(password, is_wanted); };
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string_view> missing;
  if (characters < 8) missing.push_back("8 characters at least");
  if (!has(is_capital)) missing.push_back("a capital letter");
  if (!has(is_small)) missing.push_back("a small letter");
  if (!has(is_digit)) missing.push_back("a digit");
  if (!has([&](char c) { return !is_capital(c) && !is_small(c) && !is_digit(c) && c != ' '; })) {
    missing.push_back("a symbol");
  }
  if (missing.empty()) return {};
  std::string list(missing.front());
  for (std::size_t i = 1; i < missing.size(); ++i) {
    list += i + 1 == missing.size() ? " and " : ", ";
    list += missing[i];
  }
  return refused(fmt::format("The password still needs {}.", list));
}

std::string random_password() {
  while (true) {
    std::string password;
    for (int group = 0; group < 4; ++group) {
      if (group > 0) password += '-';
      password += base::random_alphanumeric(5);
    }
    if (check_new_password(password)) return password;
  }
}

}  // namespace app
