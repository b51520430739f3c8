#include "app/letters/local_client.h"

#include <algorithm>

#include "wire/http/headers.h"

namespace app {
namespace {

bool is_loopback_address(std::string_view address) {
  if (address == "::1") return true;
  if (address.starts_with("::ffff:")) address.remove_prefix(7);
  return address.starts_with("127.") && std::ranges::count(address, '.') == 3 &&
         std::ranges::all_of(address, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// Whether a field says that a proxy passes the request on, whatever it tells of the client.
bool names_another(const wire::http::Headers& headers) {
  constexpr std::string_view kNames[] = {"Forwarded", "Via", "X-Real-IP", "X-Client-IP",
                                         "X-Original-For"};
  constexpr std::string_view kFamily = "X-Forwarded";  // -For, -Host, -Proto, -Server, ...
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::string_view name = headers[i].name;
    const auto is_called = [&](std::string_view known) {
      return wire::http::equal_ignoring_case(name, known);
    };
    if (wire::http::equal_ignoring_case(name.substr(0, kFamily.size()), kFamily)) return true;
    if (std::ranges::any_of(kNames, is_called)) return true;
  }
  return false;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && is_loopback_address(host.substr(1, end - 1));
  }
  if (std::ranges::count(host, ':') == 1) host = host.substr(0, host.find(':'));
  return wire::http::equal_ignoring_case(host, "localhost") || is_loopback_address(host);
}

bool is_local_client(const PlatformRequest& request) {
  if (!is_loopback_address(request.remote_address) || !is_loopback_host(request.http.host)) {
    return false;
  }
  return !names_another(request.http.headers);
}

}  // namespace app
