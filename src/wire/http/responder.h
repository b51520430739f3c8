// Who carries answers back to the one that asked, usually an HTTP connection: what engines that
// answer requests are given in place of a socket.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/slice.h"
#include "wire/http/message.h"

namespace wire::http {

/// `token` names the request to it. Called on its loop; outlives its requests or cancels them.
class Responder {
 public:
  virtual ~Responder() = default;
  /// The answer. A response with `streaming` set goes on with append() and ends with finish().
  virtual void respond(std::uint64_t token, Response response) = 0;
  virtual void append(std::uint64_t token, base::Slice data) = 0;
  virtual void finish(std::uint64_t token) = 0;
  /// Octets that wait for this one; a streaming response is cut when it falls too far behind.
  virtual std::size_t queued_bytes() const = 0;
  virtual void abort(std::uint64_t token) = 0;
};

}  // namespace wire::http
