// Requests to a service that speaks S3, as values: where a bucket and its keys stand, and what
// signs a request. Shared by what control/s3_object_store.h is made of; used on one loop.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "control/http_client.h"
#include "control/s3_object_store.h"
#include "io/object_store.h"
#include "wire/aws/sigv4.h"
#include "wire/http/absolute_url.h"
#include "wire/http/headers.h"
#include "wire/http/message.h"

namespace control {

inline constexpr std::size_t kMaxS3ErrorAnswer = 64 << 10;

/// Before it is signed.
struct S3Request {
  wire::http::Method method = wire::http::Method::kGet;
  std::string host = {};   // with its port
  std::string path = {};   // encoded
  std::string query = {};  // encoded, without '?'
  wire::http::Headers headers = {};
  std::vector<base::Slice> body = {};
  /// Of the body; absent: it is made when the request is signed.
  std::optional<base::Sha256Digest> sha256 = {};
  std::size_t max_answer = kMaxS3ErrorAnswer;
  /// Much goes or comes: it may take long, as long as it goes on.
  bool is_large = false;
  /// How many times the settings' timeout it may take.
  unsigned patience = 1;
};

class S3Requests {
 public:
  /// Settings that check_s3_settings has agreed to.
  S3Requests(S3Settings settings, std::function<base::WallTime()> now);

  // Fill host and path. kInvalid for names that cannot be.
  base::Expected<void> place_bucket(const std::string& bucket, S3Request& request) const;
  base::Expected<void> place(const io::ObjectName& name, S3Request& request) const;

  base::Expected<HttpClient::Request> sign(S3Request request) const;

  const S3Settings& settings() const { return settings_; }

 private:
  const S3Settings settings_;
  const wire::aws::Credentials credentials_;
  const wire::http::AbsoluteUrl endpoint_;
  const std::function<base::WallTime()> now_;
};

bool is_success(const HttpClient::Answer& answer);
/// Of an answer that is none: what the store says, without anything secret.
base::Error s3_error_of(const HttpClient::Answer& answer);

}  // namespace control
