// Which form of a resource a client gets: preconditions, ranges and content codings (RFC 9110
// sections 12.5.3, 13 and 14). For whoever holds the whole response; all of it works on slice lists
// without copying.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slice.h"
#include "wire/http/message.h"

namespace wire::http {

/// Turns a complete 200 to GET or HEAD that carries an ETag into 304 when If-None-Match names it,
/// keeping the fields that a 304 repeats. Returns true if it did.
bool apply_if_none_match(const Request& request, Response& response);

/// Turns a complete 200 to GET into 206 or 416 as Range and If-Range ask, and says that ranges are
/// accepted. One byte range is served; several, other units and malformed ones are ignored, which
/// the RFC allows. Call after apply_if_none_match, and never for what is coded on the way out.
void apply_range(const Request& request, Response& response);

/// What a request wants of a body with `size` octets and this ETag, by the same rules: for bodies
/// that are made while they are sent. Nothing: all of it. A length of 0: what there is not (416).
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};
std::optional<ByteRange> wanted_range(const Request& request, std::string_view etag,
                                      std::uint64_t size);
/// "bytes 0-9/10", or "bytes */10" for a length of 0.
std::string content_range(const ByteRange& range, std::uint64_t size);

/// The part [offset, offset + length) of a list of slices; it must lie inside.
std::vector<base::Slice> cut(const std::vector<base::Slice>& slices, std::uint64_t offset,
                             std::uint64_t length);

enum class ContentCoding { kIdentity, kGzip, kBrotli };
/// "gzip", "br"; "" for identity.
std::string_view to_string(ContentCoding coding);

/// The best of the codings that exist for a resource (identity always does) by the request's
/// Accept-Encoding: the highest weight, and among equals br, gzip, identity. The response needs
/// `Vary: Accept-Encoding` whatever comes out.
ContentCoding choose_coding(const Request& request, std::initializer_list<ContentCoding> available);

}  // namespace wire::http
