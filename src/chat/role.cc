// The words for roles, as they stand in frames, tokens and the API.
#include <array>

#include "chat/chat.h"

namespace chat {
namespace {

constexpr std::array<std::string_view, 4> kWords{"NONE", "VIP", "MODERATOR", "OWNER"};

}  // namespace

std::string_view to_string(Role role) {
  return kWords.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_of(std::string_view text) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords.at(i) == text) return static_cast<Role>(i);
  }
  return std::nullopt;
}

}  // namespace chat
