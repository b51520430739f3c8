#include "wire/http/http2_stream.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"

namespace wire::http {

void Http2Stream::on_field(std::string_view name, std::string_view value) {
  if (refusal_ != 0) return;
  static constexpr std::size_t kFieldOverhead = 32;  // RFC 9113 section 6.5.2
  head_size_ += name.size() + value.size() + kFieldOverhead;
  if (head_size_ > options_.max_header || request_.headers.size() == options_.max_fields) {
    return refuse(431, "The request's header fields are too large.");
  }
  if (!name.starts_with(':')) {
    if (name == "cookie") {  // may come in crumbs (RFC 9113 section 8.2.3)
      if (!cookie_.empty()) cookie_ += "; ";
      cookie_ += value;
    } else {
      if (name == "host" && request_.host.empty()) request_.host = value;
      if (request_.headers.size() == 0) request_.headers.reserve(512, 16);
      request_.headers.add(name, value);
    }
  } else if (name == ":method") {
    request_.method = method_from(value);
    request_is_head_ = request_.method == Method::kHead;
    if (request_.method == Method::kOther) {
      refuse(501, "The request method is not known to this server.");
    } else if (request_.method == Method::kConnect || request_.method == Method::kTrace) {
      refuse(405, "This server neither tunnels nor traces.");
    }
  } else if (name == ":path") {
    if (value.size() > options_.max_target) {
      refuse(414, "The request target is too long.");
    } else if ((!value.starts_with('/') && value != "*") || !request_.set_target(value)) {
      refuse(400, "The request target is malformed.");
    }
  } else if (name == ":authority") {
    request_.host = value;
  }
}

void Http2Stream::on_head_complete(Connection::Listener& listener, bool ends_stream) {
  if (!cookie_.empty()) request_.headers.add("cookie", std::exchange(cookie_, {}));
  if (refusal_ != 0) return;
  if (ends_stream) return;
  body_limit_ = listener.body_limit(request_, options_.max_body);
  // nghttp2 has checked that it is a number and will check that the body has this length.
  const std::string_view length = request_.headers.get("content-length");
  std::uint64_t announced = 0;
  const auto parsed = std::from_chars(length.data(), length.data() + length.size(), announced);
  if (!length.empty() && (parsed.ec != std::errc() || announced > body_limit_)) {
    refuse(413, "The request body is too large.");
  }
}

void Http2Stream::on_body(base::ByteSpan data) {
  if (refusal_ != 0) return;
  if (data.size() > body_limit_ - body_.size()) {
    body_ = {};
    return refuse(413, "The request body is too large.");
  }
  body_.insert(body_.end(), data.begin(), data.end());
}

Request Http2Stream::take_request() {
  if (!body_.empty()) request_.body = base::Slice::take(std::exchange(body_, {}));
  return std::exchange(request_, {});
}

void Http2Stream::refuse(std::uint16_t status, std::string_view reason) {
  refusal_ = status;
  reason_ = reason;
}

}  // namespace wire::http
