// Reads times as RFC 3339 writes them.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace base {

/// "2026-05-05T21:55:38.120Z" or with an offset ("+02:00"); a fraction counts to microseconds. Also
/// takes a space or a small letter in place of T and Z. Nothing for anything else.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace base
