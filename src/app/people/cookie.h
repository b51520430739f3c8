// Cookies (RFC 6265): the request's, and the text that sets one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "wire/http/headers.h"

namespace app {

/// The value of the first cookie of that name, in whichever field it stands. The view lives as long
/// as the fields.
std::optional<std::string_view> find_cookie(const wire::http::Headers& headers,
                                            std::string_view name);

struct CookieForm {
  std::string_view name;
  std::string_view value;           // letters, digits, '-', '_', '.'
  std::chrono::seconds lifetime{};  // 0: takes it away
  std::string_view path = "/";
  bool is_secure = false;  // the request came by https
};
/// The value of Set-Cookie: out of reach for scripts, and not sent with what other sites post.
std::string set_cookie(const CookieForm& form);

}  // namespace app
