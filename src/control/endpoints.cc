#include "control/endpoints.h"

#include <fmt/format.h>

#include <algorithm>

namespace control {
namespace {

bool is_safe_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

// The host in "https://host:port/path" or "host:port".
std::string_view host_of(std::string_view address) {
  if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) {
    address.remove_prefix(scheme + 3);
  }
  return without_port(address.substr(0, address.find('/')));
}

}  // namespace

Endpoints endpoints_for(const Settings& settings, std::string_view host, bool is_secure) {
  Endpoints endpoints;
  if (!is_safe_host(host)) host = "localhost";
  endpoints.public_url = !settings.public_url.empty()
                             ? settings.public_url
                             : fmt::format("{}://{}", is_secure ? "https" : "http", host);
  endpoints.ingest = !settings.ingest_endpoint.empty() ? settings.ingest_endpoint
                                                       : std::string(host_of(endpoints.public_url));
  if (settings.srt_port != 0) {
    endpoints.srt = fmt::format("srt://{}:{}", host_of(endpoints.ingest), settings.srt_port);
  }
  return endpoints;
}

}  // namespace control
