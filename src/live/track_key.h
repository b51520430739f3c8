// Names a publisher's track, or one that was made of it.
#pragma once

#include <compare>
#include <cstdint>

#include "media/types.h"

namespace live {

/// Audio and video are numbered separately.
struct TrackKey {
  media::TrackKind kind = media::TrackKind::kVideo;
  std::uint32_t id = 0;
  auto operator<=>(const TrackKey&) const = default;
};

}  // namespace live
