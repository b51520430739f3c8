// What OpenID providers send must be safe to read: discovery, key sets, ID tokens and token
// answers. The first octet says which of them the rest is. Nobody's token is taken.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/letters/oidc_document.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace app;
  if (size == 0) return 0;
  const std::string_view text = base::as_text({data + 1, size - 1});
  static const std::vector<OidcKey> keys = *read_keys(
      R"({"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  CHECK(keys.size() == 1);
  switch (data[0] % 4) {
    case 0: {
      const auto found = read_discovery(text, "https://id.example.org");
      if (found) CHECK(is_provider_url(found->token_endpoint));
      break;
    }
    case 1: {
      const auto read = read_keys(text);
      if (!read) break;
      CHECK(read->size() <= kMaxOidcKeys);
      const auto token = wire::jwt::parse("eyJhbGciOiJSUzI1NiJ9.e30.AAAA");
      CHECK(token.has_value());
      for (const OidcKey& key : *read) CHECK(!key.verify(*token));
      break;
    }
    case 2:
      CHECK(!read_id_token(text, keys,
                           {.issuer = "https://id.example.org", .client_id = "c", .nonce = "n"}));
      break;
    default:
      (void)id_token_in(text);  // any outcome but a crash is good
  }
  return 0;
}
