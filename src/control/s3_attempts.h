// A request to a store that is made again, a few times and with growing pauses, while the store is
// away, busy or in trouble. Signed anew each time. Made, used and destroyed on one loop.
#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "base/time.h"
#include "control/http_client.h"
#include "control/s3_requests.h"
#include "io/timer.h"

namespace io {
class Loop;
}

namespace control {

/// Whether the same may go well a moment later.
bool is_passing(base::ErrorCode code);

class S3Attempts {
 public:
  /// What an answer means. By default success is a status from 200 to 299.
  using Judge = std::function<base::Expected<void>(const HttpClient::Answer&)>;
  /// Called once, not from inside the constructor; may destroy the attempts.
  using Done = std::move_only_function<void(base::Expected<HttpClient::Answer>)>;

  /// `http` and `requests` outlive it. At most `most` attempts, at least one.
  S3Attempts(io::Loop& loop, HttpClient& http, const S3Requests& requests, S3Request request,
             unsigned most, Done done, Judge judge = {});
  S3Attempts(const S3Attempts&) = delete;
  S3Attempts& operator=(const S3Attempts&) = delete;

  /// So far.
  unsigned made() const { return made_; }

 private:
  void attempt();
  void on_answer(base::Expected<HttpClient::Answer> answer);

  HttpClient& http_;
  const S3Requests& requests_;
  const S3Request request_;
  const unsigned most_;
  const Judge judge_;
  Done done_;
  io::Timer pause_;
  std::unique_ptr<HttpClient::PendingRequest> pending_;
  unsigned made_ = 0;
};

}  // namespace control
