#include "control/playback_claims.h"

#include <gtest/gtest.h>

namespace control {
namespace {

constexpr const char* kArn = "arn:aws:ivs:local:000000000000:channel/abcdefghijkl";
constexpr std::int64_t kNow = 1'764'000'000;
const base::WallTime kNowTime{std::chrono::seconds(kNow)};

std::string refusal(const std::string& json, std::string_view origin = {}) {
  const auto parsed = wire::jwt::Claims::parse(json);
  if (!parsed) return "not claims";
  const auto claims = read_playback_claims(*parsed);
  if (!claims) return claims.error().code + ": " + claims.error().sentence;
  const auto checked = check_playback_claims(*claims, kArn, origin, kNowTime);
  return checked ? "" : checked.error().code + ": " + checked.error().sentence;
}

// {"aws:channel-arn": ours, "exp": now + `seconds`, more...}
std::string token(std::int64_t seconds, const std::string& more = {}) {
  return std::string("{\"aws:channel-arn\":\"") + kArn +
         "\",\"exp\":" + std::to_string(kNow + seconds) + (more.empty() ? "" : "," + more) + "}";
}

TEST(PlaybackClaims, FollowTheTable) {
  const std::string uuid = "\"aws:single-use-uuid\":\"01234567-89ab-cdef-0123-456789ABCDEF\"";
  const struct {
    std::string claims;
    const char* origin;
    const char* refused;  // part of what is said, "" if it may watch
  } rows[] = {
      {token(1), "", ""},
      {token(0), "", "expired"},
      {token(-1), "", "expired"},
      {token(3 * 86'400), "", ""},
      // The vendor's sample writes milliseconds.
      {token(kNow * 999), "", ""},
      {std::string("{\"aws:channel-arn\":\"") + kArn + "\",\"exp\":1e30}", "", ""},
      {std::string("{\"aws:channel-arn\":\"") + kArn + "\",\"exp\":\"soon\"}", "", "exp"},
      {std::string("{\"aws:channel-arn\":\"") + kArn + "\"}", "", "exp"},
      {"{\"exp\":9999999999}", "", "aws:channel-arn"},
      {"{\"aws:channel-arn\":7,\"exp\":9999999999}", "", "aws:channel-arn"},
      {"{\"aws:channel-arn\":\"arn:aws:ivs:local:000000000000:channel/other\",\"exp\":9999999999}",
       "", "another channel"},
      // Origins: checked when the browser names one.
      {token(60, "\"aws:access-control-allow-origin\":\"*\""), "https://x.example", ""},
      {token(60, "\"aws:access-control-allow-origin\":\"https://a.example\""), "", ""},
      {token(60, "\"aws:access-control-allow-origin\":\"https://a.example\""), "https://a.example",
       ""},
      {token(60, "\"aws:access-control-allow-origin\":\"https://a.example\""), "https://b.example",
       "playback_auth_error"},
      {token(60, "\"aws:access-control-allow-origin\":\"https://*.a.example\""),
       "https://www.a.example", ""},
      {token(60, "\"aws:access-control-allow-origin\":5"), "", "must be text"},
      // Strict: the Origin is compulsory, and there are at most five.
      {token(60,
             "\"aws:strict-origin-enforcement\":true,\"aws:access-control-allow-origin\":"
             "\"https://a.example\""),
       "", "no"},
      {token(60,
             "\"aws:strict-origin-enforcement\":true,\"aws:access-control-allow-origin\":"
             "\"https://a.example\""),
       "https://a.example", ""},
      {token(60,
             "\"aws:strict-origin-enforcement\":true,\"aws:access-control-allow-origin\":"
             "\"https://a,https://b,https://c,https://d,https://e,https://f\""),
       "https://a", "at most 5"},
      {token(60, "\"aws:strict-origin-enforcement\":\"true\""), "", "true or false"},
      // What can be used once or revoked must end soon.
      {token(600, uuid), "", ""},
      {token(601, uuid), "", "10 minutes"},
      {token(60, "\"aws:single-use-uuid\":\"no\""), "", "UUID"},
      {token(600, "\"aws:viewer-id\":\"v\""), "", ""},
      {token(601, "\"aws:viewer-id\":\"v\""), "", "10 minutes"},
      {token(kNow * 999, "\"aws:viewer-id\":\"v\""), "", "10 minutes"},
      {token(60, "\"aws:viewer-id\":\"\""), "", "1 to 40"},
      {token(60, "\"aws:viewer-id\":\"" + std::string(40, 'v') + "\""), "", ""},
      {token(60, "\"aws:viewer-id\":\"" + std::string(41, 'v') + "\""), "", "1 to 40"},
      {token(60, "\"aws:viewer-id\":\"v\",\"aws:viewer-session-version\":3"), "", ""},
      {token(60, "\"aws:viewer-id\":\"v\",\"aws:viewer-session-version\":\"3\""), "", ""},
      {token(60, "\"aws:viewer-id\":\"v\",\"aws:viewer-session-version\":-1"), "", "from 0"},
      {token(60, "\"aws:viewer-id\":\"v\",\"aws:viewer-session-version\":\"x\""), "", "from 0"},
      {token(60, "\"aws:viewer-session-version\":3"), "", "aws:viewer-id"},
      {token(60, "\"aws:maximum-resolution\":\"SD\""), "", ""},
      {token(60, "\"aws:maximum-resolution\":\"UHD\""), "", "SD, HD or FULL_HD"},
      {token(60, "\"aws:ads-opt-out\":true,\"unknown\":[1]"), "", ""},
  };
  for (const auto& row : rows) {
    const std::string said = refusal(row.claims, row.origin);
    if (*row.refused == '\0') {
      EXPECT_EQ(said, "") << row.claims;
    } else {
      EXPECT_NE(said.find(row.refused), std::string::npos) << row.claims << " gives: " << said;
    }
  }
}

TEST(PlaybackClaims, ReadsWhatSessionsKeep) {
  const auto parsed = wire::jwt::Claims::parse(
      token(60,
            "\"aws:viewer-id\":\"v\",\"aws:viewer-session-version\":\"12\","
            "\"aws:maximum-resolution\":\"HD\""));
  ASSERT_TRUE(parsed);
  const auto claims = read_playback_claims(*parsed);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->viewer, "v");
  EXPECT_EQ(claims->version, 12);
  EXPECT_EQ(claims->max_height, 720U);
}

}  // namespace
}  // namespace control
