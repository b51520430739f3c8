// A viewer's session as it stands in the addresses of playlists and media: what it may do and since
// when, signed with a key that only this deployment has, so that every loop and node can check it
// without asking.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace control {

struct ViewerSession {
  std::int64_t issued_at = 0;                    // seconds since 1970
  std::optional<std::uint32_t> max_height = {};  // below 65,536
  std::string viewer = {};                       // at most 40 octets
  std::int64_t version = 0;
  bool strict_origin = false;
  std::vector<std::string> origins = {};  // kept only with strict_origin
};

/// Signs and checks; belongs to one loop.
class ViewerSessionSigner {
 public:
  explicit ViewerSessionSigner(base::ByteSpan key) : hmac_(key) {}

  /// Letters, digits, '-' and '_'; about 60 of them without origins. Never the same twice.
  std::string sign(const ViewerSession& session, std::string_view channel);
  /// Nothing unless this text was made by sign() for this channel.
  std::optional<ViewerSession> open(std::string_view text, std::string_view channel);

 private:
  base::Sha256Digest tag(base::ByteSpan payload, std::string_view channel);
  base::HmacSha256 hmac_;
};

}  // namespace control
