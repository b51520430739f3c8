// What a playback token says, once its signature was found good: every claim of the service's
// contract, read and checked. Pure: time is an argument.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "live/live.h"
#include "wire/jwt/claims.h"

namespace control {

/// All times are seconds since 1970; `expires` may be far beyond any calendar, since samples of the
/// vendor write milliseconds.
struct PlaybackClaims {
  std::string channel_arn;
  std::int64_t expires = 0;
  std::vector<std::string> origins;  // empty: every page may
  bool strict_origin = false;
  std::string single_use;  // UUID, empty: may be used again
  std::string viewer;      // empty: cannot be revoked
  std::int64_t version = 0;
  std::optional<std::uint32_t> max_height;
};

/// Reads the claims. A refusal names the first one that is missing or wrong in itself.
std::expected<PlaybackClaims, live::ViewRefusal> read_playback_claims(
    const wire::jwt::Claims& claims);

/// Whether they let somebody start to watch now.
std::expected<void, live::ViewRefusal> check_playback_claims(const PlaybackClaims& claims,
                                                             std::string_view channel_arn,
                                                             std::string_view origin,
                                                             base::WallTime now);

/// 403 with the code that the service gives for tokens.
live::ViewRefusal token_refused(std::string sentence);
/// 403 with the code for everything else that forbids to watch.
live::ViewRefusal view_refused(std::string sentence);

}  // namespace control
