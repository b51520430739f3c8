// Base64 (RFC 4648, section 4), for caption data inside script data.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace media::flv {

/// Decodes; padding may be absent and blanks and line ends are passed over. Nothing if another
/// character occurs or the length is impossible.
std::optional<base::Bytes> decode_base64(std::string_view text);

}  // namespace media::flv
