// Asks review handlers whether a message may be said: webhooks in place of the service's Lambda
// functions, with the same request and answer in JSON. Rooms name a function by its ARN; the
// configuration says where it is. Requests come from any loop and run on this one's. Made and
// destroyed on its loop, or while loops do not run.
//
// POST, Content-Type application/json, signed like events' webhooks (webhook.h) if the handler has
// a secret:
//   {"Content","MessageId","RoomArn","Attributes":{},"Sender":{"UserId","Attributes":{},"Ip"}}
// answered by 2xx with
//   {"ReviewResult":"ALLOW"|"DENY","Content","Attributes":{}}
// where Attributes are texts of at most 1 KB in all; a refusal's reason is its attribute Reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "chat/chat.h"

namespace io {
class Loop;
}

namespace control {

/// Where a review handler is; by the name of the function in ARNs.
struct ReviewHandler {
  std::string url = {};     // http(s)://
  std::string secret = {};  // signs requests; may be empty
  base::Duration timeout = std::chrono::milliseconds(200);
};

class ChatReviewer {
 public:
  struct Options {
    std::map<std::string, ReviewHandler, std::less<>> handlers = {};
    /// Under way at once; more are refused: kLimit.
    std::size_t max_under_way = 1'000;
    /// UTC; null: the system's clock.
    std::function<base::WallTime()> now = {};
    /// Certificates that handlers may have besides the system's authorities, in PEM.
    std::string trusted_certificates = {};
  };
  /// Failures since the start, by the URI of the handler as rooms name it.
  struct Failures {
    std::uint64_t invocations = 0;        // unknown, unreachable, late, no 2xx
    std::uint64_t invalid_responses = 0;  // an answer that makes no sense
  };
  using FailuresByUri = std::map<std::string, Failures, std::less<>>;

  /// kInvalid names the handler whose URL cannot be used.
  static base::Expected<std::unique_ptr<ChatReviewer>> create(io::Loop& loop, Options options);
  virtual ~ChatReviewer() = default;

  /// From any thread, for chat::Above::review; `done` is called on `reply_to`. Errors: kNotFound
  /// (no such handler), kTimeout, kLimit, kMalformed (the answer), kClosed, kIo.
  virtual void review(chat::ReviewRequest request, io::Loop& reply_to,
                      std::move_only_function<void(base::Expected<chat::ReviewResult>)> done) = 0;

  // On the reviewer's loop.

  /// Gives up what is under way and takes no more: kClosed.
  virtual void stop() = 0;
  virtual const FailuresByUri& failures() const = 0;
};

/// The name of the function in `arn:aws:lambda:<region>:<account>:function:<name>[:<alias>]`; empty
/// if it is not such an ARN.
std::string_view function_of(std::string_view arn);

// The parts, for tests and fuzzing.
std::string review_body(const chat::ReviewRequest& request);
/// `given` is what the handler was asked about: without content or attributes in the answer, those
/// stay as they were. kMalformed.
base::Expected<chat::ReviewResult> read_review(std::string_view body,
                                               const chat::ReviewRequest& given);

}  // namespace control
