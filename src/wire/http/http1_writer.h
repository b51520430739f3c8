// Serialises HTTP/1.1 response heads and chunk framing (RFC 9112 sections 4 to 7). Internal.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/slice.h"
#include "wire/http/message.h"

namespace wire::http {

/// How the end of a response's body is marked.
enum class BodyFraming {
  kLength,   // Content-Length: the sum of the body's slices
  kChunked,  // transfer coding
  kClose,    // the end of the connection
  kGiven,    // a Content-Length among the response's own fields
  kNoBody,   // a status that has none (1xx, 204, 304), or HEAD of a streaming response
};

/// What the Connection field says.
enum class ConnectionField { kNone, kKeepAlive, kClose, kUpgrade };

/// Status line and all fields, through the empty line, in one allocation.
base::Slice serialise_head(const Response& response, BodyFraming framing,
                           ConnectionField connection, std::string_view date);

/// The line before a chunk of `size` (> 0) octets; `is_first` is false behind another chunk.
base::Slice chunk_header(std::size_t size, bool is_first);
/// What ends a chunked body; `is_first` is true if it had no chunk.
base::Slice last_chunk(bool is_first);

}  // namespace wire::http
