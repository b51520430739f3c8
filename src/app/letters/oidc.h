// Sign-in with OpenID providers of the configuration: authorization code flow with PKCE. What a
// browser has to bring back lies sealed in a cookie of its own; nothing is kept here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"
#include "app/letters/oidc_client.h"

namespace app {

class Oidc {
 public:
  static base::Expected<std::unique_ptr<Oidc>> create(Parts& parts, io::SqlConnection& sql);
  static std::span<const Route> routes();

  OidcClient& client() { return client_; }

 private:
  OidcClient client_;
};

/// `wish` if a browser may be sent there after signing in: a path on this server. "/" otherwise.
std::string safe_next(std::string_view wish);

}  // namespace app
