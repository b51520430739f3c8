// JSON Web Tokens in compact form (RFC 7515 section 3.1, RFC 7519): reading, and signatures by
// ES384 and HS256. Who may use which token, and until when, is for the callers to say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/error.h"
#include "wire/jwt/claims.h"
#include "wire/jwt/keys.h"

namespace wire::jwt {

inline constexpr std::size_t kDefaultMaxTokenSize = 2048;

/// A token that was read, not one that is true: nothing of it counts before a verify function has
/// agreed.
struct Token {
  std::string algorithm;  // "alg"
  std::string type;       // "typ", "" if absent
  std::string key_id;     // "kid", "" if absent
  Claims claims;
  std::string signed_text;  // header and claims as they were sent
  base::Bytes signature;    // may be empty
};

/// Reads header, claims and signature. Errors, none of which quotes the token:
///   kLimit        longer than `max_size`; JSON beyond JsonLimits
///   kMalformed    not three parts; a part that is not strict base64url; not JSON objects; "alg"
///                 missing; "alg", "typ" or "kid" no string
///   kUnsupported  header members that demand more of the reader ("crit", "b64")
base::Expected<Token> parse(std::string_view text, std::size_t max_size = kDefaultMaxTokenSize);

/// Nothing if the token's algorithm is ES384 and this key signed it. kUnsupported for any other
/// algorithm, "none" and HS384 among them, whatever the key; kMalformed for a signature that is not
/// the raw 96 octets (DER); kUnauthorized if the key did not sign it.
base::Expected<void> verify_es384(const Token& token, const PublicKey& key);

/// A token over `claims`, the text of a JSON object. `key_id` goes into the header if not empty.
std::string sign_es384(const PrivateKey& key, std::string_view claims,
                       std::string_view key_id = {});

/// The same for HS256, for tokens that only we issue and read. Errors as in verify_es384.
base::Expected<void> verify_hs256(const Token& token, base::HmacSha256& key);
std::string sign_hs256(base::HmacSha256& key, std::string_view claims);

}  // namespace wire::jwt
