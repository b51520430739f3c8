// An absolute URL taken apart (RFC 3986 section 3), for those who connect: clients, webhooks, load
// tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wire::http {

struct AbsoluteUrl {
  std::string scheme;  // lower case
  std::string host;    // without brackets
  std::uint16_t port = 0;
  std::string path;  // from the slash, with its query, without a fragment; may hold secrets
  /// The scheme's own port was not written out or is the same.
  bool has_usual_port = false;

  bool is_secure() const { return scheme.ends_with('s'); }
  /// "host:port", with brackets where needed.
  std::string authority() const;
  /// What a Host field says: without the port if it is the scheme's own.
  std::string host_field() const;
};

/// A scheme that may stand there, and its usual port.
struct UrlScheme {
  std::string_view name;
  std::uint16_t port = 0;
};

/// Takes URLs with one of `schemes`. kInvalid for anything else, names and passwords before the
/// host, and characters that a URL cannot hold; the sentence never repeats the text, which may hold
/// a secret.
base::Expected<AbsoluteUrl> parse_absolute_url(std::string_view url,
                                               std::span<const UrlScheme> schemes);
/// The same for http and https.
base::Expected<AbsoluteUrl> parse_http_url(std::string_view url);

}  // namespace wire::http
