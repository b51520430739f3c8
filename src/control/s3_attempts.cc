#include "control/s3_attempts.h"

#include <utility>

namespace control {

using base::ErrorCode;

bool is_passing(ErrorCode code) {
  return code == ErrorCode::kTimeout || code == ErrorCode::kClosed || code == ErrorCode::kIo ||
         code == ErrorCode::kLimit || code == ErrorCode::kDiskFull;
}

S3Attempts::S3Attempts(io::Loop& loop, HttpClient& http, const S3Requests& requests,
                       S3Request request, unsigned most, Done done, Judge judge)
    : http_(http),
      requests_(requests),
      request_(std::move(request)),
      most_(most),
      judge_(std::move(judge)),
      done_(std::move(done)),
      pause_(loop) {
  attempt();
}

void S3Attempts::attempt() {
  ++made_;
  auto ready = requests_.sign(request_);
  if (!ready) {
    pause_.start(base::Duration::zero(), [this, error = std::move(ready.error())]() mutable {
      auto done = std::move(done_);
      done(base::fail(std::move(error)));
    });
    return;
  }
  pending_ = http_.send(std::move(*ready), [this](base::Expected<HttpClient::Answer> answer) {
    on_answer(std::move(answer));
  });
}

void S3Attempts::on_answer(base::Expected<HttpClient::Answer> answer) {
  if (answer) {
    base::Expected<void> judged;
    if (!is_success(*answer)) {
      judged = base::fail(s3_error_of(*answer));
    } else if (judge_) {
      judged = judge_(*answer);
    }
    if (!judged) answer = base::fail(std::move(judged.error()));
  }
  if (!answer && is_passing(answer.error().code) && made_ < most_) {
    const unsigned doublings = made_ - 1;
    pause_.start(requests_.settings().upload.pause * (1U << doublings), [this] { attempt(); });
    return;
  }
  auto done = std::move(done_);  // whoever waits may destroy this
  done(std::move(answer));
}

}  // namespace control
