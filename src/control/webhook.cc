#include "control/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/crypto.h"

namespace control {
namespace {

using Kind = DeliveryOutcome::Kind;

constexpr std::chrono::seconds kTimeout{10};
constexpr std::size_t kMaxAnswer = 64 * 1024;  // nobody reads it
constexpr std::chrono::minutes kLongestPause{10};

bool is_worth_another_try(std::uint16_t status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

// RFC 9110 section 10.2.3; dates are not worth the trouble.
base::Duration wanted_pause(std::string_view retry_after) {
  unsigned seconds = 0;
  const char* const end = retry_after.data() + retry_after.size();
  const auto [read_to, error] = std::from_chars(retry_after.data(), end, seconds);
  if (error != std::errc() || read_to != end) return {};
  return std::min<base::Duration>(std::chrono::seconds(seconds), kLongestPause);
}

std::string as_token(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return c <= ' ' || c >= '\x7f' || c == '.' || c == '*' || c == '>'; }, '_');
  return out.empty() ? "_" : out;
}

}  // namespace

DeliveryOutcome outcome_of(const base::Expected<HttpClient::Answer>& answer) {
  if (!answer) {
    const base::Error& error = answer.error();
    const bool is_wrong_url = error.code == base::ErrorCode::kInvalid;
    return {is_wrong_url ? Kind::kRejected : Kind::kRetry, error.message};
  }
  if (answer->status >= 200 && answer->status < 300) return {};
  DeliveryOutcome out{is_worth_another_try(answer->status) ? Kind::kRetry : Kind::kRejected,
                      fmt::format("the receiver answered {}", answer->status)};
  out.wait = wanted_pause(answer->headers.get("Retry-After"));
  return out;
}

base::Duration retry_pause(std::int64_t attempts, double random) {
  const double doubled =
      std::exp2(static_cast<double>(std::clamp<std::int64_t>(attempts, 1, 20)) - 1);
  const double longest = std::chrono::duration<double>(kLongestPause).count();
  const double seconds = std::min(doubled, longest) * (0.5 + 0.5 * std::clamp(random, 0.0, 1.0));
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body) {
  const auto digest = base::hmac_sha256(base::as_bytes(secret),
                                        base::as_bytes(fmt::format("{}.{}", timestamp, body)));
  return "v1=" + base::to_hex(digest);
}

HttpClient::Request webhook_request(const EventTarget& target, const Delivery& delivery,
                                    base::WallTime now) {
  HttpClient::Request request{.method = wire::http::Method::kPost,
                              .url = target.url,
                              .headers = {},
                              .body = {base::Slice::copy_of(base::as_bytes(delivery.envelope))},
                              .timeout = kTimeout,
                              .max_answer = kMaxAnswer,
                              .cut_answer = true,
                              .repeatable = true};
  const std::string timestamp = fmt::format(
      "{}", std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  request.headers.add("Content-Type", "application/json");
  request.headers.add("User-Agent", "Rostrum-Webhook/1");
  request.headers.add("Rostrum-Event-Id", delivery.event_id);
  request.headers.add("Rostrum-Timestamp", timestamp);
  if (!target.secret.empty()) {
    request.headers.add("Rostrum-Signature",
                        webhook_signature(target.secret, timestamp, delivery.envelope));
  }
  return request;
}

std::string nats_subject(std::string_view pattern, std::string_view detail_type,
                         std::string_view channel_arn) {
  if (pattern.empty()) return "rostrum.events";
  std::string out;
  while (!pattern.empty()) {
    const auto take = [&](std::string_view placeholder, std::string_view value) {
      if (!pattern.starts_with(placeholder)) return false;
      out += as_token(value);
      pattern.remove_prefix(placeholder.size());
      return true;
    };
    if (take("{detail-type}", detail_type)) continue;
    if (take("{channel}", channel_arn.substr(channel_arn.rfind('/') + 1))) continue;
    out += pattern.front();
    pattern.remove_prefix(1);
  }
  return out;
}

}  // namespace control
