#include "app/people/names.h"

#include <algorithm>
#include <array>

#include "base/crypto.h"

namespace app {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 20;
constexpr std::size_t kLongestEmail = 254;  // RFC 5321 section 4.5.3.1.3, without its brackets
constexpr std::size_t kLongestLocal = 64;

// First segments of our paths, of pages and of interfaces, and what could be taken for the
// platform's own voice.
constexpr auto kReserved = std::to_array<std::string_view>({"about",
                                                            "account",
                                                            "accounts",
                                                            "admin",
                                                            "administrator",
                                                            "api",
                                                            "apple-touch-icon.png",
                                                            "assets",
                                                            "auth",
                                                            "channel",
                                                            "channels",
                                                            "console",
                                                            "developers",
                                                            "docs",
                                                            "download",
                                                            "event",
                                                            "events",
                                                            "favicon.ico",
                                                            "feed",
                                                            "following",
                                                            "healthz",
                                                            "health",
                                                            "help",
                                                            "home",
                                                            "index.html",
                                                            "live",
                                                            "login",
                                                            "logout",
                                                            "mailbox",
                                                            "manager",
                                                            "manifest.json",
                                                            "metrics",
                                                            "moderator",
                                                            "notices",
                                                            "player",
                                                            "poll",
                                                            "polls",
                                                            "privacy",
                                                            "prod",
                                                            "products",
                                                            "profile",
                                                            "readyz",
                                                            "recordings",
                                                            "register",
                                                            "reset",
                                                            "robots.txt",
                                                            "root",
                                                            "rostrum",
                                                            "search",
                                                            "session",
                                                            "settings",
                                                            "sitemap.xml",
                                                            "stages",
                                                            "static",
                                                            "status",
                                                            "support",
                                                            "system",
                                                            "terms",
                                                            "unsubscribe",
                                                            "verify",
                                                            "watch",
                                                            "well-known",
                                                            "whep",
                                                            "whip"});

constexpr std::array<std::string_view, 14> kAvatars = {
    "bear",     "bird",  "bird2", "dog",  "dog2",      "dog3",  "giraffe",
    "hedgehog", "hippo", "horse", "ibex", "jellyfish", "sheep", "tiger"};
constexpr std::array<std::string_view, 7> kColors = {"blue",   "green",     "lavender", "purple",
                                                     "salmon", "turquoise", "yellow"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_of_name(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_';
}

// RFC 5321's Dot-string: atoms joined by single dots.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > kLongestLocal) return false;
  if (text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}

bool is_domain(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return text == "localhost";
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    const bool fits =
        std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    if (!fits) return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

std::size_t random_below(std::size_t count) {
  std::array<std::uint8_t, 2> octets{};
  base::fill_random(octets);
  return (static_cast<std::size_t>(octets[0]) << 8 | octets[1]) % count;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

Outcome<void> check_name(std::string_view name) {
  if (name.size() < kShortest || name.size() > kLongest) {
    return invalid("name", "A name has 4 to 20 characters.");
  }
  if (!std::ranges::all_of(name, is_of_name)) {
    return invalid("name", "A name is made of letters, digits, dots and underscores.");
  }
  if (std::ranges::none_of(name, [](char c) { return is_letter(c) || is_digit(c); })) {
    return invalid("name", "A name needs a letter or digit.");
  }
  return {};
}

bool is_reserved_name(std::string_view name, std::span<const std::string> further) {
  const std::string key = folded(name);
  if (std::ranges::find(kReserved, key) != kReserved.end()) return true;
  return std::ranges::any_of(further,
                             [&](const std::string& other) { return folded(other) == key; });
}

Outcome<void> check_email(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool fits = at != std::string_view::npos && email.size() <= kLongestEmail &&
                    is_local_part(email.substr(0, at)) && is_domain(email.substr(at + 1));
  if (!fits) return invalid("email", "This does not look like an e-mail address.");
  return {};
}

bool is_allowed_domain(std::string_view email, std::span<const std::string> domains) {
  if (domains.empty()) return true;
  const std::string domain = folded(email.substr(email.rfind('@') + 1));
  return std::ranges::any_of(domains,
                             [&](const std::string& allowed) { return folded(allowed) == domain; });
}

std::string name_like(std::string_view wish, unsigned number) {
  std::string name;
  for (const char c : wish.substr(0, wish.find('@'))) {
    if (is_of_name(c)) {
      name.push_back(c);
    } else if ((c == ' ' || c == '-') && !name.empty() && name.back() != '_') {
      name.push_back('_');
    }
  }
  const std::string behind = number > 0 ? std::to_string(number) : std::string();
  if (name.size() + behind.size() > kLongest) name.resize(kLongest - behind.size());
  name += behind;
  const bool has_word = std::ranges::any_of(name, [](char c) { return is_letter(c); });
  if (!has_word) name.insert(0, "user");
  while (name.size() < kShortest) name.push_back('_');
  if (name.size() > kLongest) name.resize(kLongest);
  return name;
}

std::span<const std::string_view> avatars() {
  return kAvatars;
}
std::span<const std::string_view> colors() {
  return kColors;
}
std::string_view random_avatar() {
  return kAvatars[random_below(kAvatars.size())];
}
std::string_view random_color() {
  return kColors[random_below(kColors.size())];
}

}  // namespace app
