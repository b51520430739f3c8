#include "control/webhook.h"

#include <gtest/gtest.h>

namespace control {
namespace {

using namespace std::chrono_literals;
using Kind = DeliveryOutcome::Kind;

TEST(Webhook, Outcomes) {
  const struct {
    std::uint16_t status;
    Kind kind;
  } rows[] = {{200, Kind::kDelivered}, {204, Kind::kDelivered}, {299, Kind::kDelivered},
              {301, Kind::kRejected},  {400, Kind::kRejected},  {401, Kind::kRejected},
              {404, Kind::kRejected},  {408, Kind::kRetry},     {409, Kind::kRetry},
              {410, Kind::kRejected},  {425, Kind::kRetry},     {429, Kind::kRetry},
              {500, Kind::kRetry},     {503, Kind::kRetry},     {599, Kind::kRetry}};
  for (const auto& row : rows) {
    EXPECT_EQ(outcome_of(HttpClient::Answer{.status = row.status}).kind, row.kind) << row.status;
  }
  for (const auto code : {base::ErrorCode::kTimeout, base::ErrorCode::kClosed, base::ErrorCode::kIo,
                          base::ErrorCode::kNotFound, base::ErrorCode::kMalformed}) {
    EXPECT_EQ(outcome_of(base::fail(code, "why")).kind, Kind::kRetry);
  }
  EXPECT_EQ(outcome_of(base::fail(base::ErrorCode::kInvalid, "why")).kind, Kind::kRejected);
}

TEST(Webhook, ReceiversMayAskForTime) {
  const struct {
    std::string_view field;
    base::Duration wait;
  } rows[] = {{"30", 30s}, {"0", 0s}, {"99999", 10min}, {"-5", 0s}, {"soon", 0s}, {"5 s", 0s}};
  for (const auto& row : rows) {
    HttpClient::Answer answer{.status = 503};
    answer.headers.add("Retry-After", row.field);
    EXPECT_EQ(outcome_of(answer).wait, row.wait) << row.field;
  }
}

TEST(Webhook, PausesDoubleUpToTenMinutes) {
  EXPECT_EQ(retry_pause(1, 1.0), 1s);
  EXPECT_EQ(retry_pause(1, 0.0), 500ms);
  EXPECT_EQ(retry_pause(2, 1.0), 2s);
  EXPECT_EQ(retry_pause(10, 1.0), 512s);
  EXPECT_EQ(retry_pause(11, 1.0), 10min);
  EXPECT_EQ(retry_pause(11, 0.0), 5min);
  EXPECT_EQ(retry_pause(1'000'000, 1.0), 10min);
}

// echo -n '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'It is a secret'
TEST(Webhook, SignatureOfAnotherProgram) {
  EXPECT_EQ(webhook_signature("It is a secret", "1700000000", R"({"a":1})"),
            "v1=6ef91a8184cca4e6198d522d1ce360755474c3af4fc7c80e1f7c5b870023b941");
}

TEST(Webhook, WithoutASecretThereIsNoSignature) {
  const Delivery delivery{.id = 1, .event_id = "e", .detail_type = "t", .envelope = "{}"};
  const EventTarget target{.id = "t", .url = "http://h/"};
  const auto request = webhook_request(target, delivery, base::WallTime(1'700'000'000'999'999us));
  EXPECT_FALSE(request.headers.has("Rostrum-Signature"));
  EXPECT_EQ(request.headers.get("Rostrum-Timestamp"), "1700000000");
  EXPECT_EQ(request.timeout, 10s);
}

TEST(Nats, Subjects) {
  constexpr std::string_view kArn = "arn:aws:ivs:local:000000000000:channel/abc";
  EXPECT_EQ(nats_subject("", "a", kArn), "rostrum.events");
  EXPECT_EQ(nats_subject("live.{channel}.{detail-type}", "IVS Limit Breach", kArn),
            "live.abc.IVS_Limit_Breach");
  EXPECT_EQ(nats_subject("{channel}", "a", ""), "_");
  EXPECT_EQ(nats_subject("{other}.{channel", "a", kArn), "{other}.{channel");
  EXPECT_EQ(nats_subject("x.{detail-type}", "a.b*>", kArn), "x.a_b__");
}

}  // namespace
}  // namespace control
