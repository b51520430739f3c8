// What an API request pays for its signature: parsing Authorization and verifying with a signing
// key that the server remembers, deriving that key, and making a signature.
#include <benchmark/benchmark.h>

#include <string>

#include "base/check.h"
#include "base/crypto.h"
#include "wire/aws/sigv4.h"

namespace {

using namespace wire;

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

base::WallTime now() {
  return aws::parse_amz_date("20260505T215538Z").value();
}

/// As an SDK sends GetChannel; JavaScript's signs more than others.
http::Request get_channel(bool javascript) {
  http::Request request;
  request.method = http::Method::kPost;
  CHECK(request.set_target("/GetChannel"));
  request.host = "live.example.org:8080";
  request.headers.add("Host", request.host);
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "aws-sdk-js/3.1135.0 ua/2.1 os/linux lang/js md/nodejs#20.20");
  request.headers.add("Content-Length", "65");
  if (javascript) {
    request.headers.add("x-amz-user-agent", "aws-sdk-js/3.1135.0");
    request.headers.add("amz-sdk-invocation-id", "ff2061c1-15c9-4511-a109-3c5f5f69319d");
    request.headers.add("amz-sdk-request", "attempt=1; max=3");
  }
  request.body =
      base::Slice::unowned("{\"arn\":\"arn:aws:ivs:eu-west-1:123456789012:channel/abcdABCDefgh\"}");
  return request;
}

const aws::Credentials& credentials() {
  static const aws::Credentials value{"AKIDEXAMPLE000000001", std::string(kSecret), ""};
  return value;
}

void verify(benchmark::State& state) {
  const bool javascript = state.range(0) == 1;
  http::Request request = get_channel(javascript);
  const auto payload = javascript ? aws::PayloadHeader::kSend : aws::PayloadHeader::kOmit;
  const auto added = aws::sign(
      request, credentials(), {.region = "eu-west-1", .service = "ivs", .payload = payload}, now());
  CHECK(added);
  for (std::size_t i = 0; i < added->size(); ++i) {
    request.headers.add((*added)[i].name, (*added)[i].value);
  }
  const auto key = aws::derive_signing_key(kSecret, "20260505", "eu-west-1", "ivs");
  const aws::ScopeRule rule{.service = "ivs", .region = "eu-west-1"};
  for (auto _ : state) {
    const auto parsed = aws::parse_authorization(request);
    CHECK(parsed && aws::verify(*parsed, request, key, rule, now()));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify)->ArgName("javascript")->Arg(0)->Arg(1);

void derive_signing_key(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(aws::derive_signing_key(kSecret, "20260505", "eu-west-1", "ivs"));
  }
}
BENCHMARK(derive_signing_key);

void sign(benchmark::State& state) {
  const http::Request request = get_channel(false);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        aws::sign(request, credentials(), {.region = "eu-west-1", .service = "ivs"}, now()));
  }
}
BENCHMARK(sign);

void hmac_keyed_100_octets(benchmark::State& state) {
  base::HmacSha256 hmac(base::as_bytes(kSecret));
  const std::string text(100, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(hmac.sign(base::as_bytes(text)));
}
BENCHMARK(hmac_keyed_100_octets);

void hmac_once_100_octets(benchmark::State& state) {
  const std::string text(100, 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(base::hmac_sha256(base::as_bytes(kSecret), base::as_bytes(text)));
  }
}
BENCHMARK(hmac_once_100_octets);

}  // namespace
