#include "control/room_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/chat_history.h"
#include "control/room_change.h"
#include "control/room_sweep.h"
#include "control/schema.h"
#include "io/sql_test_support.h"

namespace control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const base::WallTime kNow{std::chrono::seconds(1'790'000'000)};
const Home kHome{"local", "000000000000"};
const chat::RoomId kRoom{"RoomRoomRoom"};

class RoomRecordTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    io::test::SqlTest::SetUp();
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(migrate_schema(*sql_));
    RoomRow room;
    room.id = kRoom.str();
    room.name = "room";
    room.created_at = room.updated_at = kNow.time_since_epoch().count();
    ASSERT_TRUE(insert_room(*sql_, room));
  }

  base::Expected<void> change(const chat::RoomChange& change, base::WallTime now = kNow) {
    return change_room(*sql_, kRoom, change, now);
  }
  chat::RoomRecord load(std::size_t history = 0, base::WallTime now = kNow) {
    auto record = load_room_record(*sql_, kHome, kRoom, history, now);
    EXPECT_TRUE(record);
    return record ? std::move(*record) : chat::RoomRecord{};
  }
  void say(const std::string& id, std::int64_t position) {
    const chat::Entry entry{.room = kRoom,
                            .kind = chat::Entry::Kind::kMessage,
                            .position = position,
                            .id = id,
                            .at = kNow,
                            .user_id = "u",
                            .payload = base::Slice::take(std::string(R"({"Content":"x"})"))};
    ASSERT_TRUE(chat_history::insert(*sql_, std::span(&entry, 1)));
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(RoomRecordTest);

TEST_P(RoomRecordTest, KeepsWhatItIsGiven) {
  auto row = load_room(*sql_, kRoom.str());
  ASSERT_TRUE(row && *row);
  (*row)->review_uri = "arn:aws:lambda:eu-west-1:123456789012:function:check";
  (*row)->review_fallback = "DENY";
  (*row)->max_rate = 7;
  (*row)->max_length = 99;
  (*row)->moderation = R"({"slowModeSeconds":30,"blockedWords":["darn"]})";
  ASSERT_TRUE(update_room(*sql_, **row));
  const chat::RoomRecord record = load();
  EXPECT_EQ(record.arn, "arn:aws:ivschat:local:000000000000:room/RoomRoomRoom");
  ASSERT_TRUE(record.review);
  EXPECT_EQ(record.review->handler, (*row)->review_uri);
  EXPECT_FALSE(record.review->allow_on_failure);
  EXPECT_EQ(record.max_rate, 7);
  EXPECT_EQ(record.max_length, 99);
  EXPECT_EQ(record.moderation.slow_mode, std::chrono::seconds(30));
  EXPECT_THAT(record.moderation.blocked_words, ElementsAre("darn"));
  (*row)->moderation = R"({"maximumMessageRatePerSecond":500})";
  ASSERT_TRUE(update_room(*sql_, **row));
  EXPECT_EQ(load().max_rate, 500);
}

TEST_P(RoomRecordTest, BansEndAndAreLifted) {
  chat::RoomChange ban{.kind = chat::RoomChange::Kind::kBan};
  ban.ban = {.user_id = "for ever", .until = std::nullopt, .reason = "spam"};
  ASSERT_TRUE(change(ban));
  ban.ban = {.user_id = "a minute", .until = kNow + std::chrono::minutes(1), .reason = ""};
  ASSERT_TRUE(change(ban));
  EXPECT_EQ(load().bans.size(), 2U);
  const auto later = load(0, kNow + std::chrono::minutes(1)).bans;
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].user_id, "for ever");
  EXPECT_EQ(later[0].reason, "spam");
  EXPECT_FALSE(later[0].until);
  // A second ban replaces the first.
  ban.ban = {.user_id = "for ever", .until = kNow + std::chrono::hours(1), .reason = "other"};
  ASSERT_TRUE(change(ban));
  EXPECT_EQ(load().bans.size(), 2U);
  chat::RoomChange lift{.kind = chat::RoomChange::Kind::kUnban};
  lift.ban.user_id = "for ever";
  ASSERT_TRUE(change(lift));
  EXPECT_EQ(load().bans.size(), 1U);
  const auto again = change(lift);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kNotFound);
}

