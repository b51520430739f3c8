// AWS Signature Version 4, both sides, as pure functions: `now` and secrets are arguments. A server
// parses (wire/aws/authorization.h), looks the key up, derives or remembers its signing key, and
// verifies; our own clients sign.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/error.h"
#include "base/time.h"
#include "wire/aws/authorization.h"
#include "wire/aws/canonical.h"
#include "wire/aws/errors.h"
#include "wire/http/message.h"

namespace wire::aws {

/// What signs: good for one key, day, region and service. Deriving costs five times as much as
/// using it, so servers keep it under (access key id, date, region, service).
using SigningKey = base::Sha256Digest;
SigningKey derive_signing_key(std::string_view secret, std::string_view date,
                              std::string_view region, std::string_view service);

/// The text whose HMAC is the signature.
std::string string_to_sign(const AmzDate& amz_date, std::string_view region,
                           std::string_view service, std::string_view canonical);

/// What a server demands of a signature's scope and time.
struct ScopeRule {
  std::string_view service;  // empty: any
  std::string_view region;   // empty: any
  std::chrono::seconds max_skew = std::chrono::minutes(5);
  PathStyle path_style = PathStyle::kEncodedAgain;
};

/// Region, service and time, without any key. All refusals are kInvalidSignature, as AWS answers
/// them ("Signature expired: ...").
std::expected<void, Refusal> check_scope(const Authorization& authorization, const ScopeRule& rule,
                                         base::WallTime now);

/// check_scope, then the body against X-Amz-Content-Sha256 where there is one (unsigned and
/// streamed payloads are refused), then the signature in constant time. `authorization` must come
/// from this same request. Refusals: kInvalidSignature; kIncompleteSignature for a query that
/// cannot be decoded.
std::expected<void, Refusal> verify(const Authorization& authorization,
                                    const http::Request& request, const SigningKey& key,
                                    const ScopeRule& rule, base::WallTime now);

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: none
};

/// Whether to send the body's hash as X-Amz-Content-Sha256 as well (S3 demands it).
enum class PayloadHeader { kOmit, kSend };

struct SigningScope {
  std::string_view region;
  std::string_view service;
  PathStyle path_style = PathStyle::kEncodedAgain;
  PayloadHeader payload = PayloadHeader::kOmit;
  /// SHA-256 of the body, where it was made elsewhere and is not in the request; lower-case
  /// hexadecimal. Empty: the hash of the request's body.
  std::string_view payload_hash = {};
};

/// The fields to add to `request` before it is sent: X-Amz-Date, Authorization and, where asked
/// for, X-Amz-Content-Sha256 and X-Amz-Security-Token. It must have none of them yet, its `host`
/// must be what goes into the Host field, and its fields must be complete: all are signed, except
/// those that proxies and libraries change (User-Agent, Connection, Expect, Content-Length...).
/// Errors of canonical_query.
base::Expected<http::Headers> sign(const http::Request& request, const Credentials& credentials,
                                   const SigningScope& scope, base::WallTime now);

}  // namespace wire::aws
