#include "control/s3_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/sha256_stream.h"
#include "io/loop.h"
#include "wire/aws/s3_answers.h"
#include "wire/http/url.h"

namespace control {
namespace {

using base::ErrorCode;

// Every octet but the unreserved ones and the slashes: as it is signed and as it is sent.
std::string encoded_path(std::string_view key) {
  std::string out;
  for (std::size_t start = 0; start <= key.size();) {
    const std::size_t end = std::min(key.find('/', start), key.size());
    out.append(1, '/').append(wire::http::percent_encode(key.substr(start, end - start)));
    start = end + 1;
  }
  return out;
}

wire::http::AbsoluteUrl endpoint_of(const S3Settings& settings) {
  auto endpoint = wire::http::parse_http_url(settings.endpoint);
  CHECK(endpoint.has_value());
  return std::move(*endpoint);
}

base::Sha256Digest hash_of(const std::vector<base::Slice>& body) {
  base::Sha256Stream hash;
  for (const base::Slice& piece : body) hash.update(piece.span());
  return hash.finish();
}

}  // namespace

S3Requests::S3Requests(S3Settings settings, std::function<base::WallTime()> now)
    : settings_(std::move(settings)),
      credentials_{settings_.access_key_id, settings_.secret_access_key, settings_.session_token},
      endpoint_(endpoint_of(settings_)),
      now_(now ? std::move(now) : [] { return io::Loop::wall_now(); }) {}

base::Expected<void> S3Requests::place_bucket(const std::string& bucket, S3Request& request) const {
  if (settings_.style == S3Settings::Style::kPath) {
    request.host = endpoint_.host_field();
    request.path = "/" + bucket;
    return {};
  }
  // Names of hosts; with dots no certificate is good for them.
  const bool is_label = bucket.size() <= 63 && std::ranges::all_of(bucket, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                        });
  if (!is_label) {
    return base::fail(ErrorCode::kInvalid,
                      fmt::format("the bucket '{}' cannot stand in a host's name", bucket));
  }
  request.host = bucket + "." + endpoint_.host_field();
  request.path = "/";
  return {};
}

base::Expected<void> S3Requests::place(const io::ObjectName& name, S3Request& request) const {
  if (auto checked = io::check_object_name(name); !checked) return checked;
  if (auto placed = place_bucket(name.bucket, request); !placed) return placed;
  if (request.path == "/") request.path.clear();
  request.path += encoded_path(name.key);
  return {};
}

base::Expected<HttpClient::Request> S3Requests::sign(S3Request request) const {
  wire::http::Request to_sign;
  to_sign.method = request.method;
  to_sign.host = request.host;
  to_sign.target = request.query.empty() ? request.path : request.path + "?" + request.query;
  to_sign.headers = request.headers;
  const std::string hash = base::to_hex(request.sha256 ? *request.sha256 : hash_of(request.body));
  const auto added = wire::aws::sign(to_sign, credentials_,
                                     {.region = settings_.region,
                                      .service = "s3",
                                      .path_style = wire::aws::PathStyle::kAsReceived,
                                      .payload = wire::aws::PayloadHeader::kSend,
                                      .payload_hash = hash},
                                     now_());
  if (!added) return base::fail(added.error());
  HttpClient::Request out{.method = request.method,
                          .url = endpoint_.scheme + "://" + request.host + to_sign.target,
                          .headers = std::move(request.headers),
                          .body = std::move(request.body),
                          .timeout = settings_.timeout * request.patience,
                          .timeout_counts = request.is_large
                                                ? HttpClient::Request::Counts::kSilence
                                                : HttpClient::Request::Counts::kEverything,
                          .max_answer = request.max_answer};
  for (std::size_t i = 0; i < added->size(); ++i) {
    out.headers.add((*added)[i].name, (*added)[i].value);
  }
  return out;
}

bool is_success(const HttpClient::Answer& answer) {
  return answer.status >= 200 && answer.status < 300;
}

base::Error s3_error_of(const HttpClient::Answer& answer) {
  const auto said = wire::aws::parse_s3_error(answer.body);
  if (!said) {
    return {wire::aws::s3_error_code(answer.status, ""),
            fmt::format("the store answered {}", answer.status)};
  }
  return {wire::aws::s3_error_code(answer.status, said->code),
          fmt::format("the store answered {} {}", answer.status, said->code)};
}

}  // namespace control
