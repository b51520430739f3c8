// Request targets and queries (RFC 3986, RFC 9112 section 3.2, and the form encoding of the WHATWG
// URL standard for queries).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace wire::http {

/// How '+' reads: as itself (paths) or as a space (queries and forms).
enum class Plus { kLiteral, kSpace };

/// Replaces %XX by the octet it stands for. kMalformed when a '%' is not followed by two
/// hexadecimal digits.
base::Expected<std::string> percent_decode(std::string_view text, Plus plus = Plus::kLiteral);
/// Writes everything but letters, digits and "-._~" as %XX, '/' too.
std::string percent_encode(std::string_view text);

/// Decodes a path that starts with '/'. Runs of '/' become one. An escaped "%2F" reads as '/':
/// whoever must tell them apart (resource names inside a path) uses the raw path. kMalformed for
/// control characters, text that is not UTF-8 (which includes overlong forms), and "." or ".." as
/// a segment, escaped or not: nothing that we serve has them, and traversal cannot be expressed.
base::Expected<std::string> normalise_path(std::string_view raw);

/// The parameters of a query string, decoded, in order; a repeated name stands repeatedly.
class Query {
 public:
  static constexpr std::size_t kMaxParameters = 64;

  /// `raw` without its '?'. '+' is a space. A parameter without '=' has the value "". kMalformed
  /// for broken escapes, kLimit for more than kMaxParameters.
  static base::Expected<Query> parse(std::string_view raw);

  /// The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// The first value of one parameter, without decoding the others; nothing if it is absent or its
/// escapes are broken. Agrees with Query wherever that can be parsed.
std::optional<std::string> query_parameter(std::string_view raw, std::string_view name);

}  // namespace wire::http
