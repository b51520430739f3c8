// Cross-origin access (Fetch standard) for resources that any web page may use: playlists, media,
// and APIs whose credentials are explicit headers, never cookies.
#pragma once

#include <string_view>

#include "wire/http/message.h"

namespace wire::http {

/// What pages of any origin may do. All texts are comma-separated lists.
struct CorsPolicy {
  std::string_view methods = "GET, HEAD, OPTIONS";
  /// Request fields beyond the always allowed ones; "*" does not cover Authorization.
  std::string_view request_fields = "Range, If-None-Match";
  /// Response fields that scripts may read beyond the always readable ones.
  std::string_view exposed_fields = "Content-Length, Content-Range, Date, ETag";
  int max_age_seconds = 86'400;
};

/// A browser's question before the real request.
bool is_preflight(const Request& request);
/// 204 that says what `policy` allows.
Response preflight_response(const CorsPolicy& policy);
/// Adds to an ordinary response what lets a page of any origin read it.
void allow_any_origin(const CorsPolicy& policy, Response& response);

}  // namespace wire::http
