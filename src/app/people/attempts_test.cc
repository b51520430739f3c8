#include "app/people/attempts.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using namespace std::chrono_literals;
using Caller = GuessGuard::Caller;

constexpr base::MonotonicTime kStart{std::chrono::hours(5)};

TEST(GuessGuard, WaitsDoubleBehindAFewWrongPasswords) {
  GuessGuard guard;
  for (int i = 0; i < 4; ++i) guard.failed("anna", "1.2.3.4", kStart);
  EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kStranger, kStart), 0s);
  for (const auto expected : {3s, 6s, 12s, 24s, 48s, 96s, 192s, 300s, 300s}) {
    guard.failed("anna", "1.2.3.4", kStart);
    EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kStranger, kStart), expected);
  }
  EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kStranger, kStart + 299s), 1s);
  EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kStranger, kStart + 300s), 0s);
  EXPECT_EQ(guard.wait("berta", "1.2.3.4", Caller::kStranger, kStart), 0s);
}

TEST(GuessGuard, ManyPlacesHoldTheOwnerUpForAShortWhileOnly) {
  GuessGuard guard;
  for (int i = 0; i < 500; ++i) guard.failed("anna", "10.0.0." + std::to_string(i), kStart);
  EXPECT_EQ(guard.wait("anna", "192.0.2.7", Caller::kStranger, kStart), 30s);
  EXPECT_EQ(guard.wait("anna", "192.0.2.7", Caller::kKnown, kStart), 0s)
      << "where the owner has signed in before";
  EXPECT_EQ(guard.wait("anna", "192.0.2.7", Caller::kStranger, kStart + 30s), 0s);
}

TEST(GuessGuard, TheRightPasswordAndTimeForgive) {
  GuessGuard guard;
  for (int i = 0; i < 10; ++i) guard.failed("anna", "1.2.3.4", kStart);
  guard.succeeded("anna", "1.2.3.4");
  EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kKnown, kStart), 0s);
  for (int i = 0; i < 10; ++i) guard.failed("anna", "1.2.3.4", kStart);
  const auto later = kStart + GuessGuard::kForgetAfter;
  guard.failed("anna", "1.2.3.4", later);
  EXPECT_EQ(guard.wait("anna", "1.2.3.4", Caller::kStranger, later), 0s);
}

TEST(GuessGuard, RemembersABoundedNumber) {
  GuessGuard guard(100);
  for (int i = 0; i < 1000; ++i) guard.failed("name" + std::to_string(i), "1.2.3.4", kStart);
  EXPECT_LE(guard.size(), 100U);
  guard.failed("late", "1.2.3.4", kStart + GuessGuard::kForgetAfter);
  EXPECT_LE(guard.size(), 2U) << "the old ones made room";
}

TEST(Attempts, AreCountedByAddressAndKind) {
  Attempts attempts(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(attempts.allow("192.0.2.1", "sign-in", kStart));
  EXPECT_FALSE(attempts.allow("192.0.2.1", "sign-in", kStart));
  EXPECT_TRUE(attempts.allow("192.0.2.1", "register", kStart));
  EXPECT_TRUE(attempts.allow("192.0.2.2", "sign-in", kStart));
  EXPECT_EQ(attempts.retry_after(), 20);
  EXPECT_FALSE(attempts.allow("192.0.2.1", "sign-in", kStart + 19s));
  EXPECT_TRUE(attempts.allow("192.0.2.1", "sign-in", kStart + 20s));
  // One household or one rented network of IPv6.
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(attempts.allow("2001:db8::" + std::to_string(i), "sign-in", kStart));
  }
  EXPECT_FALSE(attempts.allow("2001:db8::99", "sign-in", kStart));
}

TEST(Attempts, CanBeUnlimited) {
  Attempts attempts(0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(attempts.allow("192.0.2.1", "sign-in", kStart));
}

}  // namespace
}  // namespace app
