// What becomes of people's pictures.
#pragma once

#include <cstddef>
#include <string_view>

#include "app/channels/assets.h"

namespace app {

inline constexpr std::size_t kMostAvatar = std::size_t{1} << 20;
inline constexpr std::size_t kMostBanner = std::size_t{5} << 20;

/// Of "avatar" or "banner".
inline Assets::Form form_of(std::string_view kind) {
  if (kind == "avatar") return {.max_octets = kMostAvatar, .width = 256, .height = 256};
  return {.max_octets = kMostBanner, .width = 1'600, .height = 400};
}

}  // namespace app
