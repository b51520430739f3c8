#include "wire/rtmp/stream_name.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace wire::rtmp {
namespace {

constexpr std::size_t kMaxParameters = 32;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A '%' that no two digits follow stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Splits at the first `mark`; the second part is empty if there is none.
std::pair<std::string_view, std::string_view> split(std::string_view text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view without_outer_slashes(std::string_view text) {
  const auto first = text.find_first_not_of('/');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of('/') - first + 1);
}

std::optional<std::uint32_t> parse_priority(std::string_view text) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < 1 ||
      value > std::uint32_t{std::numeric_limits<std::int32_t>::max()}) {
    return std::nullopt;
  }
  return value;
}

void append_query(std::string& query, std::string_view more) {
  if (more.empty()) return;
  if (!query.empty()) query += '&';
  query += more;
}

}  // namespace

const std::string* StreamName::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name,
                                       [](const auto& p) -> const std::string& { return p.first; });
  return found == parameters.end() ? nullptr : &found->second;
}

StreamName parse_stream_name(std::string_view text) {
  StreamName result;
  auto [key, query] = split(text, '?');
  result.key = without_outer_slashes(key);
  bool has_priority = false;
  while (!query.empty() && result.parameters.size() < kMaxParameters) {
    const auto [parameter, rest] = split(query, '&');
    query = rest;
    if (parameter.empty()) continue;
    const auto [name, value] = split(parameter, '=');
    result.parameters.emplace_back(percent_decoded(name), percent_decoded(value));
    const auto& [decoded_name, decoded_value] = result.parameters.back();
    if (decoded_name == "priority") {
      result.priority = parse_priority(decoded_value);
      result.priority_invalid |= has_priority || !result.priority;
      has_priority = true;
    } else if (decoded_name == "clientConfigId" && result.client_config_id.empty()) {
      result.client_config_id = decoded_value;
    }
  }
  if (result.priority_invalid) result.priority.reset();
  return result;
}

PublishTarget publish_target(std::string_view app, std::string_view tc_url, std::string_view name) {
  auto [app_path, app_query] = split(app, '?');
  auto [name_path, name_query] = split(name, '?');
  if (without_outer_slashes(app_path).empty()) {
    // rtmp://host:port/app/key?query
    const auto authority = tc_url.find("://");
    const auto rest =
        authority == std::string_view::npos ? std::string_view() : tc_url.substr(authority + 3);
    const auto [path, query] = split(split(rest, '/').second, '?');
    app_path = path;
    if (app_query.empty()) app_query = query;
  }
  app_path = without_outer_slashes(app_path);
  name_path = without_outer_slashes(name_path);
  PublishTarget target;
  auto [first, further] = split(app_path, '/');
  target.app = first;
  target.stream_name = name_path.empty() ? without_outer_slashes(further) : name_path;
  std::string query(name_query);
  append_query(query, app_query);
  if (!query.empty()) target.stream_name += '?' + query;
  return target;
}

}  // namespace wire::rtmp
