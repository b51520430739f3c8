#include "app/talk/standing_memory.h"

#include <gtest/gtest.h>

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr Standing kVip{.is_banned = false, .until = std::nullopt, .role = ChatRole::kVip};

TEST(StandingMemory, RemembersForAMoment) {
  StandingMemory memory;
  EXPECT_FALSE(memory.find("anna", "ben", kNow).has_value());
  memory.remember("anna", "ben", kVip, memory.changes(), kNow);
  ASSERT_TRUE(memory.find("anna", "ben", kNow).has_value());
  EXPECT_EQ(memory.find("anna", "ben", kNow + 1999ms)->role, ChatRole::kVip);
  EXPECT_FALSE(memory.find("anna", "ben", kNow + 2s).has_value());
  EXPECT_FALSE(memory.find("anna", "ben", kNow - 1us).has_value());
  EXPECT_FALSE(memory.find("ann", "aben", kNow).has_value());
}

TEST(StandingMemory, WhatChangedIsForgotten) {
  StandingMemory memory;
  memory.remember("anna", "ben", kVip, memory.changes(), kNow);
  memory.forget("anna", "ben");
  EXPECT_FALSE(memory.find("anna", "ben", kNow).has_value());
  // What was read before a change, and arrives behind it, is old.
  const std::uint64_t before = memory.changes();
  memory.forget("anna", "ben");
  memory.remember("anna", "ben", kVip, before, kNow);
  EXPECT_FALSE(memory.find("anna", "ben", kNow).has_value());
  memory.remember("anna", "ben", kVip, memory.changes(), kNow);
  EXPECT_TRUE(memory.find("anna", "ben", kNow).has_value());
}

TEST(StandingMemory, IsBounded) {
  StandingMemory memory(10);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "p" + std::to_string(i % 30);
    if (i % 7 == 0) memory.forget("anna", name);
    memory.remember("anna", name, kVip, memory.changes(), kNow);
    EXPECT_LE(memory.size(), 10U);
    EXPECT_TRUE(memory.find("anna", name, kNow).has_value());
  }
}

TEST(Standing, BansUntil) {
  const Standing forever{.is_banned = true, .until = std::nullopt, .role = ChatRole::kNone};
  EXPECT_TRUE(forever.bans_at(kNow));
  const Standing for_now{.is_banned = true, .until = kNow + 10s, .role = ChatRole::kNone};
  EXPECT_TRUE(for_now.bans_at(kNow + 9s));
  EXPECT_FALSE(for_now.bans_at(kNow + 10s));
  EXPECT_FALSE(Standing{}.bans_at(kNow));
}

}  // namespace
}  // namespace app
