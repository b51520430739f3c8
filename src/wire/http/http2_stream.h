// One request and its response on an HTTP/2 connection: collects header fields and body, and holds
// what is to be sent. Internal to Http2Connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http/connection.h"
#include "wire/http/http2_output.h"

namespace wire::http {

class Http2Stream {
 public:
  explicit Http2Stream(const ServerOptions& options) : options_(options) {
    request_.version = Version::k2;
  }

  /// A field of the head, names in lower case, as nghttp2 let it pass.
  void on_field(std::string_view name, std::string_view value);
  /// The head is complete; `ends_stream` if there is no body.
  void on_head_complete(Connection::Listener& listener, bool ends_stream);
  void on_body(base::ByteSpan data);

  /// Why the request is not to reach the listener: the status to answer with; 0 if it may.
  std::uint16_t refusal() const { return refusal_; }
  std::string_view reason() const { return reason_; }
  bool is_head() const { return request_is_head_; }
  Request take_request();

  SliceQueue queue;
  bool is_delivered = false;  // the listener knows it
  bool is_answered = false;
  bool is_complete = false;  // nothing will be added to the response
  bool is_deferred = false;  // nghttp2 waits for resume

 private:
  void refuse(std::uint16_t status, std::string_view reason);

  const ServerOptions& options_;
  Request request_;
  std::string cookie_;
  base::Bytes body_;
  std::size_t head_size_ = 0;
  std::size_t body_limit_ = 0;
  std::string_view reason_;  // a literal
  std::uint16_t refusal_ = 0;
  bool request_is_head_ = false;
};

}  // namespace wire::http
