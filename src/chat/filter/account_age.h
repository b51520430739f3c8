// When a user's account was made, as the token says.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "chat/chat.h"

namespace chat {

/// The attribute `accountCreatedAt`; nothing if there is none or it is no time.
std::optional<base::WallTime> account_created_at(const Attributes& attributes);

/// RFC 3339: a date, a time with or without a fraction, Z or an offset.
std::optional<base::WallTime> parse_rfc3339(std::string_view text);

}  // namespace chat
