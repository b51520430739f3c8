#include "app/people/keyring.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "io/files.h"
#include "wire/http/headers.h"
#include "wire/jwt/jwt.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyOctets = 32;

// Keys for one purpose each, so that what is signed for one means nothing to the other.
base::Bytes derived(base::ByteSpan key, std::string_view purpose) {
  const base::Sha256Digest digest = base::hmac_sha256(key, base::as_bytes(purpose));
  return {digest.begin(), digest.end()};
}

}  // namespace

Keyring::Keyring(base::ByteSpan key)
    : csrf_(derived(key, "csrf")), tokens_(derived(key, "access tokens")) {}

base::Expected<Keyring> Keyring::open(const std::string& folder) {
  if (folder.empty()) {
    return base::fail(base::ErrorCode::kInvalid, "the platform needs a folder for its key");
  }
  const std::string path = folder + "/platform.key";
  if (!io::file_exists(path)) {
    const base::Bytes made = base::random_octets(kKeyOctets);
    if (auto written = io::write_file_atomic(path, made, 0600); !written) {
      return base::fail(std::move(written.error()));
    }
    return Keyring(made);
  }
  auto read = io::read_file(path, kKeyOctets);
  if (!read) return base::fail(std::move(read.error()));
  if (read->size() != kKeyOctets) {
    return base::fail(base::ErrorCode::kInvalid, path + " is no key of the platform");
  }
  return Keyring(*read);
}

std::string Keyring::csrf_token(std::string_view session_key) const {
  return base::to_base64url(base::hmac_sha256(csrf_, base::as_bytes(session_key)));
}

bool Keyring::is_csrf_token(std::string_view session_key, std::string_view given) const {
  return base::equal_in_constant_time(std::string_view(csrf_token(session_key)), given);
}

std::string Keyring::sign(const AccessToken& token) const {
  base::HmacSha256 key(tokens_);
  const auto until =
      std::chrono::duration_cast<std::chrono::seconds>(token.expires_at.time_since_epoch());
  return wire::jwt::sign_hs256(key, json::serialize(json::object{{"sub", token.account},
                                                                 {"username", token.name},
                                                                 {"gen", token.generation},
                                                                 {"exp", until.count()}}));
}

std::optional<Keyring::AccessToken> Keyring::read(std::string_view text, base::WallTime now) const {
  const auto token = wire::jwt::parse(text);
  if (!token) return std::nullopt;
  base::HmacSha256 key(tokens_);
  if (!wire::jwt::verify_hs256(*token, key)) return std::nullopt;
  const auto account = token->claims.string("sub");
  const auto name = token->claims.string("username");
  const auto generation = token->claims.integer("gen");
  const auto until = token->claims.integer("exp");
  if (!account || !name || !generation || !until) return std::nullopt;
  const auto now_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (*until <= now_seconds) return std::nullopt;
  return AccessToken{.account = std::string(*account),
                     .name = std::string(*name),
                     .generation = *generation,
                     .expires_at = base::WallTime(std::chrono::seconds(*until))};
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  authorization = wire::http::trim(authorization);
  if (authorization.size() >= kBearer.size() &&
      wire::http::equal_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) {
    authorization = wire::http::trim(authorization.substr(kBearer.size()));
  }
  return authorization;
}

}  // namespace app
