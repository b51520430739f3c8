#include "wire/http/url.h"

#include <algorithm>

#include "base/utf8.h"

namespace wire::http {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Printable ASCII. Without a way out of the loop, which lets the compiler take many at a time.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= 0x20 && c < 0x7f;
  return plain;
}

/// Takes the next `name=value` off the front of a query; false when nothing is left.
bool next_parameter(std::string_view& query, std::string_view& name, std::string_view& value) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    name = pair.substr(0, equals);
    value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    return true;
  }
  return false;
}

bool is_parameter_named(std::string_view raw, std::string_view name) {
  if (raw.find_first_of("%+") == std::string_view::npos) return raw == name;
  return percent_decode(raw, Plus::kSpace) == name;
}

}  // namespace

base::Expected<std::string> percent_decode(std::string_view text, Plus plus) {
  // Long texts that need no decoding are common: tokens.
  std::size_t i = std::min(text.find('%'), text.size());
  if (plus == Plus::kSpace) i = std::min(text.find('+'), i);
  std::string out(text.substr(0, i));
  if (i == text.size()) return out;
  out.reserve(text.size());
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '+' && plus == Plus::kSpace) {
      out += ' ';
    } else if (c != '%') {
      out += c;
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) {
        return base::fail(
            base::ErrorCode::kMalformed,
            "a '%' at offset " + std::to_string(i) + " is not followed by two hexadecimal digits");
      }
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 15];
    }
  }
  return out;
}

base::Expected<std::string> normalise_path(std::string_view raw) {
  if (!raw.starts_with('/')) {
    return base::fail(base::ErrorCode::kMalformed, "the path does not start with '/'");
  }
  auto decoded = percent_decode(raw);
  if (!decoded) return base::fail(std::move(decoded.error()).with_context("path"));
  std::string& path = *decoded;
  if (!is_plain(path)) {
    if (std::any_of(path.begin(), path.end(), is_control)) {
      return base::fail(base::ErrorCode::kMalformed, "the path holds a control character");
    }
    if (!base::is_utf8(path)) {
      return base::fail(base::ErrorCode::kMalformed, "the path is not UTF-8");
    }
  }
  if (path.find("//") != std::string::npos) {
    path.erase(
        std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }),
        path.end());
  }
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = std::string_view(path).substr(start, end - start);
    if (segment == "." || segment == "..") {
      return base::fail(base::ErrorCode::kMalformed, "the path holds a '.' or '..' segment");
    }
    start = end + 1;
  }
  return decoded;
}

base::Expected<Query> Query::parse(std::string_view raw) {
  Query query;
  std::string_view name;
  std::string_view value;
  while (next_parameter(raw, name, value)) {
    if (query.parameters_.size() == kMaxParameters) {
      return base::fail(
          base::ErrorCode::kLimit,
          "the query has more than " + std::to_string(kMaxParameters) + " parameters");
    }
    auto decoded_name = percent_decode(name, Plus::kSpace);
    if (!decoded_name) return base::fail(std::move(decoded_name.error()).with_context("query"));
    auto decoded_value = percent_decode(value, Plus::kSpace);
    if (!decoded_value) return base::fail(std::move(decoded_value.error()).with_context("query"));
    query.parameters_.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
  }
  return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  if (found == parameters_.end()) return std::nullopt;
  return found->second;
}

std::size_t Query::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(parameters_.begin(), parameters_.end(),
                    [&](const auto& parameter) { return parameter.first == name; }));
}

std::optional<std::string> query_parameter(std::string_view raw, std::string_view name) {
  std::string_view found;
  std::string_view value;
  while (next_parameter(raw, found, value)) {
    if (!is_parameter_named(found, name)) continue;
    auto decoded = percent_decode(value, Plus::kSpace);
    if (!decoded) return std::nullopt;
    return std::move(*decoded);
  }
  return std::nullopt;
}

}  // namespace wire::http
