// The canonical form of a request that Signature Version 4 signs: the same text for every way in
// which a proxy or library may spell the same request ("Create a signed AWS API request" in the
// IAM user guide).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/http/message.h"

namespace wire::aws {

/// How the path is written.
enum class PathStyle {
  /// Every service but S3: the path as on the wire, without empty and dot segments, its octets
  /// percent-encoded once more ("%3A" becomes "%253A").
  kEncodedAgain,
  /// S3: exactly as on the wire.
  kAsReceived,
};

/// What goes into a canonical request. Views that the caller keeps alive.
struct CanonicalInput {
  http::Method method = http::Method::kGet;
  std::string_view path;   // as on the wire, without the query
  std::string_view query;  // as on the wire, without '?'
  std::string_view host;   // the value of the signed header "host"
  const http::Headers& headers;
  std::span<const std::string_view> signed_headers;  // lower case, in order
  std::string_view payload_hash;                     // lower-case hexadecimal
  PathStyle path_style = PathStyle::kEncodedAgain;
};

std::string canonical_path(std::string_view raw, PathStyle style);

/// The parameters decoded as http::Query does it ('+' is a space: what is signed is what the
/// server will read), encoded strictly, sorted by name and then by value. kMalformed for broken
/// escapes, kLimit for more than http::Query::kMaxParameters.
base::Expected<std::string> canonical_query(std::string_view raw);

/// Appends "name:value\n": repeated fields joined by commas, without space at their ends, inner
/// runs of spaces and tabs as one space.
void append_canonical_header(std::string& out, std::string_view name, const CanonicalInput& input);

/// The whole: method, path, query, headers, their names, payload hash. Errors of canonical_query.
base::Expected<std::string> canonical_request(const CanonicalInput& input);

}  // namespace wire::aws
