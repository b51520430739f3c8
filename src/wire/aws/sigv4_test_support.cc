#include "wire/aws/sigv4_test_support.h"

#include "base/check.h"

namespace wire::aws {
namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  CHECK(end != std::string_view::npos);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

http::Request request_from(std::string_view text) {
  http::Request request;
  const std::string_view start = take_line(text);
  const auto space = start.find(' ');
  request.method = http::method_from(start.substr(0, space));
  request.target = start.substr(space + 1);
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = http::trim(line.substr(colon + 1));
    if (http::equal_ignoring_case(name, "Host")) request.host = value;
    request.headers.add(name, value);
  }
  request.body = base::Slice::copy_of(base::as_bytes(text));
  return request;
}

}  // namespace wire::aws
