#include "wire/aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/ids.h"

namespace wire::aws {
namespace {

using std::string_view;

std::unexpected<Refusal> invalid(std::string message) {
  return refuse(CommonError::kInvalidSignature, std::move(message));
}

string_view text_of(const AmzDate& date) {
  return {date.data(), date.size()};
}

std::string signature_of(const SigningKey& key, string_view to_sign) {
  return base::to_hex(base::hmac_sha256(key, base::as_bytes(to_sign)));
}

// Fields that something between signer and verifier may add, drop or rewrite.
constexpr std::array<string_view, 11> kUnsigned = {"accept-encoding",
                                                   "authorization",
                                                   "connection",
                                                   "content-length",
                                                   "expect",
                                                   "keep-alive",
                                                   "te",
                                                   "transfer-encoding",
                                                   "upgrade",
                                                   "user-agent",
                                                   "x-amzn-trace-id"};

std::string lower_case(string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

/// Lower case, sorted, each once, "host" among them.
std::vector<std::string> names_to_sign(const http::Headers& headers) {
  std::vector<std::string> names = {"host"};
  for (std::size_t i = 0; i < headers.size(); ++i) {
    std::string name = lower_case(headers[i].name);
    if (std::ranges::find(kUnsigned, name) == kUnsigned.end()) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace

SigningKey derive_signing_key(string_view secret, string_view date, string_view region,
                              string_view service) {
  std::string first = "AWS4";
  first += secret;
  SigningKey key = base::hmac_sha256(base::as_bytes(first), base::as_bytes(date));
  for (const string_view part : {region, service, string_view("aws4_request")}) {
    key = base::hmac_sha256(key, base::as_bytes(part));
  }
  return key;
}

std::string string_to_sign(const AmzDate& amz_date, string_view region, string_view service,
                           string_view canonical) {
  const string_view time = text_of(amz_date);
  std::string out;
  out.reserve(160);
  out.append("AWS4-HMAC-SHA256\n").append(time).append(1, '\n');
  out.append(time.substr(0, 8)).append(1, '/').append(region).append(1, '/').append(service);
  out.append("/aws4_request\n").append(base::to_hex(base::sha256(base::as_bytes(canonical))));
  return out;
}

std::expected<void, Refusal> check_scope(const Authorization& authorization, const ScopeRule& rule,
                                         base::WallTime now) {
  if (!rule.service.empty() && authorization.service != rule.service) {
    return invalid(fmt::format("The Credential must be scoped to the service '{}', not '{}'.",
                               rule.service, printable(authorization.service)));
  }
  if (!rule.region.empty() && authorization.region != rule.region) {
    return invalid(fmt::format("The Credential must be scoped to the region '{}', not '{}'.",
                               rule.region, printable(authorization.region)));
  }
  const base::WallTime earliest = now - rule.max_skew;
  const base::WallTime latest = now + rule.max_skew;
  if (authorization.time < earliest) {
    const AmzDate bound = to_amz_date(earliest);
    const AmzDate clock = to_amz_date(now);
    return invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - {} s).",
                               text_of(authorization.amz_date), text_of(bound), text_of(clock),
                               rule.max_skew.count()));
  }
  if (authorization.time > latest) {
    const AmzDate bound = to_amz_date(latest);
    const AmzDate clock = to_amz_date(now);
    return invalid(fmt::format("Signature not yet current: {} is still later than {} ({} + {} s).",
                               text_of(authorization.amz_date), text_of(bound), text_of(clock),
                               rule.max_skew.count()));
  }
  return {};
}

std::expected<void, Refusal> verify(const Authorization& authorization,
                                    const http::Request& request, const SigningKey& key,
                                    const ScopeRule& rule, base::WallTime now) {
  if (auto checked = check_scope(authorization, rule, now); !checked) return checked;

  const std::string payload_hash = base::to_hex(base::sha256(request.body.span()));
  if (authorization.content_sha256 && *authorization.content_sha256 != payload_hash) {
    const string_view announced = *authorization.content_sha256;
    if (announced == "UNSIGNED-PAYLOAD" || announced.starts_with("STREAMING-")) {
      return invalid(fmt::format("X-Amz-Content-Sha256 is '{}': the body must be signed here.",
                                 printable(announced)));
    }
    return invalid("X-Amz-Content-Sha256 is not the hash of the body that arrived.");
  }
  const auto canonical = canonical_request({.method = request.method,
                                            .path = request.raw_path(),
                                            .query = request.query(),
                                            .host = request.host,
                                            .headers = request.headers,
                                            .signed_headers = authorization.signed_headers,
                                            .payload_hash = payload_hash,
                                            .path_style = rule.path_style});
  if (!canonical) {
    return refuse(CommonError::kIncompleteSignature,
                  fmt::format("The request cannot be verified: {}.", canonical.error().message));
  }
  const std::string expected =
      signature_of(key, string_to_sign(authorization.amz_date, authorization.region,
                                       authorization.service, *canonical));
  if (!base::equal_in_constant_time(expected, authorization.signature)) {
    return invalid(
        "The signature does not match the one computed here from the request and the secret of "
        "its access key. Check the secret, and that no proxy changes the Host field or the path.");
  }
  return {};
}

base::Expected<http::Headers> sign(const http::Request& request, const Credentials& credentials,
                                   const SigningScope& scope, base::WallTime now) {
  http::Headers added;
  const AmzDate amz_date = to_amz_date(now);
  const std::string payload_hash = scope.payload_hash.empty()
                                       ? base::to_hex(base::sha256(request.body.span()))
                                       : std::string(scope.payload_hash);
  added.add("X-Amz-Date", text_of(amz_date));
  if (scope.payload == PayloadHeader::kSend) added.add("X-Amz-Content-Sha256", payload_hash);
  if (!credentials.session_token.empty()) {
    added.add("X-Amz-Security-Token", credentials.session_token);
  }
  http::Headers all = request.headers;
  for (std::size_t i = 0; i < added.size(); ++i) {
    CHECK(!all.has(added[i].name));
    all.add(added[i].name, added[i].value);
  }
  const std::vector<std::string> names = names_to_sign(all);
  const std::vector<string_view> signed_headers(names.begin(), names.end());
  const auto canonical = canonical_request({.method = request.method,
                                            .path = request.raw_path(),
                                            .query = request.query(),
                                            .host = request.host,
                                            .headers = all,
                                            .signed_headers = signed_headers,
                                            .payload_hash = payload_hash,
                                            .path_style = scope.path_style});
  if (!canonical) return base::fail(canonical.error());
  const string_view date = text_of(amz_date).substr(0, 8);
  const SigningKey key =
      derive_signing_key(credentials.secret_access_key, date, scope.region, scope.service);
  const std::string signature =
      signature_of(key, string_to_sign(amz_date, scope.region, scope.service, *canonical));
  added.add("Authorization",
            fmt::format("AWS4-HMAC-SHA256 Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, "
                        "Signature={}",
                        credentials.access_key_id, date, scope.region, scope.service,
                        fmt::join(names, ";"), signature));
  return added;
}

}  // namespace wire::aws
