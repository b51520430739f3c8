// Tokens, claims and PEM keys must take any text. What is read can be written down again with the
// same meaning, and no stranger's token verifies.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/base64url.h"
#include "base/check.h"
#include "wire/jwt/jwt.h"

namespace {

using namespace wire;

void check_claims(std::string_view text) {
  const auto claims = jwt::Claims::parse(text);
  if (!claims) return;
  CHECK(claims->size() <= jwt::JsonLimits{}.max_members);
  for (const char* name : {"exp", "aws:channel-arn", "aws:strict-origin-enforcement", "a", ""}) {
    CHECK(claims->has(name) == claims->json(name).has_value());
    const int kinds = static_cast<int>(claims->string(name).has_value()) +
                      static_cast<int>(claims->boolean(name).has_value()) +
                      static_cast<int>(claims->numeric_date(name).has_value());
    CHECK(kinds <= (claims->has(name) ? 1 : 0));
    if (const auto exact = claims->integer(name)) CHECK(claims->numeric_date(name) == exact);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  static const jwt::PublicKey key = jwt::PrivateKey::generate().public_key();
  static base::HmacSha256 secret(base::as_bytes("secret"));

  check_claims(text);
  if (const auto token = jwt::parse(text)) {
    CHECK(text == token->signed_text + '.' + base::to_base64url(token->signature));
    CHECK(!token->algorithm.empty());
    CHECK(!jwt::verify_es384(*token, key));
    CHECK(!jwt::verify_hs256(*token, secret));
  }
  // A text that is a token's middle part, so that the fuzzer need not find base64 by itself.
  if (size <= 1024) {
    const auto ours = jwt::parse(jwt::sign_hs256(secret, text));
    CHECK(ours.has_value() == jwt::Claims::parse(text).has_value());
    if (ours) CHECK(jwt::verify_hs256(*ours, secret));
  }
  if (text.starts_with("-----BEGIN")) {
    if (const auto parsed = jwt::PublicKey::from_pem(text)) {
      const auto again = jwt::PublicKey::from_pem(parsed->to_pem());
      CHECK(again && again->fingerprint() == parsed->fingerprint());
    }
    (void)jwt::PrivateKey::from_pem(text);  // any outcome but a crash is good
  }
  return 0;
}
