#include "control/chat_log_health.h"

#include <gtest/gtest.h>

namespace control {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

TEST(ChatLogHealth, PausesGrow) {
  ChatLogHealth health;
  EXPECT_FALSE(health.is_paused("a", kNow));
  const base::Error error{ErrorCode::kIo, "why"};
  for (const auto pause : {1s, 2s, 4s, 8s}) {
    health.failed("a", error, kNow, 1.0);
    EXPECT_TRUE(health.is_paused("a", kNow + pause - 1us));
    EXPECT_FALSE(health.is_paused("a", kNow + pause));
    EXPECT_TRUE(health.is_failing("a"));
  }
  for (int i = 0; i < 100; ++i) health.failed("a", error, kNow, 1.0);
  EXPECT_TRUE(health.is_paused("a", kNow + 9min));
  EXPECT_FALSE(health.is_paused("a", kNow + 10min));
  EXPECT_FALSE(health.is_paused("a", kNow - 1h));  // the clock was wrong
  EXPECT_FALSE(health.is_paused("b", kNow));

  health.end_pauses();
  EXPECT_FALSE(health.is_paused("a", kNow));
  EXPECT_TRUE(health.is_failing("a"));
  health.succeeded("a");
  EXPECT_FALSE(health.is_failing("a"));
  health.failed("a", error, kNow, 1.0);  // from the beginning
  EXPECT_FALSE(health.is_paused("a", kNow + 1s));
}

TEST(ChatLogHealth, CountsByKind) {
  ChatLogHealth health;
  const struct {
    ErrorCode code;
    int times;
  } rows[] = {{ErrorCode::kUnauthorized, 1},
              {ErrorCode::kNotFound, 2},
              {ErrorCode::kIo, 3},
              {ErrorCode::kTimeout, 4},
              {ErrorCode::kInvalid, 5}};
  for (const auto& row : rows) {
    for (int i = 0; i < row.times; ++i) health.failed("a", {row.code, "why"}, kNow, 0.0);
  }
  ASSERT_EQ(health.errors().size(), 1U);
  const auto& errors = health.errors().at("a");
  EXPECT_EQ(errors.access_denied, 1U);
  EXPECT_EQ(errors.not_found, 2U);
  EXPECT_EQ(errors.other, 12U);
  EXPECT_EQ(errors.all(), 15U);
}

}  // namespace
}  // namespace control