TEST_P(RoomRecordTest, PinsOnlyWhatWasSaidAndIsThere) {
  chat::RoomChange pin{.kind = chat::RoomChange::Kind::kPin};
  pin.message_id = "messageOne12";
  EXPECT_FALSE(change(pin));
  say(pin.message_id, 10);
  ASSERT_TRUE(change(pin));
  ASSERT_TRUE(load().pinned);
  EXPECT_EQ(load().pinned->id, pin.message_id);
  ASSERT_TRUE(change({.kind = chat::RoomChange::Kind::kUnpin}));
  EXPECT_FALSE(load().pinned);
}

TEST_P(RoomRecordTest, OpensWithTheNewestHistory) {
  EXPECT_EQ(load(10).last_position, 0);
  for (int i = 1; i <= 5; ++i) say("message0000" + std::to_string(i), i * 10);
  const chat::RoomRecord record = load(2);
  EXPECT_EQ(record.last_position, 50);
  ASSERT_EQ(record.history.size(), 2U);
  EXPECT_EQ(record.history[0].id, "message00004");
  EXPECT_EQ(record.history[1].id, "message00005");
  EXPECT_THAT(load(0).history, IsEmpty());
}

TEST_P(RoomRecordTest, SlowModeLeavesTheRestOfTheReview) {
  auto row = load_room(*sql_, kRoom.str());
  ASSERT_TRUE(row && *row);
  (*row)->moderation = R"({"blockedWords":["darn"],"slowModeSeconds":1})";
  ASSERT_TRUE(update_room(*sql_, **row));
  chat::RoomChange slow{.kind = chat::RoomChange::Kind::kSlowMode};
  slow.slow_mode = std::chrono::seconds(12);
  ASSERT_TRUE(change(slow));
  EXPECT_EQ(load().moderation.slow_mode, std::chrono::seconds(12));
  EXPECT_THAT(load().moderation.blocked_words, ElementsAre("darn"));
}

TEST_P(RoomRecordTest, WhatWasDeletedIsNotThere) {
  ASSERT_TRUE(sql_->run("UPDATE rooms SET deleted_at = 1 WHERE id = $1", {kRoom.str()}));
  EXPECT_FALSE(load_room(*sql_, kRoom.str()).value().has_value());
  const auto record = load_room_record(*sql_, kHome, kRoom, 0, kNow);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, base::ErrorCode::kNotFound);
  EXPECT_FALSE(change({.kind = chat::RoomChange::Kind::kUnpin}));
}

TEST_P(RoomRecordTest, DeletedRoomsAndOldBansAreSweptInTime) {
  say("messageOne12", 10);
  chat::RoomChange ban{.kind = chat::RoomChange::Kind::kBan};
  ban.ban = {.user_id = "u", .until = kNow + std::chrono::minutes(1), .reason = ""};
  ASSERT_TRUE(change(ban));
  ASSERT_TRUE(sql_->run("UPDATE rooms SET deleted_at = $2 WHERE id = $1",
                        {kRoom.str(), std::int64_t{kNow.time_since_epoch().count()}}));
  const auto count = [&](std::string_view table) {
    return sql_->run("SELECT count(*) FROM " + std::string(table))->integer(0, 0);
  };
  ASSERT_TRUE(sweep_rooms(*sql_, kNow + std::chrono::minutes(2)));
  EXPECT_EQ(count("room_bans"), 0);
  EXPECT_EQ(count("rooms"), 1);
  ASSERT_TRUE(sweep_rooms(*sql_, kNow + std::chrono::minutes(11)));
  ASSERT_TRUE(sweep_rooms(*sql_, kNow + std::chrono::minutes(11)));
  EXPECT_EQ(count("rooms"), 0);
  EXPECT_TRUE(chat_history::newest_entries(*sql_, kRoom, 10)->empty());
}

}  // namespace
}  // namespace control
