// The secrets of this server that nothing in the database tells: what proves that a page of ours
// made a request, and what signs access tokens. One file, made at the first start. An immutable
// value for every thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace app {

class Keyring {
 public:
  /// "platform.key" in `folder`, made with random octets and mode 0600 if it is not there. kInvalid
  /// for a file that is no key.
  static base::Expected<Keyring> open(const std::string& folder);
  /// For tests.
  explicit Keyring(base::ByteSpan key);

  /// What a request by cookie has to bring besides, of the session's key (session_store.h).
  std::string csrf_token(std::string_view session_key) const;
  bool is_csrf_token(std::string_view session_key, std::string_view given) const;

  struct AccessToken {
    std::string account;
    std::string name;
    std::int64_t generation = 0;
    base::WallTime expires_at{};
  };
  /// A JSON Web Token (HS256) with the claims sub, username, gen and exp.
  std::string sign(const AccessToken& token) const;
  /// Nothing if we did not sign it, or it is over.
  std::optional<AccessToken> read(std::string_view text, base::WallTime now) const;

 private:
  base::Bytes csrf_;
  base::Bytes tokens_;
};

/// What stands in Authorization: the token with or without "Bearer " before it.
std::string_view bearer_token(std::string_view authorization);

}  // namespace app
