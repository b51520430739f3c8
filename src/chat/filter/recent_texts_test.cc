#include "chat/filter/recent_texts.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

using namespace std::chrono_literals;

constexpr base::WallTime kStart{1'000'000s};

TEST(RecentTexts, KnowsWhenAndWhat) {
  RecentTexts recent(10);
  EXPECT_EQ(recent.wait("a", 30s, kStart), std::nullopt);
  recent.said("a", 1, 60s, kStart);
  EXPECT_EQ(recent.wait("a", 30s, kStart), 30s);
  EXPECT_EQ(recent.wait("a", 30s, kStart + 29s), 1s);
  EXPECT_EQ(recent.wait("a", 30s, kStart + 30s), std::nullopt);
  EXPECT_EQ(recent.wait("a", 0s, kStart), std::nullopt);
  EXPECT_EQ(recent.wait("b", 30s, kStart), std::nullopt);
  EXPECT_EQ(recent.wait_to_repeat("a", 1, 30s, kStart + 1s), 29s);
  EXPECT_EQ(recent.wait_to_repeat("a", 2, 30s, kStart + 1s), std::nullopt);
  EXPECT_EQ(recent.wait_to_repeat("b", 1, 30s, kStart + 1s), std::nullopt);
}

TEST(RecentTexts, KnowsTheLastFourTexts) {
  RecentTexts recent(10);
  for (std::uint64_t i = 1; i <= 5; ++i) recent.said("a", i, 60s, kStart + 1s * i);
  EXPECT_EQ(recent.wait_to_repeat("a", 1, 60s, kStart + 5s), std::nullopt);
  for (std::uint64_t i = 2; i <= 5; ++i) {
    EXPECT_EQ(recent.wait_to_repeat("a", i, 60s, kStart + 5s), 55s + 1s * i);
  }
  EXPECT_EQ(recent.wait("a", 60s, kStart + 5s), 60s);
}

TEST(RecentTexts, AClockThatGoesBackLocksNobodyOut) {
  RecentTexts recent(10);
  recent.said("a", 1, 60s, kStart);
  EXPECT_EQ(recent.wait("a", 30s, kStart - 1h), std::nullopt);
  EXPECT_EQ(recent.wait_to_repeat("a", 1, 30s, kStart - 1h), std::nullopt);
}

TEST(RecentTexts, ForgetsWhoWasSilentLongest) {
  RecentTexts recent(3);
  for (const char* user : {"a", "b", "c"}) recent.said(user, 1, 60s, kStart);
  recent.said("a", 2, 60s, kStart + 1s);
  recent.said("d", 1, 60s, kStart + 2s);
  EXPECT_EQ(recent.size(), 3U);
  EXPECT_EQ(recent.wait("b", 60s, kStart + 2s), std::nullopt);
  for (const char* user : {"a", "c", "d"}) EXPECT_TRUE(recent.wait(user, 60s, kStart + 2s)) << user;
}

TEST(RecentTexts, ForgetsWhatDoesNotMatterAnyMore) {
  RecentTexts recent(1000);
  for (int i = 0; i < 100; ++i) recent.said("user" + std::to_string(i), 1, 60s, kStart);
  EXPECT_EQ(recent.size(), 100U);
  // Two at a time.
  for (int i = 0; i < 100; ++i) recent.said("late", 1, 60s, kStart + 60s);
  EXPECT_EQ(recent.size(), 1U);
  EXPECT_TRUE(recent.wait("late", 60s, kStart + 60s));
  recent.clear();
  EXPECT_EQ(recent.size(), 0U);
  EXPECT_EQ(recent.wait("late", 60s, kStart + 60s), std::nullopt);
}

}  // namespace
}  // namespace chat
