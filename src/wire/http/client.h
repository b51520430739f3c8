// The client's side of HTTP/1.1 as a state machine: builds requests and reads the responses, whose
// bodies are delivered as spans as they come. For the load generator and for webhooks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/http/message.h"

namespace wire::http {

/// What was received of a response before its body.
struct ResponseHead {
  std::uint16_t status = 0;
  Version version = Version::k1_1;
  Headers headers;
};

/// The octets of a request. Adds Host and, if there is a body or the method is one that has bodies,
/// Content-Length; `headers` holds the rest.
base::Bytes serialise_request(Method method, std::string_view target, std::string_view host,
                              const Headers& headers, base::ByteSpan body = {});

/// The same without the body, whose octets follow it on the wire.
base::Bytes serialise_request_head(Method method, std::string_view target, std::string_view host,
                                   const Headers& headers, std::size_t body_size);

/// Reads the responses of one connection, in the order of the requests. Owned by that connection.
class ResponseReader {
 public:
  /// Callbacks run inside receive() and end_of_input(); they may call expect() and nothing else.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Final responses only; interim ones (1xx but 101) are skipped.
    virtual void on_head(const ResponseHead& head) = 0;
    /// A part of the body with its codings of transfer removed; valid during the call.
    virtual void on_body(base::ByteSpan data) = 0;
    /// The response is complete. If `keeps_alive`, the connection takes another request.
    virtual void on_complete(bool keeps_alive) = 0;
  };
  struct Limits {
    std::size_t max_header = 64 * 1024;
    std::size_t max_fields = 200;
    /// Octets of one body.
    std::uint64_t max_body = std::uint64_t{1} << 40;
  };

  explicit ResponseReader(Listener& listener) : ResponseReader(listener, Limits{}) {}
  ResponseReader(Listener& listener, const Limits& limits);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Announces that a request with this method was sent; at most kMaxExpected may be open.
  void expect(Method method);
  static constexpr std::size_t kMaxExpected = 64;

  /// Takes bytes in any pieces. kMalformed for broken messages and for bytes nobody asked for,
  /// kLimit for too long ones; the connection is of no use then.
  base::Expected<void> receive(base::ByteSpan data);
  /// The server closed: completes a body that lasts until then. kClosed if a response is missing or
  /// cut short, success otherwise.
  base::Expected<void> end_of_input();

  /// Responses not completed yet.
  std::size_t expected() const { return expected_.size(); }

 private:
  class Incoming;
  base::Expected<std::size_t> parse(base::ByteSpan input);
  base::Expected<std::size_t> step(base::ByteSpan input);
  base::Error explain(base::Error error);
  void finish_message();

  Listener& listener_;
  Limits limits_;
  std::string expected_;  // one octet a request: 1 if it was HEAD
  std::unique_ptr<Incoming> incoming_;
  base::Bytes buffered_;
  std::size_t scanned_ = 0;
  bool ended_ = false;  // the last response said so, or was broken
};

}  // namespace wire::http
