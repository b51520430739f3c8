#include "wire/http/http1_incoming.h"

#include <algorithm>

#include "base/check.h"

namespace wire::http {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Octets that never stand in an authority and that different readers would cut differently.
bool is_host(std::string_view text) {
  return text.find_first_of("/\\@?#, \t") == std::string_view::npos;
}

}  // namespace

Http1Connection::Incoming::Incoming(Listener& listener, const ServerOptions& options)
    : listener_(listener), options_(options), parser_(MessageParser::of_request(*this)) {
  request_.headers.reserve(512, 16);
}

bool Http1Connection::Incoming::on_request_line(std::string_view method, std::string_view target,
                                                Version version) {
  request_.version = version;
  request_.method = method_from(method);
  if (request_.method == Method::kOther) {
    return refuse(501, "The request method is not known to this server.");
  }
  if (request_.method == Method::kConnect || request_.method == Method::kTrace) {
    return refuse(405, "This server neither tunnels nor traces.");
  }
  if (target.size() > options_.max_target) {
    return refuse(414, "The request target is too long.");
  }
  if (!request_.set_target(target) ||
      (request_.path == "*" && request_.method != Method::kOptions)) {
    return refuse(400, "The request target is malformed.");
  }
  return true;
}

bool Http1Connection::Incoming::on_field(std::string_view name, std::string_view value) {
  if (head_is_complete_) {  // a trailer: allowed, and of no use to us
    if (++trailer_fields_ > options_.max_fields) {
      return refuse(431, "The request has too many trailer fields.");
    }
    return true;
  }
  if (request_.headers.size() == options_.max_fields) {
    return refuse(431, "The request has too many header fields.");
  }
  if (equal_ignoring_case(name, "Host")) {
    if (has_host_) return refuse(400, "The request has more than one Host field.");
    if (!is_host(value)) return refuse(400, "The Host field is malformed.");
    has_host_ = true;
    // The authority of an absolute target wins (RFC 9112 section 3.2.2).
    if (request_.host.empty()) request_.host = value;
  } else if (equal_ignoring_case(name, "Content-Length")) {
    if (has_content_length_) return refuse(400, "The request has more than one Content-Length.");
    if (!is_number(value)) return refuse(400, "The Content-Length is not a number.");
    has_content_length_ = true;
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    if (request_.version == Version::k1_0) {
      return refuse(400, "HTTP/1.0 has no transfer codings.");
    }
    if (!equal_ignoring_case(value, "chunked")) {
      return refuse(501, "The only transfer coding known here is chunked.");
    }
  } else if (equal_ignoring_case(name, "Expect")) {
    if (!equal_ignoring_case(value, "100-continue")) {
      return refuse(417, "The only expectation known here is 100-continue.");
    }
    expects_continue_ = request_.version == Version::k1_1;
  }
  request_.headers.add(name, value);
  return true;
}

bool Http1Connection::Incoming::on_head_complete(const BodyAnnouncement& announced) {
  head_is_complete_ = true;
  if (request_.version == Version::k1_1 && !has_host_) {
    return refuse(400, "The request has no Host field.");
  }
  if (announced.is_chunked && has_content_length_) {
    return refuse(400, "The request has both Content-Length and Transfer-Encoding.");
  }
  request_.is_upgrade = request_.version == Version::k1_1 &&
                        request_.headers.has_token("Connection", "upgrade") &&
                        request_.headers.has("Upgrade");
  const bool has_body = announced.is_chunked || announced.content_length.value_or(0) > 0;
  if (!has_body) return true;
  if (request_.is_upgrade) return refuse(400, "A request to upgrade must not have a body.");
  body_limit_ = listener_.body_limit(request_, options_.max_body);
  if (announced.content_length.value_or(0) > body_limit_) {
    return refuse(413, "The request body is too large.");
  }
  if (announced.content_length) body_.reserve(*announced.content_length);
  return true;
}

bool Http1Connection::Incoming::on_body(base::ByteSpan data) {
  if (data.size() > body_limit_ - body_.size()) {
    return refuse(413, "The request body is too large.");
  }
  expects_continue_ = false;
  body_.insert(body_.end(), data.begin(), data.end());
  return true;
}

bool Http1Connection::Incoming::closes() const {
  if (request_.headers.has_token("Connection", "close")) return true;
  return request_.version == Version::k1_0 &&
         !request_.headers.has_token("Connection", "keep-alive");
}

Request Http1Connection::Incoming::take_request() {
  if (!body_.empty()) request_.body = base::Slice::take(std::move(body_));
  return std::move(request_);
}

bool Http1Connection::Incoming::refuse(std::uint16_t status, std::string_view reason) {
  DCHECK(refusal_ == 0);
  refusal_ = status;
  reason_ = reason;
  return false;
}

}  // namespace wire::http
