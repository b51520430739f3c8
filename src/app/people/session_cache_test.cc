#include "app/people/session_cache.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr base::MonotonicTime kStart{std::chrono::hours(5)};
constexpr base::WallTime kNow{std::chrono::hours(400'000)};

KnownSession session() {
  return {.account = "a1", .generation = 1, .seen_at = kNow, .expires_at = kNow + 1h};
}
KnownPerson person() {
  return {.name = "anna", .role = Role::kViewer, .is_active = true, .generation = 1};
}

TEST(SessionCache, RemembersForSeconds) {
  SessionCache cache;
  cache.remember(cache.version(), "key", session(), kStart);
  cache.remember(cache.version(), "a1", person(), kStart);
  EXPECT_EQ(cache.session("key", kStart + 4s)->account, "a1");
  EXPECT_EQ(cache.person("a1", kStart + 4s)->name, "anna");
  EXPECT_FALSE(cache.session("key", kStart + SessionCache::kLasts));
  EXPECT_FALSE(cache.person("a1", kStart + SessionCache::kLasts));
  EXPECT_FALSE(cache.session("other", kStart));
  cache.sweep(kStart + SessionCache::kLasts);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(SessionCache, WhatWasReadBeforeAChangeIsNotRememberedBehindIt) {
  SessionCache cache;
  const auto version = cache.version();
  cache.forget_session("key");
  cache.remember(version, "key", session(), kStart);
  EXPECT_FALSE(cache.session("key", kStart));
  const auto later = cache.version();
  cache.forget_person("a1");
  cache.remember(later, "a1", person(), kStart);
  EXPECT_FALSE(cache.person("a1", kStart));
}

TEST(SessionCache, OneOfManyRequestsWritesDownThatASessionIsUsed) {
  SessionCache cache;
  cache.remember(cache.version(), "key", session(), kStart);
  EXPECT_FALSE(cache.touch("key", kNow + 4min, 5min, 30h));
  EXPECT_TRUE(cache.touch("key", kNow + 5min, 5min, 30h));
  EXPECT_FALSE(cache.touch("key", kNow + 5min, 5min, 30h));
  EXPECT_EQ(cache.session("key", kStart)->expires_at, kNow + 5min + 30h);
  EXPECT_TRUE(cache.touch("unknown", kNow, 5min, 30h));
}

TEST(SessionCache, HasABound) {
  SessionCache cache(10);
  for (int i = 0; i < 100; ++i) {
    cache.remember(cache.version(), "key" + std::to_string(i), session(), kStart);
  }
  EXPECT_EQ(cache.size(), 10U);
  cache.remember(cache.version(), "new", session(), kStart + SessionCache::kLasts);
  EXPECT_TRUE(cache.session("new", kStart + SessionCache::kLasts)) << "the old ones made room";
}

}  // namespace
}  // namespace app
