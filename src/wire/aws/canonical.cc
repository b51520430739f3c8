#include "wire/aws/canonical.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace wire::aws {
namespace {

constexpr std::array<bool, 256> make_unreserved() {
  std::array<bool, 256> table = {};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kUnreserved = make_unreserved();

void append_encoded(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (kUnreserved[octet]) {
      out += c;
    } else {
      out += '%';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 15];
    }
  }
}

// Trims, and folds each inner run of spaces and tabs to one space.
void append_folded(std::string& out, std::string_view value) {
  bool pending = false;
  for (const char c : http::trim(value)) {
    if (c == ' ' || c == '\t') {
      pending = true;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += c;
  }
}

}  // namespace

std::string canonical_path(std::string_view raw, PathStyle style) {
  if (style == PathStyle::kAsReceived) return raw.empty() ? "/" : std::string(raw);
  std::string out;
  out.reserve(raw.size() + raw.size() / 4 + 1);
  // No encoded segment holds a '/', so the last one of `out` begins its last segment.
  for (std::size_t start = 0; start <= raw.size();) {
    const std::size_t end = std::min(raw.find('/', start), raw.size());
    const std::string_view segment = raw.substr(start, end - start);
    start = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!out.empty()) out.resize(out.rfind('/'));
      continue;
    }
    out += '/';
    append_encoded(out, segment);
  }
  if (out.empty() || raw.ends_with('/')) out += '/';
  return out;
}

base::Expected<std::string> canonical_query(std::string_view raw) {
  if (raw.empty()) return std::string();
  const auto query = http::Query::parse(raw);
  if (!query) return base::fail(query.error());
  // Sorted by what is written, which is not the order of what it stands for.
  std::vector<std::pair<std::string, std::string>> parameters;
  parameters.reserve(query->all().size());
  for (const auto& [name, value] : query->all()) {
    parameters.emplace_back(http::percent_encode(name), http::percent_encode(value));
  }
  std::ranges::sort(parameters);
  std::string out;
  out.reserve(raw.size() + 16);
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out.append(name).append(1, '=').append(value);
  }
  return out;
}

void append_canonical_header(std::string& out, std::string_view name, const CanonicalInput& input) {
  out.append(name).append(1, ':');
  if (name == "host") {
    append_folded(out, input.host);
  } else {
    bool first = true;
    for (std::size_t i = 0; i < input.headers.size(); ++i) {
      const auto field = input.headers[i];
      if (!http::equal_ignoring_case(field.name, name)) continue;
      if (!first) out += ',';
      first = false;
      append_folded(out, field.value);
    }
  }
  out += '\n';
}

base::Expected<std::string> canonical_request(const CanonicalInput& input) {
  auto query = canonical_query(input.query);
  if (!query) return query;
  std::string out;
  out.reserve(256 + input.path.size() + query->size() + input.headers.text_size());
  out.append(http::to_string(input.method)).append(1, '\n');
  out.append(canonical_path(input.path, input.path_style)).append(1, '\n');
  out.append(*query).append(1, '\n');
  for (const std::string_view name : input.signed_headers) {
    append_canonical_header(out, name, input);
  }
  char separator = '\n';
  for (const std::string_view name : input.signed_headers) {
    out.append(1, separator).append(name);
    separator = ';';
  }
  if (input.signed_headers.empty()) out += '\n';
  out.append(1, '\n').append(input.payload_hash);
  return out;
}

}  // namespace wire::aws
