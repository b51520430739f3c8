#include "wire/http/representation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "base/check.h"

namespace wire::http {
namespace {

/// Digits only, or nothing.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ptr != text.data() + text.size()) return std::nullopt;
  // A position past 2^64 is a position past the end.
  if (result.ec == std::errc::result_out_of_range) return UINT64_MAX;
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<ByteRange> read_range(std::string_view field, std::uint64_t size) {
  static constexpr std::string_view kUnit = "bytes=";
  if (field.size() < kUnit.size() || !equal_ignoring_case(field.substr(0, kUnit.size()), kUnit)) {
    return std::nullopt;
  }
  std::string_view list = field.substr(kUnit.size());
  const auto spec = next_list_element(list);
  if (!spec || next_list_element(list)) return std::nullopt;
  const auto dash = spec->find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first_text = trim(spec->substr(0, dash));
  const std::string_view last_text = trim(spec->substr(dash + 1));
  const auto first = number(first_text);
  const auto last = number(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) {
    return std::nullopt;
  }
  if (!first) {  // the last so many octets
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{};
  return ByteRange{*first, std::min(last.value_or(UINT64_MAX), size - 1) - *first + 1};
}

std::string_view opaque_tag(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

/// Weight in thousandths (RFC 9110 section 12.4.2); what cannot be read counts as 1.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = parameters.find(';');
    const std::string_view parameter = trim(parameters.substr(0, end));
    parameters = end == std::string_view::npos ? std::string_view() : parameters.substr(end + 1);
    if (parameter.size() < 3 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=') continue;
    const std::string_view value = parameter.substr(2);
    if (value[0] != '0') return 1000;
    int thousandths = 0;
    int unit = 100;
    for (std::size_t i = 2; i < value.size() && unit > 0; ++i, unit /= 10) {
      if (value[1] != '.' || value[i] < '0' || value[i] > '9') break;
      thousandths += (value[i] - '0') * unit;
    }
    return thousandths;
  }
  return 1000;
}

}  // namespace

bool apply_if_none_match(const Request& request, Response& response) {
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  const auto condition = request.headers.find("If-None-Match");
  const auto etag = response.headers.find("ETag");
  if (!reads || response.status != 200 || response.streaming || !condition || !etag) return false;
  bool matches = trim(*condition) == "*";
  std::string_view list = *condition;
  while (const auto tag = next_list_element(list)) {
    matches = matches || opaque_tag(*tag) == opaque_tag(*etag);
  }
  if (!matches) return false;
  response.status = 304;
  response.body.clear();
  for (const std::string_view name : {"Content-Type", "Content-Encoding", "Content-Range"}) {
    response.headers.remove(name);
  }
  return true;
}

std::optional<ByteRange> wanted_range(const Request& request, std::string_view etag,
                                      std::uint64_t size) {
  const auto field = request.headers.find("Range");
  if (!field || request.method != Method::kGet) return std::nullopt;
  if (const auto condition = request.headers.find("If-Range")) {
    // Only a strong tag proves that the parts belong together; we compare no dates.
    if (condition->starts_with("W/") || *condition != etag) return std::nullopt;
  }
  return read_range(*field, size);
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  if (range.length == 0) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(range.offset) + '-' +
         std::to_string(range.offset + range.length - 1) + '/' + std::to_string(size);
}

void apply_range(const Request& request, Response& response) {
  if (response.status != 200 || response.streaming) return;
  response.headers.set("Accept-Ranges", "bytes");
  const std::uint64_t size = response.body_size();
  const auto range = wanted_range(request, response.headers.get("ETag"), size);
  if (!range) return;
  response.headers.set("Content-Range", content_range(*range, size));
  if (range->length == 0) {
    response.status = 416;
    response.body.clear();
    response.headers.remove("Content-Type");
    return;
  }
  response.status = 206;
  response.body = cut(response.body, range->offset, range->length);
}

std::vector<base::Slice> cut(const std::vector<base::Slice>& slices, std::uint64_t offset,
                             std::uint64_t length) {
  std::vector<base::Slice> out;
  for (const base::Slice& slice : slices) {
    if (length == 0) break;
    if (offset >= slice.size()) {
      offset -= slice.size();
      continue;
    }
    const std::uint64_t count = std::min<std::uint64_t>(length, slice.size() - offset);
    out.push_back(slice.sub(offset, count));
    offset = 0;
    length -= count;
  }
  CHECK(length == 0);
  return out;
}

std::string_view to_string(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kIdentity:
      return "";
    case ContentCoding::kGzip:
      return "gzip";
    case ContentCoding::kBrotli:
      return "br";
  }
  return "";
}

ContentCoding choose_coding(const Request& request,
                            std::initializer_list<ContentCoding> available) {
  int gzip = -1;
  int brotli = -1;
  int any_other = 0;
  std::string_view list = request.headers.get("Accept-Encoding");
  while (const auto element = next_list_element(list)) {
    const auto semicolon = element->find(';');
    const std::string_view name = trim(element->substr(0, semicolon));
    const int weight =
        semicolon == std::string_view::npos ? 1000 : weight_of(element->substr(semicolon + 1));
    if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip")) {
      gzip = weight;
    } else if (equal_ignoring_case(name, "br")) {
      brotli = weight;
    } else if (name == "*") {
      any_other = weight;
    }
  }
  ContentCoding best = ContentCoding::kIdentity;
  int best_weight = 0;
  for (const auto& [coding, weight] :
       {std::pair{ContentCoding::kBrotli, brotli}, std::pair{ContentCoding::kGzip, gzip}}) {
    const int effective = weight < 0 ? any_other : weight;
    const bool exists = std::find(available.begin(), available.end(), coding) != available.end();
    if (exists && effective > best_weight) {
      best = coding;
      best_weight = effective;
    }
  }
  return best;
}

}  // namespace wire::http
