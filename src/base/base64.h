// Base64 (RFC 4648 section 4 with padding, section 5 without).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace base {

std::string to_base64(ByteSpan data);
/// The alphabet of section 5 ('-' and '_'), without padding.
std::string to_base64url(ByteSpan data);

/// Decodes either alphabet, with or without padding; nullopt for anything else, white space
/// included.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace base
