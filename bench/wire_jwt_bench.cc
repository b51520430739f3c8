// What a viewer's token costs: reading it, and checking its ES384 signature.
#include <benchmark/benchmark.h>

#include <string>

#include "base/check.h"
#include "wire/jwt/jwt.h"

namespace {

using namespace wire;

constexpr std::string_view kClaims =
    R"({"aws:channel-arn":"arn:aws:ivs:eu-west-1:123456789012:channel/abcdABCDefgh",)"
    R"("aws:access-control-allow-origin":"https://*.example.org","aws:viewer-id":"viewer-1",)"
    R"("aws:viewer-session-version":3,"exp":1778018138})";

void parse(benchmark::State& state) {
  const std::string text = jwt::sign_es384(jwt::PrivateKey::generate(), kClaims);
  for (auto _ : state) {
    const auto token = jwt::parse(text);
    CHECK(token && token->claims.size() == 5);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse);

void verify_es384(benchmark::State& state) {
  const jwt::PrivateKey key = jwt::PrivateKey::generate();
  const jwt::PublicKey public_key = key.public_key();
  const auto token = jwt::parse(jwt::sign_es384(key, kClaims));
  CHECK(token);
  for (auto _ : state) CHECK(jwt::verify_es384(*token, public_key));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_es384);

void sign_es384(benchmark::State& state) {
  const jwt::PrivateKey key = jwt::PrivateKey::generate();
  for (auto _ : state) benchmark::DoNotOptimize(jwt::sign_es384(key, kClaims));
}
BENCHMARK(sign_es384);

void verify_hs256(benchmark::State& state) {
  base::HmacSha256 key(base::as_bytes("a secret of our own"));
  const auto token = jwt::parse(jwt::sign_hs256(key, kClaims));
  CHECK(token);
  for (auto _ : state) CHECK(jwt::verify_hs256(*token, key));
}
BENCHMARK(verify_hs256);

}  // namespace
