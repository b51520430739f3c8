// Asks OpenID providers: what they are (discovery), their keys, and who came with a code. Documents
// are remembered; asking waits, so only threads of the slow crew may. Safe from several of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/app.h"
#include "app/letters/oidc_document.h"
#include "base/guarded.h"

namespace app {

/// One sign-in: what was sent with the browser, to be asked for when it comes back.
struct OidcAttempt {
  std::string state;
  std::string nonce;
  std::string verifier;  // of PKCE (RFC 7636), secret
  std::string redirect_uri;
};
OidcAttempt new_oidc_attempt(std::string redirect_uri);

class OidcClient {
 public:
  /// Where the browser goes to sign in.
  base::Expected<std::string> authorization_url(const OidcProvider& provider,
                                                const OidcAttempt& attempt, base::WallTime now);
  /// Who it is, for the code that the browser brought back.
  base::Expected<OidcPerson> redeem(const OidcProvider& provider, const OidcAttempt& attempt,
                                    std::string_view code, base::WallTime now);

 private:
  using Discovery = std::shared_ptr<const OidcDiscovery>;    // immutable, crosses threads
  using Keys = std::shared_ptr<const std::vector<OidcKey>>;  // likewise
  struct Known {
    Discovery discovery;
    base::WallTime discovered_at{};
    Keys keys;
    base::WallTime keys_at{};
  };
  base::Expected<Discovery> discover(const OidcProvider& provider, base::WallTime now);
  enum class Freshness : std::uint8_t { kUsual, kNewest };
  base::Expected<Keys> keys(const OidcProvider& provider, const OidcDiscovery& discovery,
                            Freshness freshness, base::WallTime now);
  base::Expected<std::string> exchange(const OidcProvider& provider, const OidcDiscovery& discovery,
                                       const OidcAttempt& attempt, std::string_view code);

  base::Guarded<std::map<std::string, Known>> known_;  // by provider
};

}  // namespace app
