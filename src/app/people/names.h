// What people may call themselves, and what reads as an address of theirs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/refusal.h"

namespace app {

/// How names and addresses are compared: ASCII letters small.
std::string folded(std::string_view text);

/// 4 to 20 of letters, digits, '.', '_': 400 Invalid (name).
Outcome<void> check_name(std::string_view name);
/// Whether a name belongs to a page or route of ours, or to `further` (settings.reserved_names).
bool is_reserved_name(std::string_view name, std::span<const std::string> further);
/// As the syntax of what mail servers take without quotes: local@domain.tld, ASCII, at most 254
/// octets. 400 Invalid (email).
Outcome<void> check_email(std::string_view email);
/// Whether what stands behind the '@' is one of `domains`; all are if there are none.
bool is_allowed_domain(std::string_view email, std::span<const std::string> domains);

/// A name by the rules that looks like `wish`; `number` tells several of them apart (0: none).
std::string name_like(std::string_view wish, unsigned number);

// How people look: what they choose from.
std::span<const std::string_view> avatars();
std::span<const std::string_view> colors();
std::string_view random_avatar();
std::string_view random_color();
/// The same, joined by '|', for tables of routes.
inline constexpr std::string_view kAvatarChoices =
    "bear|bird|bird2|dog|dog2|dog3|giraffe|hedgehog|hippo|horse|ibex|jellyfish|sheep|tiger";
inline constexpr std::string_view kColorChoices =
    "blue|green|lavender|purple|salmon|turquoise|yellow";

}  // namespace app
