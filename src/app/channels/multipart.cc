#include "app/channels/multipart.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/http/headers.h"

namespace app {
namespace {

using base::ErrorCode;
using base::fail;
using wire::http::equal_ignoring_case;
using wire::http::trim;

constexpr std::size_t kMostBoundary = 70;

// A parameter of a field's value: `; name=value` or `; name="value"`. Browsers escape quotes in
// names as %22.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  while (true) {
    const std::size_t semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    value = value.substr(semicolon + 1);
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view found = trim(value.substr(0, equals));
    value = value.substr(equals + 1);
    std::string_view text;
    if (value.starts_with('"')) {
      const std::size_t end = value.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      text = value.substr(1, end - 1);
      value = value.substr(end + 1);
    } else {
      text = trim(value.substr(0, value.find(';')));
    }
    if (equal_ignoring_case(found, name)) return std::string(text);
  }
}

base::Expected<FormPart> read_head(std::string_view head) {
  FormPart part;
  bool has_name = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return fail(ErrorCode::kMalformed, "a field of a part has no name");
    }
    const std::string_view name = trim(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(name, "Content-Disposition")) {
      if (auto found = parameter(value, "name")) {
        part.name = *std::move(found);
        has_name = true;
      }
      part.file_name = parameter(value, "filename").value_or("");
    } else if (equal_ignoring_case(name, "Content-Type")) {
      part.content_type = value;
    }
  }
  if (!has_name) return fail(ErrorCode::kMalformed, "a part has no name");
  return part;
}

}  // namespace

base::Expected<std::vector<FormPart>> parse_form(std::string_view content_type,
                                                 base::ByteSpan body) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (!equal_ignoring_case(type, "multipart/form-data")) {
    return fail(ErrorCode::kUnsupported, "the body is no form with files");
  }
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMostBoundary) {
    return fail(ErrorCode::kMalformed, "the form does not say where its parts end");
  }
  // Each part stands behind a line with this; what is before the first one says nothing.
  const std::string delimiter = "\r\n--" + *boundary;
  std::string_view rest = base::as_text(body);
  if (rest.starts_with(std::string_view(delimiter).substr(2))) {
    rest.remove_prefix(delimiter.size() - 2);
  } else {
    const std::size_t first = rest.find(delimiter);
    if (first == std::string_view::npos) {
      return fail(ErrorCode::kMalformed, "the form has no parts");
    }
    rest.remove_prefix(first + delimiter.size());
  }
  std::vector<FormPart> parts;
  while (!rest.starts_with("--")) {
    const std::size_t line = rest.find("\r\n");
    if (line == std::string_view::npos || !trim(rest.substr(0, line)).empty()) {
      return fail(ErrorCode::kMalformed, "a part does not begin on a line of its own");
    }
    rest.remove_prefix(line);
    // An empty head ends with the line end before it.
    const std::size_t head_end = rest.find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
      return fail(ErrorCode::kMalformed, "the head of a part does not end");
    }
    if (head_end > kMostPartHead || parts.size() == kMostFormParts) {
      return fail(ErrorCode::kLimit, "the form has too many parts, or too large heads");
    }
    auto part = read_head(head_end == 0 ? std::string_view() : rest.substr(2, head_end - 2));
    if (!part) return fail(std::move(part.error()));
    // The line end behind the head may be the one before the next delimiter: nothing between.
    rest.remove_prefix(head_end + 2);
    const std::size_t end = rest.find(delimiter);
    if (end == std::string_view::npos) {
      return fail(ErrorCode::kMalformed, "the form ends within a part");
    }
    part->content = base::as_bytes(end < 2 ? std::string_view() : rest.substr(2, end - 2));
    rest.remove_prefix(end + delimiter.size());
    parts.push_back(*std::move(part));
  }
  return parts;
}

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &FormPart::name);
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace app
