// Base64url as tokens use it (RFC 7515 section 2): the alphabet of RFC 4648 section 5, no padding,
// and exactly one text for each run of octets. base/base64.h decodes what people and other
// programs write more loosely.
#pragma once

#include <optional>
#include <string_view>

#include "base/base64.h"
#include "base/bytes.h"

namespace base {

/// The inverse of to_base64url. Nothing for padding, other alphabets, white space, an impossible
/// length, or set bits behind the last whole octet: a signed text cannot be respelt.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace base
