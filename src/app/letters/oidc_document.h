// What an OpenID provider says of itself and of people, read from its documents: discovery (OpenID
// Connect Discovery 1.0), keys (RFC 7517) and ID tokens (OpenID Connect Core 1.0 section 2). Pure
// functions of octets; nothing here asks anybody.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "wire/jwt/jwt.h"

namespace app {

struct OidcDiscovery {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  /// The token endpoint takes the secret in the body only (client_secret_post).
  bool secret_in_body = false;
};
/// kInvalid if the document is not `issuer`'s, or names addresses that are not https (those of this
/// machine may be http).
base::Expected<OidcDiscovery> read_discovery(std::string_view document, std::string_view issuer);

/// Whether we would talk to this address: https, or http on this machine.
bool is_provider_url(std::string_view url);

/// A key that signs ID tokens: RSA for RS256, P-256 for ES256. An immutable value for any thread.
class OidcKey {
 public:
  struct Handle;  // OpenSSL's key
  OidcKey(std::string id, std::string algorithm, std::shared_ptr<const Handle> handle)
      : id_(std::move(id)), algorithm_(std::move(algorithm)), handle_(std::move(handle)) {}

  const std::string& id() const { return id_; }  // "kid", may be empty
  const std::string& algorithm() const { return algorithm_; }
  bool verify(const wire::jwt::Token& token) const;

 private:
  std::string id_;
  std::string algorithm_;
  std::shared_ptr<const Handle> handle_;  // immutable, shared by copies
};

inline constexpr std::size_t kMaxOidcKeys = 32;
/// The keys of a set that we can use; others are passed over. RSA keys have 2048 to 8192 bits.
base::Expected<std::vector<OidcKey>> read_keys(std::string_view document);

/// What an ID token has to be.
struct OidcExpectation {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  base::WallTime now{};
};
struct OidcPerson {
  std::string subject;
  std::string email;  // empty unless the provider vouches for it
  std::string name;   // a wish for a name here; may be empty
};
/// Size of an ID token at most.
inline constexpr std::size_t kMaxIdToken = 16 << 10;

/// The token's claims, once its signature was found true by one of `keys`. kNotFound if no key of
/// that name is known (there may be new ones), kUnauthorized for anything that is not as expected;
/// the sentence says what and holds nothing of the token.
base::Expected<OidcPerson> read_id_token(std::string_view text, const std::vector<OidcKey>& keys,
                                         const OidcExpectation& expectation);

/// The ID token in a token endpoint's answer.
base::Expected<std::string> id_token_in(std::string_view document);

}  // namespace app
