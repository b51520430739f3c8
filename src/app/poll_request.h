// What a request to the results service of polls wants, as the tutorial's pages ask: bodies are
// JSON whatever the method and the content type are, and values of any kind count as their text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "wire/http/message.h"

namespace app {

// Octets of UTF-8. An id or answer that is longer, empty (ids) or has a NUL is refused.
inline constexpr std::size_t kMaxPollId = 256;
inline constexpr std::size_t kMaxRequestorId = 256;
inline constexpr std::size_t kMaxPollAnswer = 512;
inline constexpr std::size_t kMaxPollBody = 16 * 1024;

struct PutAnswer {
  std::string poll_id;
  std::string requestor_id;
  std::string response;
};
struct GetRequestor {
  std::string requestor_id;
};
struct GetPoll {
  std::string poll_id;
};
struct StreamPoll {
  std::string poll_id;
};
/// What is wrong, by how it is answered.
enum class PollRefusal : std::uint8_t {
  kPreflight,         // nothing: a browser's question before the request
  kFail,              // no such route, or another type of entry
  kBroke,             // a put whose fields are missing or unfit
  kInternal,          // a get whose fields are missing or unfit
  kTooLarge,          // body
  kMethodNotAllowed,  // the stream is there for GET only
  kNoPollId,          // in the query of the stream
};

using PollCall = std::variant<PutAnswer, GetRequestor, GetPoll, StreamPoll, PollRefusal>;

/// Whether `path` is one that is answered here: below `prefix`, or with an empty prefix one of the
/// routes.
bool is_poll_path(std::string_view prefix, std::string_view path);

/// `request.path` is one of is_poll_path().
PollCall read_poll_request(std::string_view prefix, const wire::http::Request& request);

}  // namespace app
