// The one place where HTTP/1.x message syntax is read (RFC 9112), for servers and clients. Hides
// Boost.Beast's parser; used by Http1Connection and ResponseReader only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/http/message.h"

namespace wire::http {

/// Length of the head at the front of `data`, through its empty line; nothing if that has not
/// arrived. `scanned` octets were searched before (0 at first) and is moved on.
std::optional<std::size_t> find_head_end(base::ByteSpan data, std::size_t& scanned);

/// What a head says about the body that follows.
struct BodyAnnouncement {
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  /// Responses only: the body ends with the connection.
  bool until_close = false;
};

/// Receives the pieces of one message. Views are valid during the call. Returning false refuses the
/// message: the parser stops with kInvalid.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual bool on_request_line(std::string_view method, std::string_view target,
                               Version version) = 0;
  virtual bool on_status_line(std::uint16_t status, std::string_view reason, Version version) = 0;
  /// Fields of the head, and those of a chunked body's trailer after on_head_complete.
  virtual bool on_field(std::string_view name, std::string_view value) = 0;
  virtual bool on_head_complete(const BodyAnnouncement& body) = 0;
  virtual bool on_body(base::ByteSpan data) = 0;
};

/// Parses one message and then stops.
class MessageParser {
 public:
  /// Whether a response may have a body at all: not after HEAD.
  enum class ResponseBody { kAsAnnounced, kNone };

  virtual ~MessageParser() = default;
  static std::unique_ptr<MessageParser> of_request(MessageSink& sink);
  static std::unique_ptr<MessageParser> of_response(MessageSink& sink, ResponseBody body);

  /// The whole head as found by find_head_end. kMalformed, or kUnsupported for another version.
  virtual base::Expected<void> parse_head(base::ByteSpan head) = 0;
  /// Bytes of the body; returns how many were used. What was not used comes again with more behind
  /// it: a chunk's size line or a trailer is taken only as a whole, and refused (kLimit) when it is
  /// longer than kMaxElement. Results do not depend on how the input is split.
  virtual base::Expected<std::size_t> parse_body(base::ByteSpan data) = 0;
  virtual bool is_complete() const = 0;
  /// The peer will send no more: completes a body that lasts until then, else kMalformed.
  virtual base::Expected<void> end_of_input() = 0;

  static constexpr std::size_t kMaxElement = 8 * 1024;
};

}  // namespace wire::http
