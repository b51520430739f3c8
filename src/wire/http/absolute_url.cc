#include "wire/http/absolute_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wire::http {
namespace {

constexpr std::array<UrlScheme, 2> kHttpSchemes{{{"http", 80}, {"https", 443}}};
constexpr std::size_t kMaxHost = 255;

std::unexpected<base::Error> wrong(std::string_view what) {
  return base::fail(base::ErrorCode::kInvalid, fmt::format("the address {}", what));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

std::string names_of(std::span<const UrlScheme> schemes) {
  std::string out;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (i > 0) out += i + 1 == schemes.size() ? " or " : ", ";
    out += schemes[i].name;
  }
  return out;
}

}  // namespace

std::string AbsoluteUrl::authority() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::string AbsoluteUrl::host_field() const {
  if (!has_usual_port) return authority();
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

base::Expected<AbsoluteUrl> parse_absolute_url(std::string_view url,
                                               std::span<const UrlScheme> schemes) {
  // Visible ASCII only: nothing that could end a line of a request.
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c >= '\x7f'; })) {
    return wrong("holds a space or a character that must be escaped");
  }
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return wrong("must start with a scheme and ://");
  AbsoluteUrl out;
  out.scheme = url.substr(0, colon);
  std::transform(out.scheme.begin(), out.scheme.end(), out.scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto scheme = std::find_if(schemes.begin(), schemes.end(), [&](const UrlScheme& entry) {
    return entry.name == out.scheme;
  });
  if (scheme == schemes.end()) return wrong("must start with " + names_of(schemes));
  out.port = scheme->port;
  url.remove_prefix(colon + 3);
  url = url.substr(0, url.find('#'));
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  const std::string_view authority = url.substr(0, end);
  out.path = url.substr(end);
  if (!out.path.starts_with('/')) out.path.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) {
    return wrong("must not hold a user name or password");
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return wrong("has a bracket that is not closed");
    out.host = authority.substr(1, bracket - 1);
    port = authority.substr(bracket + 1);
  } else {
    const std::size_t mark = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, mark);
    port = authority.substr(mark);
  }
  if (out.host.empty()) return wrong("names no host");
  if (out.host.size() > kMaxHost ||
      !std::all_of(out.host.begin(), out.host.end(), is_host_character)) {
    return wrong("has a host that is none");
  }
  if (!port.empty()) {
    const char* const last = port.data() + port.size();
    const auto [read_to, error] = std::from_chars(port.data() + 1, last, out.port);
    if (port.front() != ':' || error != std::errc() || read_to != last || out.port == 0) {
      return wrong("has no port from 1 to 65535 behind its host");
    }
  }
  out.has_usual_port = out.port == scheme->port;
  return out;
}

base::Expected<AbsoluteUrl> parse_http_url(std::string_view url) {
  return parse_absolute_url(url, kHttpSchemes);
}

}  // namespace wire::http
