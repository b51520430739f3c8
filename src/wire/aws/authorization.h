// Reads what a request says about its own signature (Signature Version 4, header form). Nothing
// here is proven until verify() of wire/aws/sigv4.h has agreed.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wire/aws/errors.h"
#include "wire/http/message.h"

namespace wire::aws {

/// "20260505T215538Z", the only form of time in signatures.
using AmzDate = std::array<char, 16>;

/// `time` to whole seconds; its year must have four digits.
AmzDate to_amz_date(base::WallTime time);
std::optional<base::WallTime> parse_amz_date(std::string_view text);
/// "Tue, 05 May 2026 21:55:38 GMT" (RFC 9110 section 5.6.7); the day's name is not looked at.
std::optional<base::WallTime> parse_http_date(std::string_view text);

/// The parts of a signed request. Views into the request, valid until it changes or moves.
struct Authorization {
  std::string_view access_key_id;  // 1 to 128 of [A-Za-z0-9_.-]
  std::string_view date;           // "20260505", the same day as `time`
  std::string_view region;
  std::string_view service;
  /// Lower case, in order, without repetitions; "host" and every x-amz- field that the request has
  /// are among them.
  std::vector<std::string_view> signed_headers;
  std::string_view signature;  // not empty; otherwise as received
  base::WallTime time;         // from X-Amz-Date or Date
  AmzDate amz_date = {};       // the same, as it was signed
  /// X-Amz-Content-Sha256, if the request has one.
  std::optional<std::string_view> content_sha256;
  /// X-Amz-Security-Token, if the request has one: the caller decides what it is worth. Never
  /// write it to a log.
  std::optional<std::string_view> security_token;
};

inline constexpr std::size_t kMaxAuthorizationSize = 4096;
inline constexpr std::size_t kMaxSignedHeaders = 64;

/// Errors:
///  kMissingAuthenticationToken  no Authorization field; a presigned query string, which is not
///                               accepted, is told so
///  kIncompleteSignature         another algorithm; a part missing, repeated, unknown or malformed;
///                               no time; a field repeated that must be single
///  kInvalidSignature            a scope that contradicts the time or ends wrongly; a field that
///                               must be signed is not
std::expected<Authorization, Refusal> parse_authorization(const http::Request& request);

}  // namespace wire::aws
