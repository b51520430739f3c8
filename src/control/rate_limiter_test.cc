#include "control/rate_limiter.h"

#include <gtest/gtest.h>

namespace control {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter;
  base::MonotonicTime now{1h};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.take("a", 5, 5, now));
  EXPECT_FALSE(limiter.take("a", 5, 5, now));
  EXPECT_TRUE(limiter.take("b", 5, 5, now));
  now += 200ms;
  EXPECT_TRUE(limiter.take("a", 5, 5, now));
  EXPECT_FALSE(limiter.take("a", 5, 5, now));
  now += 1h;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.take("a", 5, 5, now));
  EXPECT_FALSE(limiter.take("a", 5, 5, now));
}

TEST(RateLimiter, IsBounded) {
  RateLimiter limiter;
  base::MonotonicTime now{1h};
  int allowed = 0;
  for (int i = 0; i < 30'000; ++i) allowed += limiter.take("n" + std::to_string(i), 1, 1, now);
  EXPECT_EQ(allowed, 20'000);
  now += 2min;
  EXPECT_TRUE(limiter.take("later", 1, 1, now));
}

}  // namespace
}  // namespace control
