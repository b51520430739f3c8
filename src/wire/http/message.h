// Requests and responses as values, the same for HTTP/1.1 and HTTP/2 (RFC 9110).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "wire/http/headers.h"
#include "wire/http/url.h"

namespace wire::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kConnect, kTrace, kOther };

/// "GET"; kOther is "".
std::string_view to_string(Method method);
/// Methods are case-sensitive; what is unknown is kOther.
Method method_from(std::string_view text);

enum class Version : std::uint8_t { k1_0, k1_1, k2 };

/// A request whose head and body have arrived completely and passed every limit.
struct Request {
  Method method = Method::kGet;
  Version version = Version::k1_1;
  /// True for `Connection: Upgrade` with an `Upgrade` field, or an extended CONNECT.
  bool is_upgrade = false;
  /// Path and query as received, without scheme and authority: "/a%20b?c=d", or "*".
  std::string target;
  /// The path decoded and normalised (see normalise_path): "/a b", or "*".
  std::string path;
  /// From Host, :authority or an absolute target; may carry a port; empty only in HTTP/1.0.
  std::string host;
  Headers headers;
  base::Slice body;

  std::string_view method_text() const { return to_string(method); }
  std::string_view raw_path() const;
  /// Without its '?'; empty if there is none.
  std::string_view query() const;
  base::Expected<Query> parse_query() const { return Query::parse(query()); }
  std::optional<std::string> query_parameter(std::string_view name) const {
    return http::query_parameter(query(), name);
  }

  /// Takes a target in origin, absolute or asterisk form (RFC 9112 section 3.2) and fills target,
  /// path and, from the absolute form, host. kMalformed if it is none of these.
  base::Expected<void> set_target(std::string_view received);
};

/// What to answer. The connection adds Date, Connection and Content-Length or a transfer coding,
/// and leaves the body out for HEAD; only a streaming response may bring a Content-Length, if
/// known.
struct Response {
  std::uint16_t status = 200;
  /// The body is open: more comes by Connection::append until finish or abort.
  bool streaming = false;
  Headers headers;
  /// Shared immutable buffers, never copied. May stand at the start of a streaming body too.
  std::vector<base::Slice> body;

  std::size_t body_size() const;

  static Response with_status(std::uint16_t status);
  static Response with_body(std::uint16_t status, std::string_view content_type, base::Slice body);
};

enum class ErrorFormat { kText, kJson };

/// An answer whose body is one sentence, as text or as {"message": sentence}; never to be cached.
Response error_response(std::uint16_t status, std::string_view sentence,
                        ErrorFormat format = ErrorFormat::kText);

/// "Not Found"; "Unknown" for a status without a registered phrase.
std::string_view reason_phrase(std::uint16_t status);

/// The Date field's text, formed once a second by whoever has a clock and shared by all of a loop's
/// connections.
class DateText {
 public:
  explicit DateText(base::WallTime now) { update(now); }
  void update(base::WallTime now);
  /// IMF-fixdate (RFC 9110 section 5.6.7), always 29 characters.
  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::int64_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace wire::http
