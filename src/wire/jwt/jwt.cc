#include "wire/jwt/jwt.h"

#include <algorithm>
#include <utility>

#include "base/base64url.h"
#include "base/json_text.h"

namespace wire::jwt {
namespace {

using base::ErrorCode;
using std::string_view;

constexpr JsonLimits kHeaderLimits{.max_members = 16, .max_depth = 4};
constexpr std::size_t kMaxShown = 16;

base::Expected<Claims> read_part(string_view part, string_view name, const JsonLimits& limits) {
  const auto json = base::from_base64url(part);
  if (!json) {
    return base::fail(ErrorCode::kMalformed,
                      "token's " + std::string(name) + " is not base64url without padding");
  }
  auto claims = Claims::parse(base::as_text(*json), limits);
  if (!claims) {
    return base::fail(std::move(claims.error()).with_context("token's " + std::string(name)));
  }
  return claims;
}

/// A header member that must be text if it is there.
base::Expected<std::string> text_member(const Claims& header, string_view name) {
  if (!header.has(name)) return std::string();
  const auto text = header.string(name);
  if (!text) {
    return base::fail(ErrorCode::kMalformed,
                      "token's header has a '" + std::string(name) + "' that is no string");
  }
  return std::string(*text);
}

base::Expected<void> check_algorithm(const Token& token, string_view expected) {
  if (token.algorithm == expected) return {};
  std::string shown = token.algorithm.substr(0, kMaxShown);
  const auto is_odd = [](char c) { return c < 0x20 || c > 0x7e; };
  std::ranges::replace_if(shown, is_odd, '?');
  return base::fail(ErrorCode::kUnsupported,
                    "token's algorithm is '" + shown + "', not " + std::string(expected));
}

std::string signing_input(string_view header, string_view claims) {
  return base::to_base64url(base::as_bytes(header)) + '.' +
         base::to_base64url(base::as_bytes(claims));
}

}  // namespace

base::Expected<Token> parse(string_view text, std::size_t max_size) {
  if (text.size() > max_size) {
    return base::fail(ErrorCode::kLimit,
                      "token is longer than " + std::to_string(max_size) + " characters");
  }
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (first == string_view::npos || std::ranges::count(text, '.') != 2) {
    return base::fail(ErrorCode::kMalformed, "token contains an invalid number of segments");
  }
  const auto header = read_part(text.substr(0, first), "header", kHeaderLimits);
  if (!header) return base::fail(header.error());
  for (const string_view name : {"crit", "b64"}) {
    if (header->has(name)) {
      return base::fail(ErrorCode::kUnsupported,
                        "token's header has '" + std::string(name) + "', which is not known here");
    }
  }
  auto algorithm = text_member(*header, "alg");
  if (!algorithm) return base::fail(algorithm.error());
  if (algorithm->empty()) return base::fail(ErrorCode::kMalformed, "token's header has no 'alg'");
  auto type = text_member(*header, "typ");
  if (!type) return base::fail(type.error());
  auto key_id = text_member(*header, "kid");
  if (!key_id) return base::fail(key_id.error());
  auto claims = read_part(text.substr(first + 1, last - first - 1), "payload", JsonLimits{});
  if (!claims) return base::fail(claims.error());
  auto signature = base::from_base64url(text.substr(last + 1));
  if (!signature) {
    return base::fail(ErrorCode::kMalformed, "token's signature is not base64url without padding");
  }
  return Token{.algorithm = std::move(*algorithm),
               .type = std::move(*type),
               .key_id = std::move(*key_id),
               .claims = std::move(*claims),
               .signed_text = std::string(text.substr(0, last)),
               .signature = std::move(*signature)};
}

base::Expected<void> verify_es384(const Token& token, const PublicKey& key) {
  if (auto checked = check_algorithm(token, "ES384"); !checked) return checked;
  if (token.signature.size() != kEs384SignatureBytes) {
    return base::fail(ErrorCode::kMalformed, "token's signature has " +
                                                 std::to_string(token.signature.size()) +
                                                 " octets instead of the 96 of ES384 (r and s, "
                                                 "not DER)");
  }
  if (!key.verify_es384(base::as_bytes(token.signed_text), token.signature)) {
    return base::fail(ErrorCode::kUnauthorized, "token's signature does not match the key");
  }
  return {};
}

std::string sign_es384(const PrivateKey& key, string_view claims, string_view key_id) {
  std::string header = R"({"alg":"ES384","typ":"JWT")";
  if (!key_id.empty()) {
    header += R"(,"kid":)";
    base::append_json_string(header, key_id);
  }
  header += '}';
  std::string token = signing_input(header, claims);
  const Es384Signature signature = key.sign_es384(base::as_bytes(token));
  return token + '.' + base::to_base64url(signature);
}

base::Expected<void> verify_hs256(const Token& token, base::HmacSha256& key) {
  if (auto checked = check_algorithm(token, "HS256"); !checked) return checked;
  if (token.signature.size() != base::kSha256Bytes) {
    return base::fail(ErrorCode::kMalformed,
                      "token's signature does not have the 32 octets of "
                      "HS256");
  }
  if (!key.verify(base::as_bytes(token.signed_text), token.signature)) {
    return base::fail(ErrorCode::kUnauthorized, "token's signature does not match the key");
  }
  return {};
}

std::string sign_hs256(base::HmacSha256& key, string_view claims) {
  std::string token = signing_input(R"({"alg":"HS256","typ":"JWT"})", claims);
  const base::Sha256Digest signature = key.sign(base::as_bytes(token));
  return token + '.' + base::to_base64url(signature);
}

}  // namespace wire::jwt
